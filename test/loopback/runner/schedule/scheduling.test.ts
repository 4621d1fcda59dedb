import { expect, test } from 'vitest'
import { makeMemoryForge } from '../memory-host.ts'

/** Jobs by key, each with what stands below it; one that says no steps gets one that passes. */
const workflow = (jobs: Record<string, string>, head = '') =>
  `on: [push, workflow_dispatch]\n${head}jobs:\n${Object.entries(jobs)
    .map(([key, body]) => {
      const steps = body.includes('steps:') ? '' : '\nsteps: [{ run: "true" }]'
      return `  ${key}:\n${`runs-on: ubuntu-latest\n${body}${steps}`.replace(/^/gm, '    ')}\n`
    })
    .join('')}`

const FAIL = 'steps: [{ run: exit 1 }]'

test('outputs of a job reach those that need it', async () => {
  const seen = await makeMemoryForge().play(
    workflow({
      one: `outputs: { made: '\${{ steps.x.outputs.made }}' }
steps: [{ id: x, run: echo made=seven >> "$GITHUB_OUTPUT" }]`,
      two: `needs: one
steps: [{ run: 'echo "\${{ needs.one.outputs.made }} \${{ needs.one.result }}"' }]`,
    }),
  )
  expect(seen.log('two')).toContain('seven success')
})

test('an output that holds a secret is left out with a warning', async () => {
  const seen = await makeMemoryForge({ facts: { secrets: new Map([['KEY', 'very-secret']]) } }).play(
    workflow({
      one: `outputs: { made: 'x\${{ secrets.KEY }}x' }`,
      two: `needs: one\nsteps: [{ run: 'echo "[\${{ needs.one.outputs.made }}]"' }]`,
    }),
  )
  expect(seen.log('two').split('\n')).toContain('[]')
  expect(seen.log('one')).toContain("##[warning]Skip output 'made' since it may contain secret.")
})

test('a failure skips the whole chain behind it, and conditions may ask for it', async () => {
  const seen = await makeMemoryForge().play(
    workflow({
      bad: FAIL,
      next: 'needs: bad',
      last: 'needs: next',
      always: 'needs: [bad, next]\nif: always()',
      behind: 'needs: always',
      report: "needs: next\nif: failure() && needs.next.result == 'skipped'",
      free: '',
    }),
  )
  const conclusions = ['bad', 'next', 'last', 'always', 'behind', 'report', 'free'].map(seen.conclusion)
  expect(conclusions).toEqual(['failure', 'skipped', 'skipped', 'success', 'skipped', 'success', 'success'])
  expect(seen.run().changes.at(-1)).toMatchObject({ status: 'completed', conclusion: 'failure' })
})

test('a job that may fail fails itself but neither the run nor what needs it', async () => {
  const seen = await makeMemoryForge().play(
    workflow({
      bad: `continue-on-error: true\n${FAIL}`,
      next: `needs: bad\nsteps: [{ run: 'echo "\${{ needs.bad.result }}"' }]`,
    }),
  )
  expect([seen.conclusion('bad'), seen.conclusion('next')]).toEqual(['failure', 'success'])
  expect(seen.log('next').split('\n')).toContain('success')
  expect(seen.run().changes.at(-1)).toMatchObject({ conclusion: 'success' })
})

test('a run all of whose jobs are skipped is skipped', async () => {
  const seen = await makeMemoryForge().play(workflow({ a: "if: github.ref == 'refs/heads/dev'" }))
  expect(seen.run().changes.at(-1)).toMatchObject({ conclusion: 'skipped' })
})

test('a matrix makes one job a combination, named and numbered', async () => {
  const seen = await makeMemoryForge().play(
    workflow({
      a: `strategy: { matrix: { node: [20, 24], os: [x] } }
steps: [{ run: 'echo "\${{ matrix.node }} \${{ strategy.job-index }} of \${{ strategy.job-total }}"' }]`,
      b: `name: named \${{ matrix.node }}\nstrategy: { matrix: '\${{ fromJSON(''{"node":[1]}'') }}' }`,
    }),
  )
  expect([...seen.jobs.values()].map(({ name }) => name).sort()).toEqual([
    'a (20, x)',
    'a (24, x)',
    'named 1',
  ])
  expect(seen.log('a (24, x)')).toContain('24 1 of 2')
})

