// Owns the proof of what the operations of issues do to pull requests, which are issues too.
import { expect, it } from 'vitest'
import { at, openStage, statusOf } from './stage.ts'

async function withPull() {
  const stage = await openStage()
  const { wes, eve } = stage.people
  await eve.rest.issues.create({ ...at, title: 'sum subtracts' })
  const { data: main } = await wes.rest.git.getRef({ ...at, ref: 'heads/main' })
  await wes.rest.git.createRef({ ...at, ref: 'refs/heads/fix', sha: main.object.sha })
  await wes.rest.repos.createOrUpdateFileContents({
    ...at,
    path: 'src/fix.ts',
    branch: 'fix',
    message: 'Sum adds',
    content: Buffer.from('export const fix = 1\n').toString('base64'),
  })
  const { data } = await wes.rest.pulls.create({ ...at, title: 'Fix sum', head: 'fix', base: 'main' })
  await stage.heard()
  stage.happened()
  return { ...stage, on: { ...at, issue_number: data.number }, pull: data }
}

it('issues and pull requests share one sequence of numbers, and a list of issues contains both', async () => {
  const { anyone, pull } = await withPull()
  expect(pull.number).toBe(2)
  const { data } = await anyone.rest.issues.listForRepo(at)
  expect(data.map(({ number, pull_request: key }) => [number, key?.url])).toEqual([
    [2, pull.url],
    [1, undefined],
  ])
})

it('identifiers exceed 32 bits, and the id of an issue differs from that of its pull request', async () => {
  const { anyone, pull, on } = await withPull()
  const { data: issue } = await anyone.rest.issues.get(on)
  expect(Math.min(issue.id, pull.id)).toBeGreaterThan(2 ** 32)
  expect(issue.id).not.toBe(pull.id)
  expect(issue.node_id).toBe(pull.node_id)
})

it('what happens to a pull request by its issue is told as of the pull request', async () => {
  const { people, on, happened, told } = await withPull()
  const { rest } = people.wes
  await rest.issues.addLabels({ ...on, labels: ['bug'] })
  await rest.issues.addAssignees({ ...on, assignees: ['wes'] })
  await rest.issues.update({ ...on, title: 'Mend sum' })
  await rest.issues.createComment({ ...on, body: 'Ready?' })
  await rest.issues.removeLabel({ ...on, name: 'bug' })
  await rest.issues.removeAssignees({ ...on, assignees: ['wes'] })
  await rest.issues.lock(on)
  await rest.issues.unlock(on)
  expect(happened()).toEqual([
    'pull_request.labeled',
    'pull_request.assigned',
    'pull_request.edited',
    'issue_comment.created',
    'pull_request.unlabeled',
    'pull_request.unassigned',
    'pull_request.locked',
    'pull_request.unlocked',
  ])
  expect((await told('issue_comment.created')).issue.pull_request).toBeDefined()
  expect(await told('pull_request.labeled')).toMatchObject({
    number: 2,
    label: { name: 'bug' },
    pull_request: { labels: [{ name: 'bug' }] },
  })
  expect((await told('pull_request.edited')).changes).toEqual({ title: { from: 'Fix sum' } })
})

it('closing and reopening it by its issue does what its own operation does', async () => {
  const { people, on, happened } = await withPull()
  const { rest } = people.wes
  const { data } = await rest.issues.update({ ...on, state: 'closed' })
  expect(data).toMatchObject({ state: 'closed', closed_by: { login: 'wes' }, state_reason: null })
  expect((await rest.pulls.get({ ...at, pull_number: 2 })).data.state).toBe('closed')
  await rest.issues.update({ ...on, state: 'open' })
  expect((await rest.pulls.get({ ...at, pull_number: 2 })).data.state).toBe('open')
  expect(happened()).toEqual(['pull_request.closed', 'pull_request.reopened'])
})

it('its conversation goes on where issues are switched off', async () => {
  const { people, on, bot } = await withPull()
  await people.olga.rest.repos.update({ ...at, has_issues: false })
  await bot.rest.issues.createComment({ ...on, body: 'Still here.' })
  expect((await people.eve.rest.issues.get(on)).data.comments).toBe(1)
  expect(await statusOf(bot.rest.issues.get({ ...at, issue_number: 1 }))).toBe(410)
})

it('a token with the permission for pull requests writes in its conversation', async () => {
  const { appWith, on } = await withPull()
  const { rest } = appWith({ pull_requests: 'write' })
  await rest.issues.createComment({ ...on, body: 'x' })
  await rest.issues.addLabels({ ...on, labels: ['bug'] })
  expect(await statusOf(rest.issues.get(on))).toBe(403)
})

it('comments of its review take reactions, each kind once', async () => {
  const { people, pull } = await withPull()
  const { data: comment } = await people.wes.rest.pulls.createReviewComment({
    ...at,
    pull_number: pull.number,
    body: 'Why?',
    commit_id: pull.head.sha,
    path: 'src/fix.ts',
    line: 1,
    side: 'RIGHT',
  })
  const on = { ...at, comment_id: comment.id }
  const react = () =>
    people.eve.rest.reactions.createForPullRequestReviewComment({ ...on, content: 'rocket' })
  expect([(await react()).status, (await react()).status]).toEqual([201, 200])
  const { data } = await people.eve.rest.reactions.listForPullRequestReviewComment(on)
  expect(data).toMatchObject([{ content: 'rocket', user: { login: 'eve' } }])
})
