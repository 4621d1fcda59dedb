// Owns what the tests of checks and statuses begin with: a repository, two Apps that check it, and commits pushed to it.
import type { Octokit } from '@octokit/rest'
import type { Arena } from '../arena.ts'
import { openArena } from '../arena.ts'
import type { LoopbackOptions } from '../loopback.ts'
import { ZERO_SHA } from '../git/names.ts'
import { addIssue, addPull } from '../new-records.ts'
import type { Account, App, Installation } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { suitesForPush } from './suites.ts'

export const at = { owner: 'acme', repo: 'widgets' } as const

export interface Checker {
  readonly app: App
  readonly installation: Installation
  readonly bot: Octokit
}

export interface Checked extends Arena {
  readonly repository: Repository
  readonly head: string
  readonly ana: { readonly account: Account; readonly client: Octokit }
  readonly ours: Checker
  readonly theirs: Checker
  /** A commit on a branch, with the suites that a push makes. */
  push(branch: string, message?: string): Promise<string>
  /** An open pull request whose head is that commit; `from` is a fork of another owner. */
  pull(sha: string, branch: string, from?: Repository): Promise<number>
}

const EVENTS = ['check_run', 'check_suite', 'status', 'deployment', 'deployment_status']

export async function openChecked(options: LoopbackOptions = {}): Promise<Checked> {
  const arena = await openArena(options)
  const { loopback } = arena
  const { forge } = loopback
  const ana = loopback.user('ana')
  loopback.organization('acme', { ana: 'admin' })
  const repository = await loopback.repository({ ...at, name: at.repo, files: { 'README.md': '# acme\n' } })
  const { git } = repository

  const checker = (slug: string, permissions: Record<string, 'read' | 'write'>): Checker => {
    const { app, privateKey } = arena.app({ slug, permissions, events: EVENTS })
    const installation = loopback.install(app, 'acme', ['acme/widgets'])
    return { app, installation, bot: arena.installed(app, privateKey, installation.id) }
  }

  async function push(branch: string, message = 'More\n'): Promise<string> {
    const ref = `refs/heads/${branch}`
    const before = (await git.ref(ref))?.sha
    const parent = before ?? (await git.resolve(repository.defaultBranch, 'commit')) ?? ''
    const who = { name: 'ana', email: 'ana@example.test', date: forge.clock.iso() }
    const tree = await git.tree(parent)
    const made = await git.writeCommit({
      tree: tree?.sha ?? '',
      parents: [parent],
      author: who,
      committer: who,
      message: `${branch} ${forge.world.nextId()}: ${message}`,
    })
    if (!made.ok) throw new Error(`no commit was written: ${made.reason}`)
    await git.updateRef({ name: ref, to: made.sha })
    const change = { ref, before: before ?? ZERO_SHA, after: made.sha, forced: false }
    const pusher = { sender: ana.account, via: undefined, byJob: false }
    await suitesForPush(forge, repository, [change], pusher)
    return made.sha
  }

  async function pull(sha: string, branch: string, from = repository): Promise<number> {
    const { number } = addIssue(forge, repository, { title: branch, author: ana.account })
    addPull(forge, repository, { number, headRepository: from, headRef: branch })
    if (from !== repository) await git.adopt(from.git, sha)
    await git.syncPullRef({ number, head: sha })
    return number
  }

  return {
    ...arena,
    repository,
    head: (await git.resolve('main', 'commit')) ?? '',
    ana: { account: ana.account, client: arena.octokit(ana.token) },
    ours: checker('ours', { checks: 'write', statuses: 'write', deployments: 'write' }),
    theirs: checker('theirs', { checks: 'write', statuses: 'read' }),
    push,
    pull,
  }
}
