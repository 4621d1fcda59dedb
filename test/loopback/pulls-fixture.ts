// Owns what tests of pull requests share: a repository with people, an App that hears everything, and pushes to it.
import type { Arena } from './arena.ts'
import { openArena } from './arena.ts'
import { ZERO_SHA } from './git/names.ts'
import type { Files } from './git/fixture.ts'
import { entriesOf } from './git/fixture.ts'
import { identityOf } from './identity.ts'
import type { Forge } from './forge.ts'
import type { LoopbackOptions } from './loopback.ts'
import { afterPush } from './pushes.ts'
import type { Account } from './world/accounts.ts'
import type { Repository } from './world/repository.ts'
import type { NewRepository } from './furnish/repositories.ts'

const PERMISSIONS = {
  administration: 'write',
  checks: 'write',
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
  statuses: 'write',
} as const

const EVENTS = [
  'branch_protection_rule',
  'create',
  'delete',
  'fork',
  'issues',
  'merge_group',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'pull_request_review_thread',
  'push',
]

export const at = { owner: 'acme', repo: 'widgets' } as const

/** Protection that asks for nothing; a test lays over it what it is about. */
export const OFF = {
  required_status_checks: null,
  enforce_admins: null,
  required_pull_request_reviews: null,
  restrictions: null,
} as const

export type Acme = Awaited<ReturnType<typeof openAcme>>

/** `acme/widgets` with ana (admin), ben (write), cleo (write), eve (nobody), and the App `tool`. */
export async function openAcme(wanted: Partial<NewRepository> = {}, options: LoopbackOptions = {}) {
  const limits = { contentsPerMinute: 1000, pointsPerMinute: 100_000 }
  const arena: Arena = await openArena({ limits, ...options })
  const { loopback } = arena
  const people = {
    ana: loopback.user('ana'),
    ben: loopback.user('ben'),
    cleo: loopback.user('cleo'),
    eve: loopback.user('eve'),
  }
  loopback.organization('acme', { ana: 'admin', ben: 'member' })
  const repository = await loopback.repository({
    ...at,
    name: at.repo,
    files: { 'README.md': '# Widgets\n', 'src/sum.js': 'one\ntwo\nthree\nfour\nfive\n' },
    collaborators: { ben: 'write', cleo: 'write' },
    ...wanted,
  })
  const { app, privateKey } = arena.app({ slug: 'tool', permissions: PERMISSIONS, events: EVENTS })
  const installation = loopback.install(app, 'acme')
  const accounts = {
    ana: people.ana.account,
    ben: people.ben.account,
    cleo: people.cleo.account,
    eve: people.eve.account,
  }
  /** A commit on a branch, told as any push is; a new branch starts at main unless `from` says else. */
  async function push(
    branch: string,
    files: Files,
    more: { by?: Account; on?: Repository; from?: string; message?: string } = {},
  ): Promise<string> {
    const { by = accounts.ben, on = repository } = more
    const ref = `refs/heads/${branch}`
    const before = (await on.git.ref(ref))?.sha ?? ZERO_SHA
    const parent = before === ZERO_SHA ? (more.from ?? (await on.git.resolve('refs/heads/main'))) : before
    const after = await commit(loopback.forge, on, { by, files, parent, message: more.message ?? 'change' })
    await on.git.updateRef({ name: ref, to: after, force: true })
    const pusher = { sender: by, via: undefined, byJob: false }
    await afterPush(loopback.forge, on, [{ ref, before, after, forced: false }], pusher)
    return after
  }
  return {
    ...arena,
    /** Another App whose webhooks are received. */
    newApp: arena.app,
    app,
    repository,
    accounts,
    push,
    ana: arena.octokit(people.ana.token),
    ben: arena.octokit(people.ben.token),
    cleo: arena.octokit(people.cleo.token),
    eve: arena.octokit(people.eve.token),
    bot: arena.installed(app, privateKey, installation.id),
    /** What was received of one event, as its payloads. */
    async told(event: string, action?: string) {
      await loopback.settled()
      return arena.hooks
        .filter((hook) => hook.event === event && (action === undefined || hook.action === action))
        .map((hook) => hook.payload)
    },
    /** A branch with one change, and a pull request of ben's for it. */
    async propose(branch = 'feature', files: Files = { 'src/new.js': 'new\n' }, more: object = {}) {
      await push(branch, files)
      const { data } = await arena
        .octokit(people.ben.token)
        .rest.pulls.create({ ...at, head: branch, base: 'main', title: `Add ${branch}`, ...more })
      return data
    },
  }
}

async function commit(
  forge: Forge,
  on: Repository,
  { by, files, parent, message }: { by: Account; files: Files; parent: string | undefined; message: string },
): Promise<string> {
  const base = parent === undefined ? {} : { base: parent }
  const tree = await on.git.writeTree({ ...base, entries: entriesOf(files) })
  if (!tree.ok) throw new Error(tree.reason)
  const author = identityOf(forge, by)
  const parents = parent === undefined ? [] : [parent]
  const made = await on.git.writeCommit({ tree: tree.sha, parents, author, committer: author, message })
  if (!made.ok) throw new Error(made.reason)
  return made.sha
}

/** Status and first words of a refusal. */
export async function refusal(work: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await work
  } catch (error) {
    const { status = 0, message = '' } = error as { status?: number; message?: string }
    return { status, message }
  }
  return { status: 0, message: 'it was not refused' }
}