test('a failing leg cancels the others unless fail-fast is off', async () => {
  const steps = `steps:
  - { if: 'matrix.n == 1', run: exit 1 }
  - { if: 'matrix.n == 2', run: exec sleep 60 }
  - { if: cancelled(), run: echo told of it }`
  const fast = await makeMemoryForge().play(workflow({ a: `strategy: { matrix: { n: [1, 2] } }\n${steps}` }))
  expect([fast.conclusion('a (1)'), fast.conclusion('a (2)')]).toEqual(['failure', 'cancelled'])
  expect(fast.log('a (2)').split('\n')).toContain('told of it')
  const slow = await makeMemoryForge().play(
    workflow({ a: `strategy: { fail-fast: false, matrix: { n: [1, 3] } }\n${steps}` }),
  )
  expect([slow.conclusion('a (1)'), slow.conclusion('a (3)')]).toEqual(['failure', 'success'])
})

test('an impossible matrix fails its job with a sentence', async () => {
  const seen = await makeMemoryForge().play(workflow({ a: 'strategy: { matrix: { n: [] } }' }))
  expect(seen.job('a').annotations[0]?.message).toBe("Matrix vector 'n' does not contain any values")
  expect(seen.conclusion('a')).toBe('failure')
})

test('a job whose condition cannot be evaluated fails, and a name that cannot be is shown as written', async () => {
  const seen = await makeMemoryForge().play(
    workflow({ a: "name: odd ${{ fromJSON('{') }}", b: "if: fromJSON('{')" }),
  )
  const names = [...seen.jobs.values()].map(({ name, annotations }) => [name, annotations.length])
  expect(names).toEqual([
    [expect.stringContaining('odd'), 0],
    ['b', 1],
  ])
  expect(seen.conclusion('b')).toBe('failure')
})

test('no more jobs run at a time than the setting says, nor of a matrix than max-parallel', async () => {
  const overlap = (seen: {
    jobs: ReadonlyMap<
      number,
      { changes: readonly { startedAt: number | null; completedAt: number | null }[] }
    >
  }) => {
    const spans = [...seen.jobs.values()]
      .map(({ changes }) => changes.at(-1))
      .sort((a, b) => (a?.startedAt ?? 0) - (b?.startedAt ?? 0))
    return spans.some((span, at) => at > 0 && (span?.startedAt ?? 0) < (spans[at - 1]?.completedAt ?? 0))
  }
  const steps = 'steps: [{ run: sleep 0.1 }]'
  const one = await makeMemoryForge({ settings: { parallel: 1 } }).play(workflow({ a: steps, b: steps }))
  expect(overlap(one)).toBe(false)
  const two = await makeMemoryForge().play(workflow({ a: steps, b: steps }))
  expect(overlap(two)).toBe(true)
  const max = await makeMemoryForge().play(
    workflow({ a: `strategy: { max-parallel: 1, matrix: { n: [1, 2] } }\n${steps}` }),
  )
  expect(overlap(max)).toBe(false)
})

const GROUP = 'concurrency: { group: deploy }\n'
const slow = (head: string) => workflow({ a: 'steps: [{ run: "echo running; exec sleep 60" }]' }, head)

test('in a group one run is pending, and a newer one takes its place', async () => {
  const forge = makeMemoryForge()
  const [first = 0] = await forge.start(slow(GROUP))
  await forge.seen.said('running')
  const [second = 0] = await forge.start(workflow({ a: '' }, 'concurrency: DEPLOY\n'))
  const [third = 0] = await forge.start(workflow({ a: '' }, GROUP))
  expect(forge.seen.runs.get(second)?.changes.map((change) => change.conclusion ?? change.status)).toEqual([
    'pending',
    'cancelled',
  ])
  forge.runner.cancel(first)
  await forge.runner.settled()
  const last = (run: number) => forge.seen.runs.get(run)?.changes.at(-1)?.conclusion
  expect([last(first), last(second), last(third)]).toEqual(['cancelled', 'cancelled', 'success'])
})

test('cancel-in-progress cancels the run that is in progress', async () => {
  const forge = makeMemoryForge()
  const [first = 0] = await forge.start(slow(GROUP))
  await forge.seen.said('running')
  const [second = 0] = await forge.start(
    workflow({ a: '' }, 'concurrency: { group: deploy, cancel-in-progress: true }\n'),
  )
  await forge.runner.settled()
  const last = (run: number) => forge.seen.runs.get(run)?.changes.at(-1)?.conclusion
  expect([last(first), last(second)]).toEqual(['cancelled', 'success'])
})

test('jobs share groups too', async () => {
  const seen = await makeMemoryForge().play(
    workflow({
      a: 'concurrency: one\nsteps: [{ run: sleep 0.2 }]',
      b: 'concurrency: one\nsteps: [{ run: sleep 0.2 }]',
    }),
  )
  const waited = [...seen.jobs.values()].filter(({ changes }) => changes[0]?.status === 'waiting')
  expect(waited).toHaveLength(1)
  expect([seen.conclusion('a'), seen.conclusion('b')]).toEqual(['success', 'success'])
})

