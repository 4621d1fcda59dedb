// Owns PullFacts as GitHub tells them: read at one head, or not at all.
import { z } from 'zod'
import { Sha } from '../../contracts/base.ts'
import type { RepoRef } from '../../contracts/envelope.ts'
import type { PullFacts } from '../../contracts/pull-facts.ts'
import type { Clock } from '../../ports.ts'
import { checksOf, checksOn } from './checks.ts'
import type { Client } from './client.ts'
import type { Asked } from './facts-query.ts'
import { askFacts, reviewState, userOf } from './facts-query.ts'
import { ForgeError } from './forge-error.ts'
import type { Identity } from './identity.ts'
import { User } from './identity.ts'
import { keep } from './snapshots.ts'

/** Source: docs.github.com, "List pull requests files" and "List commits on a pull request". */
const MOST_FILES = 3000
const MOST_COMMITS = 250
/** How often everything is read anew because the head moved, or GitHub told of different moments. */
const ROUNDS = 3
const ROUND_WAIT_MS = 500
const MOST_PULLS = 50

const File = z.object({
  filename: z.string().min(1),
  previous_filename: z.string().min(1).optional(),
  status: z.string().min(1),
  additions: z.int().min(0),
  deletions: z.int().min(0),
  changes: z.int().min(0),
  patch: z.string().optional(),
  contents_url: z.string(),
})
const CommitRow = z.object({
  sha: Sha,
  // an e-mail that belongs to nobody gives null, or an empty object
  author: User.or(z.object({})).nullable(),
  committer: User.or(z.object({})).nullable(),
  commit: z.object({ verification: z.object({ verified: z.boolean() }).optional() }),
  parents: z.array(z.object({ sha: Sha })),
})

type FileRow = z.infer<typeof File>
type CommitRow = z.infer<typeof CommitRow>

/** What a head and a base make together, read once. */
interface Content {
  files: readonly FileRow[]
  files_complete: boolean
  commits: readonly CommitRow[]
  commits_complete: boolean
}

export interface FactsReader {
  facts(number: number): Promise<PullFacts | undefined>
  checks(commit: Sha): Promise<PullFacts['checks']>
}

export function makeFacts(x: {
  client: Client
  repository: RepoRef
  identity: Identity
  clock: Clock
}): FactsReader {
  const { client, repository, identity, clock } = x
  const known = new Map<number, { key: string; content: Content }>()

  /** Three requests for a head not seen before, one for a head that was. */
  async function round(number: number): Promise<{ asked: Asked; content: Content } | 'again' | undefined> {
    const held = known.get(number)
    if (held !== undefined) {
      const asked = await askFacts(client, repository, number)
      if (asked === undefined) return undefined
      if (asked !== 'moved' && keyOf(asked) === held.key) return { asked, content: held.content }
      known.delete(number)
    }
    const content = await contentOf(number)
    const asked = await askFacts(client, repository, number)
    if (asked === undefined) return undefined
    if (content === undefined || asked === 'moved' || !fits(content, asked.pull)) return 'again'
    keep(known, number, { key: keyOf(asked), content }, MOST_PULLS)
    return { asked, content }
  }

  /** undefined: it was not to be seen, which says nothing of the pull request itself. */
  async function contentOf(number: number): Promise<Content | undefined> {
    try {
      const at = { pull_number: number }
      const commits = await client.list('pulls/list-commits', at, CommitRow, { pages: 3 })
      const files = await client.list('pulls/list-files', at, File, { pages: MOST_FILES / 100 })
      return {
        commits: commits.items,
        commits_complete: commits.complete && commits.items.length < MOST_COMMITS,
        files: files.items,
        files_complete: files.complete && files.items.length < MOST_FILES,
      }
    } catch (error) {
      if (error instanceof ForgeError && error.code === 'not_found') return undefined
      throw error
    }
  }

  return {
    async facts(number) {
      for (let tries = 0; tries < ROUNDS; tries++) {
        if (tries > 0) await clock.sleep(ROUND_WAIT_MS)
        const read = await round(number)
        if (read === undefined) return undefined
        if (read !== 'again') return assemble(repository, number, read, identity, clock.now())
      }
      const message = `Pull request #${number} changes while it is read.`
      throw new ForgeError('unavailable', { operation: 'graphql PullFacts', message })
    },
    checks: (commit) => checksOn(client, repository, commit),
  }
}

