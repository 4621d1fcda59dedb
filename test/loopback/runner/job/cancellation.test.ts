import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeMemoryForge } from '../memory-host.ts'

const QUICK = { cancellation: { interrupt: 200, terminate: 200, drain: 200, force: 60_000 } }
const job = (steps: string, more = '') => `on: push
jobs:
  a:
    runs-on: ubuntu-latest
${more}    steps:
${steps.replace(/^/gm, '      ')}
`

async function cancelled(text: string, force = false) {
  const forge = makeMemoryForge({ settings: QUICK })
  const [run = 0] = await forge.start(text)
  await forge.seen.said('ready')
  expect(forge.runner.cancel(run, force)).toBe(true)
  await forge.runner.settled()
  return forge.seen
}

/** A killed process may lie unburied until its parent looks. */
function alive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test('the step’s process is interrupted, and steps for cancelled jobs run', async () => {
  const seen = await cancelled(
    job(`- run: |
    trap 'echo interrupted; exit 0' INT
    echo ready
    while true; do sleep 0.05; done
- run: echo never
- { if: cancelled(), run: 'echo "seen: \${{ job.status }}"' }
- { if: always(), run: echo at last }`),
  )
  const lines = seen.log('a').split('\n')
  expect(lines).toEqual(expect.arrayContaining(['interrupted', 'seen: cancelled', 'at last']))
  const steps = seen
    .job('a')
    .changes.at(-1)
    ?.steps.map((step) => step.conclusion)
  expect(steps).toEqual(['success', 'cancelled', 'skipped', 'success', 'success', 'success'])
  expect(seen.conclusion('a')).toBe('cancelled')
  expect(seen.run().changes.at(-1)).toMatchObject({ conclusion: 'cancelled' })
})

test('a process that ignores the interrupt is terminated, and one that ignores both is killed with its children', async () => {
  const seen = await cancelled(
    job(`- run: |
    trap 'echo interrupt ignored' INT
    trap 'echo terminate ignored' TERM
    (trap '' INT TERM; echo "child $BASHPID"; while true; do sleep 0.05; done) &
    sleep 0.1
    echo ready
    while true; do sleep 0.05; done`),
  )
  const log = seen.log('a')
  expect(log).toContain('interrupt ignored')
  expect(log).toContain('terminate ignored')
  const child = Number(/child (\d+)/.exec(log)?.[1])
  expect(child).toBeGreaterThan(0)
  await expect.poll(() => alive(child)).toBe(false)
  expect(seen.conclusion('a')).toBe('cancelled')
})

test('a running step that is for every case goes on to its end', async () => {
  const seen = await cancelled(job(`- { if: always(), run: 'echo ready; sleep 0.5; echo finished' }`))
  expect(seen.log('a').split('\n')).toContain('finished')
  expect(seen.conclusion('a')).toBe('cancelled')
})

test('a running job whose condition still holds is not cancelled', async () => {
  const seen = await cancelled(job(`- run: 'echo ready; sleep 0.5; echo finished'`, '    if: always()\n'))
  expect(seen.log('a').split('\n')).toContain('finished')
  expect(seen.conclusion('a')).toBe('success')
})

test('a forced cancellation asks no condition and kills at once', async () => {
  const seen = await cancelled(
    job(
      `- { if: always(), run: 'echo ready; exec sleep 60' }\n- { if: always(), run: echo late }`,
      '    if: always()\n',
    ),
    true,
  )
  expect(seen.conclusion('a')).toBe('cancelled')
  expect(seen.log('a').split('\n')).not.toContain('late')
})

test('jobs that wait are cancelled or skipped, and those for every case run', async () => {
  const seen = await cancelled(`on: push
jobs:
  a: { runs-on: x, steps: [{ run: 'echo ready; exec sleep 60' }] }
  b: { runs-on: x, needs: a, steps: [{ run: 'true' }] }
  c: { runs-on: x, needs: a, if: always(), steps: [{ run: 'true' }] }
`)
  expect(['a', 'b', 'c'].map(seen.conclusion)).toEqual(['cancelled', 'skipped', 'success'])
})

test('what a step leaves running in the background is ended with the job', async () => {
  const forge = makeMemoryForge({ settings: QUICK })
  // a process that is only half begun has no name and no environment yet
  const begun = 'until grep -q sleep /proc/$!/comm; do sleep 0.02; done'
  const script = `setsid sleep 60 > /dev/null 2>&1 & ${begun}; echo "left $!"`
  const seen = await forge.play(job(`- run: '${script}'`))
  const log = seen.log('a')
  const pid = Number(/left (\d+)/.exec(log)?.[1])
  expect(pid).toBeGreaterThan(0)
  expect(log).toContain('Terminate orphan process: pid')
  await expect.poll(() => alive(pid)).toBe(false)
  expect(seen.conclusion('a')).toBe('success')
})

test('a background process that holds the output open does not hold the step', async () => {
  const seen = await makeMemoryForge({ settings: QUICK }).play(job(`- run: 'sleep 60 & echo done'`))
  expect(seen.conclusion('a')).toBe('success')
})

test('a step over its time fails, and the job goes on for those that ask', async () => {
  const forge = makeMemoryForge({ settings: { ...QUICK, minute: 100 } })
  const seen = await forge.play(
    job(`- { name: slow, run: exec sleep 60, timeout-minutes: 2 }\n- { if: failure(), run: echo told }`),
  )
  expect(seen.conclusion('a')).toBe('failure')
  expect(seen.log('a')).toContain("##[error]The action 'slow' has timed out after 2 minutes.")
  expect(seen.log('a').split('\n')).toContain('told')
})

test('a job over its time is cancelled, as GitHub concludes it', async () => {
  const forge = makeMemoryForge({ settings: { ...QUICK, minute: 100 } })
  const seen = await forge.play(job('- run: exec sleep 60', '    timeout-minutes: 3\n'))
  expect(seen.conclusion('a')).toBe('cancelled')
  expect(seen.job('a').annotations[0]?.message).toContain('exceeded the maximum execution time of 3 minutes')
})

test('a run that is over cannot be cancelled', async () => {
  const forge = makeMemoryForge()
  const [run = 0] = await forge.start(job(`- run: 'true'`))
  await forge.runner.settled()
  expect(forge.runner.cancel(run)).toBe(false)
})
