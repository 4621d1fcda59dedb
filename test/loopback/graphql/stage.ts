// Owns what tests of the GraphQL API begin with: a repository with an issue, a pull request and a thread, and who asks.
import { Octokit } from '@octokit/rest'
import { expect, onTestFinished } from 'vitest'
import { commitFiles } from '../git/fixture.ts'
import type { Loopback } from '../loopback.ts'
import { startLoopback } from '../loopback.ts'
import { addIssue, addPull } from '../new-records.ts'
import { accountIn } from '../server/call.ts'
import type { Limits } from '../server/limits.ts'
import { makeGate } from '../server/gate.ts'
import { GITHUB_LIMITS, makeLimiter } from '../server/limits.ts'
import type { Route } from '../server/server.ts'
import { listen, readRequest, sendOutcome } from '../server/server.ts'
import type { Account, Permissions } from '../world/accounts.ts'
import type { Issue } from '../world/issues.ts'
import type { Pull, ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import type { GraphqlPorts, MergeView } from './context.ts'
import { answerGraphql } from './route.ts'

export interface Stage {
  readonly loopback: Loopback
  readonly repository: Repository
  readonly issue: Issue
  readonly pull: Pull
  readonly thread: ReviewComment
  readonly head: string
  /** What the ports were told of. */
  readonly said: string[]
  /** What the ports say of the pull request. */
  readonly facts: { merge: MergeView; refusal?: string }
  readonly tokens: Readonly<Record<'ana' | 'reader' | 'stranger', string>>
  /** A token of an App on this repository, or on others. */
  appToken(permissions: Permissions, repositories?: 'all' | readonly string[]): string
  client(token?: string): Octokit
  /** The body of the reply, whatever it says. */
  ask(token: string, query: string, variables?: Record<string, unknown>): Promise<Answer>
}

export interface Answer {
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into data of every query
  readonly data?: any
  readonly errors?: readonly { readonly type?: string; readonly message: string; readonly path?: unknown }[]
}

/** A review with one comment on line 1. */
function threadOf(loopback: Loopback, repository: Repository, author: Account, head: string): ReviewComment {
  const { world, clock } = loopback.forge
  const [number = 0] = repository.pulls.keys()
  const review = world.nextId()
  repository.reviews.set(review, {
    id: review,
    pull: number,
    author,
    via: undefined,
    body: '',
    state: 'COMMENTED',
    commitId: head,
    submittedAt: clock.iso(),
  })
  const comment: ReviewComment = {
    id: world.nextId(),
    pull: number,
    review,
    author,
    via: undefined,
    body: 'Why?',
    path: 'sum.js',
    diffHunk: '@@ -1 +1 @@',
    commitId: head,
    originalCommitId: head,
    position: 1,
    originalPosition: 1,
    side: 'RIGHT',
    startSide: null,
    line: 1,
    originalLine: 1,
    startLine: null,
    originalStartLine: null,
    subjectType: 'line',
    inReplyTo: undefined,
    resolvedBy: undefined,
    createdAt: clock.iso(),
    updatedAt: clock.iso(),
  }
  repository.reviewComments.set(comment.id, comment)
  return comment
}

/** Pull requests of a stage do what they are told; what they tell of themselves is the facts. */
function portsTelling(said: string[], facts: Stage['facts']): GraphqlPorts {
  const setDraft = (repository: Repository, number: number, draft: boolean): void => {
    const pull = repository.pulls.get(number)
    if (pull !== undefined) pull.draft = draft
    said.push(`#${number} is ${draft ? 'a draft' : 'ready'}`)
  }
  return {
    mergeView: async () => facts.merge,
    reviewDecision: async () => 'REVIEW_REQUIRED',
    markReady: async (_forge, repository, number) => setDraft(repository, number, false),
    async convertToDraft(_forge, repository, number) {
      if (!repository.settings.draftsOffered) return 'Drafts are not offered.'
      setDraft(repository, number, true)
      return undefined
    },
    async enableAutoMerge({ clock }, actor, repository, number, arming) {
      if (facts.refusal !== undefined) return { kind: 'refused', message: facts.refusal }
      said.push(`#${number} is armed: ${JSON.stringify(arming)}`)
      const { method = 'merge', title, message } = arming
      const by = accountIn({ actor })
      const enabledAt = clock.iso()
      const armed = { pull: number, by, via: undefined, method, title, message, enabledAt }
      repository.autoMerges.set(number, armed)
      return { kind: 'armed' }
    },
    disableAutoMerge: async (_forge, _actor, repository, number) =>
      repository.autoMerges.delete(number)
        ? { kind: 'armed' }
        : { kind: 'refused', message: 'It is not armed.' },
    threadChanged: async (_forge, _repository, first, by, action) => {
      said.push(`${by.sender.login} ${action} the thread of #${first.pull}`)
    },
    async reply({ world }, repository, first, by, body) {
      const comment = { ...first, id: world.nextId(), body, author: by.sender, inReplyTo: first.id }
      repository.reviewComments.set(comment.id, comment)
      return comment
    },
  }
}

export async function openStage(
  options: { private?: boolean; limits?: Partial<Limits> } = {},
): Promise<Stage> {
  const loopback = await startLoopback()
  const people = {
    ana: loopback.user('ana'),
    reader: loopback.user('reader'),
    stranger: loopback.user('stranger'),
  }
  const repository = await loopback.repository({
    owner: 'ana',
    name: 'sums',
    private: options.private ?? false,
    files: { 'sum.js': 'a - b\n' },
    settings: { allowAutoMerge: true, allowRebaseMerge: false },
    collaborators: { reader: 'read' },
  })
  const base = await repository.git.ref('refs/heads/main')
  const from = base === undefined ? {} : { from: base.sha }
  const head = await commitFiles(
    repository.git,
    'fix',
    { 'sum.js': 'a + b\n' },
    { ...from, message: 'Sum adds' },
  )
  const issue = addIssue(loopback.forge, repository, {
    title: 'Sum is wrong',
    author: people.stranger.account,
    labels: ['bug'],
  })
  const body = `Closes #${issue.number}, fixes #99`
  const asked = addIssue(loopback.forge, repository, {
    title: 'Sum adds',
    body,
    author: people.stranger.account,
  })
  const pull = addPull(loopback.forge, repository, { number: asked.number, headRef: 'fix', draft: true })
  await repository.git.syncPullRef({ number: pull.number, head })
  const thread = threadOf(loopback, repository, people.ana.account, head)
  const said: string[] = []
  const facts: Stage['facts'] = { merge: { mergeable: true, state: 'blocked' } }

  const { forge, oracle, faults } = loopback
  const around = {
    forge,
    oracle,
    faults,
    gate: makeGate(forge.world, forge.clock),
    limiter: makeLimiter({ ...GITHUB_LIMITS, ...options.limits }, forge.clock),
    answered: new Map(),
    ports: portsTelling(said, facts),
  }
  const route: Route = {
    matches: (path) => path === '/api/graphql',
    async handle(request, response, url) {
      sendOutcome(response, await answerGraphql(await readRequest(request, url, '/api'), around))
    },
  }
  const listening = await listen(() => [route], {
    port: 0,
    failed: (error, what) => oracle.fail(`${what}: ${String(error)}`),
  })
  onTestFinished(async () => {
    await listening.close()
    await loopback.close()
    expect(oracle.counts().unvalidated).toEqual([])
  })
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const client = (token?: string) =>
    new Octokit({
      baseUrl: `${listening.origin}/api/v3`,
      log: quiet,
      ...(token !== undefined && { auth: token }),
    })
  return {
    loopback,
    repository,
    issue,
    pull,
    thread,
    head,
    said,
    facts,
    tokens: { ana: people.ana.token, reader: people.reader.token, stranger: people.stranger.token },
    appToken(permissions, repositories = 'all') {
      const { app } = loopback.app({ slug: `app-${forge.world.nextId()}`, permissions, events: [] })
      const installation = loopback.install(app, 'ana', repositories)
      const token = `ghs_${forge.world.nextId()}`
      const expiresAt = forge.clock.now() + 3_600_000
      const rights = { kind: 'installation', installation, repositories: undefined, revoked: false } as const
      forge.world.tokens.set(token, { ...rights, token, permissions, expiresAt })
      return token
    },
    client,
    async ask(token, query, variables = {}) {
      const response = await fetch(`${listening.origin}/api/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      })
      return (await response.json()) as Answer
    },
  }
}