test('the token of each job has the rights that the file gives it', async () => {
  const seen = await makeMemoryForge().play(
    workflow(
      { a: '', b: 'permissions: { checks: write }', c: 'permissions: {}' },
      'permissions: { contents: read, issues: write }\n',
    ),
  )
  const rights = (name: string) => seen.tokens.find(({ job }) => job === seen.job(name).id)?.permissions
  expect(rights('a')).toEqual({ metadata: 'read', contents: 'read', issues: 'write' })
  expect(rights('b')).toEqual({ metadata: 'read', checks: 'write' })
  expect(rights('c')).toEqual({ metadata: 'read' })
  expect(new Set(seen.tokens.map(({ token }) => token)).size).toBe(3)
})

test('a re-run of failed jobs keeps what succeeded and runs what needs it', async () => {
  const forge = makeMemoryForge()
  const text = workflow({
    good: `outputs: { o: '\${{ steps.x.outputs.o }}' }\nsteps: [{ id: x, run: echo o=kept >> "$GITHUB_OUTPUT" }]`,
    bad: `needs: good\nsteps: [{ run: 'echo "\${{ needs.good.outputs.o }} \${{ github.run_attempt }}"; test "\${{ github.run_attempt }}" = 2' }]`,
    next: 'needs: bad',
  })
  const [run = 0] = await forge.start(text)
  await forge.runner.settled()
  const good = forge.seen.job('good').id
  expect(forge.runner.rerun(run, { what: 'failed', actor: { login: 'bob', id: 8 } })).toBe(true)
  await forge.runner.settled()
  expect(forge.seen.job('good').id).toBe(good)
  expect(forge.seen.log('bad')).toContain('kept 2')
  expect(forge.seen.conclusion('next')).toBe('success')
  expect(forge.seen.run().attempts.at(-1)).toMatchObject({
    attempt: 2,
    actor: { login: 'bob' },
    kept: [good],
  })
  expect(forge.seen.run().changes.at(-1)).toEqual({ attempt: 2, status: 'completed', conclusion: 'success' })
})

test('a re-run of one leg leaves the other legs alone', async () => {
  const forge = makeMemoryForge()
  const [run = 0] = await forge.start(workflow({ a: 'strategy: { matrix: { n: [1, 2] } }' }))
  await forge.runner.settled()
  const before = forge.seen.jobs.size
  forge.runner.rerun(run, { what: { job: forge.seen.job('a (2)').id }, actor: { login: 'bob', id: 8 } })
  await forge.runner.settled()
  expect([...forge.seen.jobs.values()].slice(before).map(({ name }) => name)).toEqual(['a (2)'])
})

test('a run is not run again while it is in progress', async () => {
  const forge = makeMemoryForge()
  const [run = 0] = await forge.start(slow(''))
  await forge.seen.said('running')
  expect(forge.runner.rerun(run, { what: 'all', actor: { login: 'bob', id: 8 } })).toBe(false)
})

test('inputs of a dispatch have their types and defaults', async () => {
  const on = `on:
  workflow_dispatch:
    inputs:
      level: { type: choice, options: [low, high], default: low }
      dry: { type: boolean }
      text: { required: true }
jobs:
  a:
    runs-on: x
    steps: [{ run: 'echo "\${{ inputs.level }} \${{ inputs.dry == true }} \${{ inputs.text }}"' }]
`
  const dispatch = { name: 'workflow_dispatch', inputs: { dry: 'true', text: 'hi' } }
  expect((await makeMemoryForge().play(on, dispatch)).log('a')).toContain('low true hi')
  expect(await makeMemoryForge().start(on, { ...dispatch, inputs: { dry: 'true' } })).toEqual([])
})

test('a run is called by run-name, and otherwise by what happened', async () => {
  const named = await makeMemoryForge().play(workflow({ a: '' }, 'run-name: Build ${{ github.ref_name }}\n'))
  expect(named.run().title).toBe('Build main')
  expect((await makeMemoryForge().play(workflow({ a: '' }))).run().title).toBe('a small change')
})

test('a push of an invalid file is a failed run without jobs, told with line and column', async () => {
  const seen = await makeMemoryForge().play('on: push\njobs:\n  a:\n    stepz: []\n')
  expect(seen.run().problem).toContain("(Line: 4, Col: 5): Unexpected value 'stepz'")
  expect(seen.run().changes).toEqual([{ attempt: 1, status: 'completed', conclusion: 'failure' }])
  expect(seen.jobs.size).toBe(0)
})
