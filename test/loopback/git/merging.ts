// Owns merges without a work tree: `git merge-tree` says what comes out, commits are written, no ref is moved.
import { parseCommit } from './commit-object.ts'
import type { Identity } from './commit-object.ts'
import type { RepositoryContext } from './context.ts'
import { EMPTY_TREE } from './names.ts'
import type { Sha } from './names.ts'
import type { Objects } from './objects.ts'
import { GitFailure } from './processes.ts'
import { follow } from './refs.ts'

export type MergeProblem = {
  ok: false
  /** unrelated: no common history; nothing_to_merge: base has all of head; missing: no such revision. */
  reason: 'conflict' | 'unrelated' | 'nothing_to_merge' | 'missing'
  /** Paths. */
  conflicts: string[]
}
export type MergeResult = { ok: true; sha: Sha } | MergeProblem
export type Mergeability =
  | { clean: true; tree: Sha }
  | { clean: false; reason: MergeProblem['reason']; conflicts: string[] }

export interface MergeRequest {
  base: string
  head: string
  message: string
  author: Identity
  committer: Identity
  signed?: boolean
}

export interface Merging {
  mergeable(pair: { base: string; head: string }): Promise<Mergeability>
  /** A commit with two parents. */
  merge(request: MergeRequest): Promise<MergeResult>
  /** One commit on base with everything of head. */
  squash(request: MergeRequest): Promise<MergeResult>
  /** Every commit of head that base has not, again, on base: author kept, committer new; merges are left out. */
  rebase(request: Omit<MergeRequest, 'message' | 'author'>): Promise<MergeResult>
}

/** Only so that a commit for merge-tree to start from can be written; nothing refers to it. */
const NOBODY: Identity = { name: 'merge', email: 'merge@localhost', date: '1970-01-01T00:00:00Z' }

export function makeMerging(context: RepositoryContext, objects: Objects): Merging {
  const { askOnce, run, reader } = context

  async function mergeTrees(base: Sha, head: Sha): Promise<Mergeability> {
    const flags = ['--write-tree', '-z', '--name-only', '--no-messages']
    const { exitCode, stdout, stderr } = await askOnce(['merge-tree', ...flags, base, head])
    if (/refusing to merge unrelated histories/.test(stderr)) {
      return { clean: false, reason: 'unrelated', conflicts: [] }
    }
    if (exitCode > 1) throw new GitFailure(`git merge-tree: ${stderr.trim()}`)
    const [tree = '', ...conflicts] = stdout.toString('utf8').split('\0').filter(Boolean)
    return exitCode === 0 ? { clean: true, tree } : { clean: false, reason: 'conflict', conflicts }
  }

  async function commits({ base, head }: { base: string; head: string }): Promise<[Sha, Sha] | undefined> {
    const [onto, from] = await Promise.all([objects.resolve(base, 'commit'), objects.resolve(head, 'commit')])
    return onto === undefined || from === undefined ? undefined : [onto, from]
  }

  async function mergeable(pair: { base: string; head: string }): Promise<Mergeability> {
    const found = await commits(pair)
    return found === undefined ? { clean: false, reason: 'missing', conflicts: [] } : mergeTrees(...found)
  }

  async function write(commit: Parameters<Objects['writeCommit']>[0]): Promise<Sha> {
    const written = await objects.writeCommit(commit)
    if (!written.ok) throw new GitFailure(`a commit of a merge could not be written: ${written.reason}`)
    return written.sha
  }

  async function combine(
    request: MergeRequest,
    parents: (base: Sha, head: Sha) => Sha[],
  ): Promise<MergeResult> {
    const pair = await commits(request)
    if (pair === undefined) return problem('missing')
    if (await follow(context, pair[1], pair[0])) return problem('nothing_to_merge')
    const merged = await mergeTrees(...pair)
    if (!merged.clean) return problem(merged.reason, merged.conflicts)
    const { message, author, committer, signed = false } = request
    return {
      ok: true,
      sha: await write({ tree: merged.tree, parents: parents(...pair), message, author, committer, signed }),
    }
  }

  /** Git 2.39 cannot be told a merge base, so three commits are written whose history says it. */
  async function pick(base: Sha, ours: Sha, theirs: Sha): Promise<Mergeability> {
    if (base === ours) return { clean: true, tree: theirs }
    const identity = { author: NOBODY, committer: NOBODY, message: '' }
    const root = await write({ ...identity, tree: base, parents: [] })
    const [left, right] = await Promise.all(
      [ours, theirs].map((tree) => write({ ...identity, tree, parents: [root] })),
    )
    return mergeTrees(left ?? root, right ?? root)
  }

  async function read(sha: Sha) {
    const found = await reader.contents(sha)
    if (found?.type !== 'commit') throw new GitFailure(`commit ${sha} cannot be read`)
    return parseCommit(sha, found.content)
  }

  return {
    mergeable,
    merge: (request) => combine(request, (base, head) => [base, head]),
    squash: (request) => combine(request, (base) => [base]),
    async rebase({ base, head, committer, signed = false }) {
      const pair = await commits({ base, head })
      if (pair === undefined) return problem('missing')
      const [onto, from] = pair
      if (await follow(context, from, onto)) return problem('nothing_to_merge')
      const { exitCode } = await askOnce(['merge-base', onto, from])
      if (exitCode === 1) return problem('unrelated')
      const listed = await run(['rev-list', '--reverse', '--topo-order', '--no-merges', from, `^${onto}`])
      let tip = await read(onto)
      for (const sha of listed.toString('utf8').split('\n').filter(Boolean)) {
        const commit = await read(sha)
        const parent = commit.parents[0]
        const before = parent === undefined ? EMPTY_TREE : (await read(parent)).tree
        const picked = await pick(before, tip.tree, commit.tree)
        if (!picked.clean) return problem(picked.reason, picked.conflicts)
        // The base has this change already: git leaves such a commit out.
        if (picked.tree === tip.tree && commit.tree !== before) continue
        const { author, message } = commit
        tip = await read(
          await write({ tree: picked.tree, parents: [tip.sha], author, committer, message, signed }),
        )
      }
      return { ok: true, sha: tip.sha }
    },
  }
}

function problem(reason: MergeProblem['reason'], conflicts: string[] = []): MergeProblem {
  return { ok: false, reason, conflicts }
}
