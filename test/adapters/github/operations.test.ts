// Which operations the adapter calls, how many each method takes, and that the App asks for what they need: no more.
import { describe, expect, test } from 'vitest'
import { GRAPHQL_OPERATIONS, OPERATIONS, PERMISSIONS } from '../../../src/adapters/github/operations.ts'
import { protect } from '../../loopback/api/git-arena.ts'
import { operations } from '../../loopback/openapi/description.ts'
import { allows, closedTo, unneeded, type Held } from '../../loopback/permissions/opened.ts'
import { at } from '../../loopback/pulls-fixture.ts'
import { openStage } from './stage.ts'

const FLOW = `on: { workflow_dispatch: { inputs: { nonce: { required: true } } } }
run-name: autopilot \${{ inputs.nonce }}
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
      - run: mkdir out && echo made > out/made.txt
      - uses: actions/upload-artifact@v4
        with: { name: bundle, path: out }
`

/** Requests of each method on its usual way: the budget of a task is made of these. */
const USUAL: Readonly<Record<string, number>> = {
  'the first call of a repository': 1,
  me: 1,
  installations: 1,
  repositoriesOf: 2,
  about: 1,
  branch: 1,
  permission: 1,
  issue: 1,
  snapshot: 2,
  readFile: 1,
  'putBranch, new': 4,
  'putBranch, again': 2,
  'putBranch, with a binary file, on its own head': 6,
  'putPull, and who our bot is': 3,
  'putPull, again': 1,
  pull: 1,
  pullFrom: 1,
  editPull: 2,
  markReady: 1,
  putCheck: 2,
  'putCheck, changed, with 60 annotations': 3,
  'putCheck, again': 2,
  putComment: 2,
  'putComment, changed': 1,
  'putComment, fresh': 1,
  'putCheck, fresh': 1,
  addReaction: 1,
  addLabel: 1,
  removeLabel: 1,
  putRef: 3,
  deleteRef: 1,
  'facts, new head': 3,
  'facts, same head': 1,
  checks: 1,
  dispatch: 1,
  find: 1,
  observe: 1,
  jobs: 1,
  artifacts: 1,
  download: 1,
  cancel: 1,
  'merge, into a queue': 3,
  'merge, at once': 2,
  deliveries: 1,
  redeliver: 1,
}

