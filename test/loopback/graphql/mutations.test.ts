// What GraphQL changes, who may, and what it refuses.
import { expect, onTestFinished, test } from 'vitest'
import { startReceiver } from '../receiver.ts'
import { nodeId } from '../shapes/node-id.ts'
import type { Stage } from './stage.ts'
import { openStage } from './stage.ts'

const pullId = ({ pull }: Stage): string => nodeId('PullRequest', pull.id)

/** Runs one mutation with its input; `give` is what is asked of its payload. */
async function mutate(stage: Stage, token: string, name: string, input: object, give: string) {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`
  const answer = await stage.ask(token, `mutation ($input: ${type}) { ${name}(input: $input) { ${give} } }`, {
    input,
  })
  return { done: answer.data?.[name], refusal: answer.errors?.[0], told: answer }
}

test('a draft becomes ready, and a draft again where drafts are offered', async () => {
  const stage = await openStage()
  const input = { pullRequestId: pullId(stage), clientMutationId: 'x' }
  const give = 'clientMutationId pullRequest { isDraft }'
  const { tokens, repository } = stage
  expect((await mutate(stage, tokens.stranger, 'markPullRequestReadyForReview', input, give)).done).toEqual({
    clientMutationId: 'x',
    pullRequest: { isDraft: false },
  })
  const back = () => mutate(stage, tokens.ana, 'convertPullRequestToDraft', input, give)
  expect((await back()).done.pullRequest).toEqual({ isDraft: true })
  repository.settings.draftsOffered = false
  expect((await back()).refusal).toMatchObject({ type: 'UNPROCESSABLE', message: 'Drafts are not offered.' })
  const issue = repository.issues.get(stage.pull.number)
  if (issue !== undefined) issue.state = 'closed'
  expect((await back()).refusal?.message).toBe('Pull request is closed')
  expect(stage.said).toEqual(['#2 is ready', '#2 is a draft'])
})

test('neither a reader nor an App without the permission changes a pull request', async () => {
  const stage = await openStage()
  const input = { pullRequestId: pullId(stage) }
  const change = (token: string) =>
    mutate(stage, token, 'markPullRequestReadyForReview', input, 'pullRequest { isDraft }')
  expect((await change(stage.tokens.reader)).refusal).toMatchObject({
    type: 'FORBIDDEN',
    message: 'reader does not have the correct permissions to execute `MarkPullRequestReadyForReview`',
  })
  expect((await change(stage.appToken({ pull_requests: 'read' }))).refusal).toMatchObject({
    type: 'FORBIDDEN',
    message: 'Resource not accessible by integration',
  })
  expect(stage.pull.draft).toBe(true)
  expect((await change(stage.appToken({ pull_requests: 'write' }))).done.pullRequest.isDraft).toBe(false)
})

test('an App changes nothing in a public repository that is not selected', async () => {
  const stage = await openStage()
  await stage.loopback.repository({ owner: 'ana', name: 'near', files: {} })
  const token = stage.appToken({ pull_requests: 'write' }, ['ana/near'])
  const input = { pullRequestId: pullId(stage) }
  const { refusal } = await mutate(stage, token, 'markPullRequestReadyForReview', input, 'pullRequest { id }')
  expect(refusal?.type).toBe('FORBIDDEN')
  expect(stage.pull.draft).toBe(true)
})

test('auto-merge is armed with what was asked for, and disarmed', async () => {
  const stage = await openStage()
  const { head, tokens, facts } = stage
  const arm = (more: object) =>
    mutate(
      stage,
      tokens.ana,
      'enablePullRequestAutoMerge',
      { pullRequestId: pullId(stage), ...more },
      'actor { login } pullRequest { autoMergeRequest { mergeMethod commitHeadline } }',
    )
  facts.refusal = 'Pull request is in clean status'
  expect((await arm({})).refusal).toMatchObject({ type: 'UNPROCESSABLE', message: facts.refusal })
  delete facts.refusal
  const wanted = { mergeMethod: 'SQUASH', expectedHeadOid: head, commitHeadline: 'Sum adds (#2)' }
  expect((await arm(wanted)).done).toEqual({
    actor: { login: 'ana' },
    pullRequest: { autoMergeRequest: { mergeMethod: 'SQUASH', commitHeadline: 'Sum adds (#2)' } },
  })
  expect(stage.said).toEqual([
    `#2 is armed: {"method":"squash","expectedHeadOid":"${head}","title":"Sum adds (#2)"}`,
  ])
  const disarm = () =>
    mutate(
      stage,
      tokens.ana,
      'disablePullRequestAutoMerge',
      { pullRequestId: pullId(stage) },
      'pullRequest { number }',
    )
  expect((await disarm()).done.pullRequest.number).toBe(2)
  expect((await disarm()).refusal?.type).toBe('UNPROCESSABLE')
})

