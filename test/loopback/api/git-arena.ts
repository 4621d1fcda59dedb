// Owns what tests of git data, contents and commits begin with: a repository, people, and an App with its token.
import type { Octokit } from '@octokit/rest'
import { openArena } from '../arena.ts'
import type { Arena } from '../arena.ts'
import type { NewRepository } from '../furnish/repositories.ts'
import type { Identity } from '../git/commit-object.ts'
import type { NewTreeEntry } from '../git/tree-edit.ts'
import type { Permissions } from '../world/accounts.ts'
import type { BranchProtection, Repository } from '../world/repository.ts'

export const AT = { owner: 'acme', repo: 'widgets' } as const
export const WORKFLOW = '.github/workflows/ci.yml'

export interface GitArena extends Arena {
  readonly repository: Repository
  /** may write */
  readonly ana: Octokit
  readonly anaToken: string
  /** an App with `contents: write`, without `workflows` */
  readonly bot: Octokit
  readonly botToken: string
  /** another installation's token of the same App, with these permissions */
  tokenWith(permissions: Permissions): string
}

export async function gitArena(wanted: Partial<NewRepository> = {}): Promise<GitArena> {
  const arena = await openArena({ limits: { pointsPerMinute: 1e6, contentsPerMinute: 1e6 } })
  const { loopback } = arena
  const ana = loopback.user('ana')
  loopback.organization('acme')
  const repository = await loopback.repository({
    ...AT,
    name: AT.repo,
    files: { 'README.md': '# widgets\n', 'src/sum.js': 'a - b\n', [WORKFLOW]: 'on: push\n' },
    collaborators: { ana: 'write' },
    ...wanted,
  })
  const { app } = arena.app({
    slug: 'tool',
    permissions: { contents: 'write', workflows: 'write', metadata: 'read' },
    events: ['push', 'create', 'delete', 'repository_dispatch'],
  })
  const installation = loopback.install(app, 'acme')
  const tokenWith = (permissions: Permissions): string => {
    const token = `ghs_${'x'.repeat(30)}${loopback.forge.world.nextId()}`
    loopback.forge.world.tokens.set(token, {
      kind: 'installation',
      token,
      installation,
      permissions: { metadata: 'read', ...permissions },
      repositories: undefined,
      expiresAt: loopback.forge.clock.now() + 3_600_000,
      revoked: false,
    })
    return token
  }
  const botToken = tokenWith({ contents: 'write' })
  return {
    ...arena,
    repository,
    ana: arena.octokit(ana.token),
    anaToken: ana.token,
    bot: arena.octokit(botToken),
    botToken,
    tokenWith,
  }
}

export const ANA: Identity = { name: 'ana', email: 'ana@example.test', date: '2026-01-02T03:04:05Z' }

/** A commit made in git itself, on a branch if one is named; text by path, or whole entries. */
export async function commitOn(
  { git }: Pick<Repository, 'git'>,
  branch: string | undefined,
  files: Readonly<Record<string, string | null>> | readonly NewTreeEntry[],
  { from, message = 'change' }: { from?: string; message?: string } = {},
): Promise<string> {
  const head = branch === undefined ? undefined : await git.resolve(`refs/heads/${branch}`)
  const parent = head ?? from
  const entries = Array.isArray(files)
    ? (files as NewTreeEntry[])
    : Object.entries(files as Record<string, string | null>).map(([path, content]) =>
        content === null ? { path, sha: null } : { path, mode: '100644', type: 'blob', content },
      )
  const tree = await git.writeTree({ ...(parent === undefined ? {} : { base: parent }), entries })
  if (!tree.ok) throw new Error(tree.reason)
  const parents = parent === undefined ? [] : [parent]
  const commit = await git.writeCommit({
    tree: tree.sha,
    parents,
    message,
    author: ANA,
    committer: ANA,
  })
  if (!commit.ok) throw new Error(commit.reason)
  if (branch !== undefined) await git.updateRef({ name: `refs/heads/${branch}`, to: commit.sha })
  return commit.sha
}

/** So many commits of one tree, each on the one before it, and a branch at the last. */
export async function commitChain(
  { git }: Pick<Repository, 'git'>,
  branch: string,
  from: string,
  count: number,
): Promise<void> {
  const tree = (await git.commit(from))?.tree ?? ''
  let head = from
  for (let at = 0; at < count; at += 1) {
    const message = `Step ${at}`
    const made = await git.writeCommit({ tree, parents: [head], message, author: ANA, committer: ANA })
    if (!made.ok) throw new Error(made.reason)
    head = made.sha
  }
  await git.updateRef({ name: `refs/heads/${branch}`, to: head })
}

export async function headOf({ git }: Repository, branch = 'main'): Promise<string> {
  const sha = await git.resolve(`refs/heads/${branch}`)
  if (sha === undefined) throw new Error(`there is no branch ${branch}`)
  return sha
}

/** Status and sentence of a refusal. */
export async function refusal(work: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await work
  } catch (error) {
    const { status = 0, response } = error as {
      status?: number
      response?: { data?: { message?: string } }
    }
    return { status, message: response?.data?.message ?? '' }
  }
  throw new Error('was not refused')
}

export function protect(repository: Repository, rule: Partial<BranchProtection> = {}): void {
  const branch = rule.branch ?? 'main'
  const open = {
    id: 1,
    createdAt: '2026-01-02T03:04:05Z',
    branch,
    requiredChecks: undefined,
    requiredReviews: undefined,
    enforceAdmins: true,
    requiredLinearHistory: false,
    requiredConversationResolution: false,
    allowForcePushes: false,
    allowDeletions: false,
    restrictions: undefined,
    locked: false,
    mergeQueue: false,
  }
  repository.protections.set(branch, { ...open, ...rule })
}

export const REVIEWS = {
  count: 1,
  dismissStale: false,
  codeOwners: false,
  lastPushApproval: false,
  dismissers: undefined,
} as const