/** The base's own commit too: what a pull request changes is told against where it left the base. */
function keyOf({ pull }: Asked): string {
  return [pull.headRefOid, pull.baseRefName, baseShaOf(pull)].join(' ')
}

/** Now; GitHub keeps the one that the pull request was last compared with as `baseRefOid`. */
function baseShaOf(pull: Asked['pull']): Sha {
  return pull.baseRef?.target?.oid ?? pull.baseRefOid
}

/**
 * Threat: a list that a lagging replica gave, or that was read around a push, would let a file pass unseen. The last
 * commit, the number of files and the commit that each file names must be those of the head.
 */
function fits(content: Content, pull: Asked['pull']): boolean {
  const { files, commits } = content
  if (content.commits_complete && commits.at(-1)?.sha !== pull.headRefOid) return false
  if (content.files_complete && files.length !== pull.changedFiles) return false
  return files.every((file) => {
    const ref = URL.parse(file.contents_url)?.searchParams.get('ref')
    return file.status === 'removed' || ref === null || ref === undefined || ref === pull.headRefOid
  })
}

async function assemble(
  repository: RepoRef,
  number: number,
  { asked, content }: { asked: Asked; content: Content },
  identity: Identity,
  now: Date,
): Promise<PullFacts> {
  const { pull, repository: about } = asked
  const [last] = pull.commits.nodes
  const user = (row: User | object | null) =>
    row !== null && 'id' in row ? identity.actor(row) : Promise.resolve(null)
  return {
    schema: 'autopilot/pull-facts@1',
    repo: {
      id: repository.id,
      owner: about.owner.login,
      name: about.name,
      default_branch: about.defaultBranchRef?.name ?? pull.baseRefName,
      private: about.isPrivate,
    },
    number,
    url: pull.url,
    state: STATES[pull.state],
    draft: pull.isDraft,
    fork: pull.isCrossRepository,
    title: pull.title,
    author: await identity.actor(userOf(pull.author)),
    base: { ref: pull.baseRefName, sha: baseShaOf(pull) },
    head: {
      ref: pull.headRefName,
      sha: pull.headRefOid,
      tree: last?.commit.oid === pull.headRefOid ? last.commit.tree.oid : null,
    },
    mergeable: MERGEABLE[pull.mergeable],
    labels: (pull.labels?.nodes ?? []).map(({ name }) => name),
    files: content.files.map(fileOf),
    files_complete: content.files_complete,
    commits: await Promise.all(
      content.commits.map(async (row) => ({
        sha: row.sha,
        author: await user(row.author),
        committer: await user(row.committer),
        verified: row.commit.verification?.verified ?? false,
        parents: row.parents.length,
      })),
    ),
    commits_complete: content.commits_complete,
    reviews: await reviewsOf(asked, identity),
    checks: checksOf(asked.contexts),
    in_merge_queue: pull.isInMergeQueue,
    read_at: now.toISOString(),
  }
}

const STATES = { OPEN: 'open', CLOSED: 'closed', MERGED: 'merged' } as const
const MERGEABLE = { MERGEABLE: 'yes', CONFLICTING: 'no', UNKNOWN: 'unknown' } as const

/** GitHub leaves the patch out for what is binary, and also for an empty file: the worse is taken. */
function fileOf(file: FileRow): PullFacts['files'][number] {
  return {
    path: file.filename,
    previous_path: file.previous_filename ?? null,
    status: file.status,
    added: file.additions,
    removed: file.deletions,
    binary: file.patch === undefined && file.changes === 0 && file.status !== 'renamed',
  }
}

async function reviewsOf({ reviews }: Asked, identity: Identity): Promise<PullFacts['reviews']> {
  const all: PullFacts['reviews'] = []
  for (const review of reviews) {
    const state = reviewState(review.state)
    if (state === undefined || review.submittedAt === null) continue
    all.push({
      id: Number(review.fullDatabaseId),
      author: await identity.actor(userOf(review.author)),
      may_write: review.authorCanPushToRepository,
      state,
      commit: review.commit?.oid ?? null,
      at: new Date(review.submittedAt).toISOString(),
    })
  }
  return all
}