test('a head that is no commit id is refused by the schema', async () => {
  const stage = await openStage()
  const input = { pullRequestId: pullId(stage), expectedHeadOid: 'main' }
  const { told } = await mutate(
    stage,
    stage.tokens.ana,
    'enablePullRequestAutoMerge',
    input,
    'actor { login }',
  )
  expect(told.errors?.[0]?.message).toContain('"main" is no GitObjectID')
  expect(stage.loopback.oracle.takeProblems()).toHaveLength(1)
})

test('a thread is answered, resolved and reopened', async () => {
  const stage = await openStage()
  const threadId = nodeId('PullRequestReviewThread', stage.thread.id)
  const reply = { pullRequestReviewThreadId: threadId, body: 'Because.' }
  const answered = await mutate(
    stage,
    stage.tokens.reader,
    'addPullRequestReviewThreadReply',
    reply,
    'comment { body replyTo { fullDatabaseId } author { login } }',
  )
  expect(answered.done.comment).toEqual({
    body: 'Because.',
    replyTo: { fullDatabaseId: String(stage.thread.id) },
    author: { login: 'reader' },
  })
  const give = 'thread { isResolved isCollapsed resolvedBy { login } comments(first: 9) { totalCount } }'
  const change = (token: string, name: string) => mutate(stage, token, name, { threadId }, give)
  expect((await change(stage.tokens.reader, 'resolveReviewThread')).refusal?.type).toBe('FORBIDDEN')
  expect((await change(stage.tokens.stranger, 'resolveReviewThread')).done.thread).toEqual({
    isResolved: true,
    isCollapsed: true,
    resolvedBy: { login: 'stranger' },
    comments: { totalCount: 2 },
  })
  expect((await change(stage.tokens.ana, 'unresolveReviewThread')).done.thread.isResolved).toBe(false)
  // once more it changes nothing and tells nobody
  await change(stage.tokens.ana, 'unresolveReviewThread')
  expect(stage.said).toEqual(['stranger resolved the thread of #2', 'ana unresolved the thread of #2'])
})

test('a comment is hidden with its reason', async () => {
  const stage = await openStage()
  const subjectId = nodeId('PullRequestReviewComment', stage.thread.id)
  const input = { subjectId, classifier: 'OFF_TOPIC' }
  const give = 'minimizedComment { isMinimized minimizedReason }'
  expect((await mutate(stage, stage.tokens.reader, 'minimizeComment', input, give)).refusal?.type).toBe(
    'FORBIDDEN',
  )
  expect(
    (await mutate(stage, stage.tokens.ana, 'minimizeComment', input, give)).done.minimizedComment,
  ).toEqual({
    isMinimized: true,
    minimizedReason: 'off-topic',
  })
})