test('every method takes as many requests as it is said to, and every operation of the list is called', async () => {
  const files = { 'README.md': '# Widgets\n', 'src/sum.js': 'one\n', '.github/workflows/go.yml': FLOW }
  const stage = await openStage({ files, loopback: { actions: {} } })
  const { forge, github, installation, ben, loopback } = stage
  const { reader, writer, runs } = forge
  const seen = new Set<string>()
  const took: Record<string, number> = {}
  async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
    let result: T | undefined
    const counted = await stage.counted(async () => (result = await work()))
    for (const operation of Object.keys(counted)) seen.add(operation)
    took[name] = Object.values(counted).reduce((a, b) => a + b, 0)
    return result as T
  }

  await step('me', () => github.me())
  await step('installations', () => github.installations())
  await step('repositoriesOf', () => github.repositoriesOf(installation.id))
  // the token, which the first call of a repository costs on top
  stage.strike('git/get-ref', { kind: 'refuse' }, 3)
  await step('the first call of a repository', () => reader.branch('x').catch(() => undefined))
  await step('about', () => reader.about())
  await step('branch', () => reader.branch('main'))
  await step('permission', () => reader.permission('ben'))
  const { data: issue } = await ben.rest.issues.create({ ...at, title: 'Sum is wrong' })
  const { data: said } = await ben.rest.issues.createComment({
    ...at,
    issue_number: issue.number,
    body: 'Go.',
  })
  await step('issue', () => reader.issue(issue.number))

  const parent = await stage.main()
  await step('snapshot', () => reader.snapshot(parent))
  await step('readFile', () => reader.readFile('README.md', parent))
  const branch = 'autopilot/t-1'
  const order = {
    branch,
    parent,
    expectedHead: null,
    message: 'Change it',
    changes: await stage.change(parent, { 'src/sum.js': 'two\n', 'src/new.js': '1\n' }),
  }
  const put = await step('putBranch, new', () => writer.putBranch(order))
  if (put.result !== 'created') throw new Error(put.result)
  await step('putBranch, again', () => writer.putBranch(order))
  const next = {
    ...order,
    parent: put.head,
    expectedHead: put.head,
    changes: await stage.change(put.head, { 'logo.png': new Uint8Array([0, 255]) }),
  }
  const second = await step('putBranch, with a binary file, on its own head', () => writer.putBranch(next))
  if (second.result !== 'updated') throw new Error(second.result)
  const { head } = second

  const pull = { branch, base: 'main', title: 'Sum adds', body: 'Closes #1', draft: true }
  const made = await step('putPull, and who our bot is', () => writer.putPull(pull))
  if (made.result !== 'created') throw new Error(made.result)
  const { number } = made.pull
  await step('putPull, again', () => writer.putPull(pull))
  await step('pull', () => reader.pull(number))
  await step('pullFrom', () => reader.pullFrom(branch))
  await step('editPull', () => writer.editPull(number, { title: 'Sum adds two' }))
  await step('markReady', () => writer.markReady(made.pull))

  const output = { title: 'x', summary: 'x', annotations: [] }
  const check = { head, name: 'autopilot/quality', key: 't-1', status: 'in_progress', output } as const
  const annotations = Array.from({ length: 60 }, (_, n) => ({
    path: 'src/sum.js',
    start_line: 1,
    end_line: 1,
    level: 'notice' as const,
    message: `${n}`,
  }))
  const ended = {
    ...check,
    status: 'completed',
    conclusion: 'success',
    output: { ...output, annotations },
  } as const
  await step('putCheck', () => writer.putCheck(check))
  await step('putCheck, changed, with 60 annotations', () => writer.putCheck(ended))
  await step('putCheck, again', () => writer.putCheck(ended))
  const comment = { number: issue.number, key: 'status' }
  const there = await step('putComment', () => writer.putComment({ ...comment, body: 'Working.' }))
  await step('putComment, changed', () => writer.putComment({ ...comment, body: 'Done.', at: there.id }))
  const fresh = 'fresh' as const
  await step('putComment, fresh', () =>
    writer.putComment({ ...comment, key: 'plan', body: 'Plan.', at: fresh }),
  )
  await step('putCheck, fresh', () => writer.putCheck({ ...check, key: 't-2' }, fresh))
  await step('addReaction', () => writer.addReaction({ comment: said.id, content: 'eyes' }))
  await step('addLabel', () => writer.addLabel(issue.number, 'autopilot'))
  await step('removeLabel', () => writer.removeLabel(issue.number, 'autopilot'))
  const ref = 'refs/autopilot/tasks/t-1'
  await step('putRef', () =>
    writer.putRef({ ref, files: new Map([['envelope.json', '{}']]), message: 'Envelope' }),
  )
  await step('deleteRef', () => writer.deleteRef(ref))
  await step('facts, new head', () => reader.facts(number))
  await step('facts, same head', () => reader.facts(number))
  await step('checks', () => reader.checks(head))

  const since = new Date(Date.now() - 1000).toISOString()
  const inputs = { nonce: 'h-0000000001' }
  await step('dispatch', () => runs.dispatch({ workflow: 'go.yml', ref: 'main', inputs }))
  await loopback.settled()
  const run = await step('find', () => runs.find({ workflow: 'go.yml', nonce: inputs.nonce, since }))
  const id = run?.id ?? 0
  await step('observe', () => runs.observe(id))
  await step('jobs', () => runs.jobs(id, 1))
  const [artifact] = await step('artifacts', () => runs.artifacts(id))
  await step('download', () => runs.download(artifact?.id ?? 0, 1_000_000))
  await step('cancel', () => runs.cancel(id))

  protect(stage.repository, { mergeQueue: true })
  const merge = { number, expectedHead: head, method: 'squash' as const, title: 'Sum adds', message: '' }
  await ben.rest.repos.createCommitStatus({ ...at, sha: head, context: 'ci', state: 'success' })
  await step('merge, into a queue', () => writer.merge(merge))
  await loopback.settled()
  stage.repository.protections.clear()
  expect(await writer.merge(merge)).toMatchObject({ result: 'merged' })
  const other = await stage.proposed('autopilot/t-2')
  await step('merge, at once', () =>
    writer.merge({ ...merge, number: other.number, expectedHead: other.head }),
  )
  await step('deliveries', () => github.deliveries(since))
  await step('redeliver', () => github.redeliver(1))

  expect(took).toEqual(USUAL)
  const listed = [
    ...Object.keys(OPERATIONS),
    ...Object.keys(GRAPHQL_OPERATIONS).map((name) => `graphql ${name}`),
  ]
  expect([...seen].toSorted()).toEqual(listed.toSorted())
})

describe('the list of operations', () => {
  test('has the routes by which GitHub describes them', () => {
    for (const [id, route] of Object.entries(OPERATIONS)) {
      const described = operations().get(id)
      expect(`${described?.method} ${described?.path}`, id).toBe(route)
    }
  })

  /** Operations and GraphQL documents that these permissions do not open. */
  function closed(held: Held): string[] {
    const graphql = Object.entries(GRAPHQL_OPERATIONS).filter(
      ([, needs]) => !Object.entries(needs).every(([name, level]) => allows(held, name, level)),
    )
    return [...closedTo(held, Object.keys(OPERATIONS)), ...graphql.map(([name]) => name)]
  }

  test('needs the permissions that the token is narrowed to, and each of them', () => {
    expect(closed(PERMISSIONS)).toEqual([])
    expect(unneeded(PERMISSIONS, closed)).toEqual([])
    expect(PERMISSIONS).not.toHaveProperty('workflows')
    expect(PERMISSIONS).not.toHaveProperty('administration')
  })
})