test('an issue moves to a repository of the same owner, and to no other, and both tell of it', async () => {
  const stage = await openStage()
  const { loopback, issue, tokens, repository } = stage
  loopback.organization('elsewhere', { ana: 'admin' })
  const near = await loopback.repository({ owner: 'ana', name: 'near', files: {} })
  const far = await loopback.repository({ owner: 'elsewhere', name: 'far', files: {} })
  near.labels.delete('bug')
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const webhook = { url: receiver.url, secret: receiver.secret }
  const { app } = loopback.app({ slug: 'ear', permissions: { issues: 'read' }, events: ['issues'], webhook })
  loopback.install(app, 'ana')

  const move = (token: string, id: number, more: object = {}) =>
    mutate(
      stage,
      token,
      'transferIssue',
      { issueId: nodeId('Issue', issue.id), repositoryId: nodeId('Repository', id), ...more },
      'issue { number title repository { nameWithOwner } labels(first: 5) { nodes { name } } }',
    )
  expect((await move(tokens.ana, far.id)).refusal?.type).toBe('UNPROCESSABLE')
  expect((await move(tokens.stranger, near.id)).refusal?.type).toBe('FORBIDDEN')
  expect((await move(tokens.ana, near.id, { createLabelsIfMissing: true })).done.issue).toEqual({
    number: 1,
    title: 'Sum is wrong',
    repository: { nameWithOwner: 'ana/near' },
    labels: { nodes: [{ name: 'bug' }] },
  })
  expect(repository.issues.has(issue.number)).toBe(false)
  expect(repository.movedIssues.get(issue.number)).toEqual({ repository: near, number: 1 })

  await loopback.settled()
  const told = receiver.hooks.filter((hook) => hook.event === 'issues')
  // two deliveries under way may overtake one another
  expect(told.map(({ action, payload }) => `${action} ${payload.repository.full_name}`).sort()).toEqual([
    'opened ana/near',
    'transferred ana/sums',
  ])
  expect(loopback.oracle.counts().webhooks).toBeGreaterThanOrEqual(2)
})

test('what was said about an issue moves with it, and a label that the target lacks stays behind', async () => {
  const stage = await openStage()
  const { repository, issue, loopback, tokens } = stage
  const near = await loopback.repository({ owner: 'ana', name: 'near', files: {} })
  near.labels.delete('bug')
  const now = loopback.forge.clock.iso()
  const author = repository.owner
  const said = { author, via: undefined, createdAt: now, updatedAt: now, minimized: undefined }
  repository.comments.set(1, { id: 1, issue: issue.number, body: 'Me too.', ...said })
  repository.comments.set(2, { id: 2, issue: stage.pull.number, body: 'Not me.', ...said })
  const reaction = { content: '+1', account: author, createdAt: now } as const
  repository.reactions.set(3, { id: 3, on: { kind: 'issue', id: issue.number }, ...reaction })
  repository.reactions.set(4, { id: 4, on: { kind: 'issue_comment', id: 1 }, ...reaction })
  repository.reactions.set(5, { id: 5, on: { kind: 'issue_comment', id: 2 }, ...reaction })
  const input = { issueId: nodeId('Issue', issue.id), repositoryId: nodeId('Repository', near.id) }
  const give = 'issue { labels(first: 5) { totalCount } comments(first: 5) { nodes { body } } }'
  expect((await mutate(stage, tokens.ana, 'transferIssue', input, give)).done.issue).toEqual({
    labels: { totalCount: 0 },
    comments: { nodes: [{ body: 'Me too.' }] },
  })
  expect([...repository.comments.keys()]).toEqual([2])
  expect([...repository.reactions.keys()]).toEqual([5])
  expect([...near.reactions.values()].map(({ on }) => on)).toEqual([
    { kind: 'issue', id: 1 },
    { kind: 'issue_comment', id: 1 },
  ])
})

test('nothing is changed in an archived repository', async () => {
  const stage = await openStage()
  stage.repository.archived = true
  const input = { pullRequestId: pullId(stage) }
  const { refusal } = await mutate(
    stage,
    stage.tokens.ana,
    'markPullRequestReadyForReview',
    input,
    'pullRequest { id }',
  )
  expect(refusal).toMatchObject({
    type: 'UNPROCESSABLE',
    message: 'Repository was archived so is read-only.',
  })
})
