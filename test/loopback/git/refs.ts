// Owns a repository's refs: read, listed, and moved only by compare-and-swap.
import { parseCommit } from './commit-object.ts'
import type { RepositoryContext } from './context.ts'
import { ZERO_SHA, isRefName, isSha } from './names.ts'
import type { Sha } from './names.ts'
import type { ObjectType } from './object-reader.ts'
import { GitFailure } from './processes.ts'

export interface Ref {
  name: string
  sha: Sha
  type: ObjectType
}

export interface RefUpdate {
  /** In full: `refs/heads/main`. */
  name: string
  to: Sha
  /** Where the ref must be now; null: it must not exist. */
  expected?: Sha | null
  /** Without it a ref moves only to a descendant of where it is. */
  force?: boolean
}

export type UpdateRefResult =
  | 'created'
  | 'updated'
  | 'moved'
  | 'not_fast_forward'
  | 'missing_object'
  | 'not_a_commit'
  | 'invalid_name'
  /** `refs/heads/a` stands in the way of `refs/heads/a/b`, or the other way round. */
  | 'name_taken'

export type DeleteRefResult = 'deleted' | 'missing' | 'moved'

export interface RefChange {
  ref: string
  before: Sha
  after: Sha
  created: boolean
  deleted: boolean
  forced: boolean
}

export interface Refs {
  ref(name: string): Promise<{ sha: Sha; type: ObjectType } | undefined>
  /** Every ref whose full name starts with the prefix, by name. */
  refs(prefix: string): Promise<Ref[]>
  updateRef(update: RefUpdate): Promise<UpdateRefResult>
  deleteRef(name: string, expected?: Sha): Promise<DeleteRefResult>
  /** Name without refs/heads/; the branch may not exist yet. */
  defaultBranch(): Promise<string>
  setDefaultBranch(branch: string): Promise<'updated' | 'invalid_name'>
}

export function makeRefs(context: RepositoryContext): Refs {
  const { run, reader, refWriter, exclusive } = context

  async function ref(name: string) {
    const found = isRefName(name) ? await reader.info(name) : undefined
    return found === undefined ? undefined : { sha: found.sha, type: found.type }
  }

  async function swap(line: string): Promise<'done' | 'moved' | 'name_taken'> {
    const stderr = await refWriter.write(line)
    if (stderr === undefined) return 'done'
    if (/exists; cannot create|there is a non-empty directory/.test(stderr)) return 'name_taken'
    if (/is at .* but expected|reference already exists|unable to resolve reference/.test(stderr))
      return 'moved'
    throw new GitFailure(`git update-ref: ${stderr.trim()}`)
  }

  return {
    ref,
    async refs(prefix) {
      const output = await run(['for-each-ref', '--format=%(refname) %(objectname) %(objecttype)'])
      return output
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '' && line.startsWith(prefix))
        .map((line) => {
          const [name = '', sha = '', type = ''] = line.split(' ')
          return { name, sha, type: type as ObjectType }
        })
    },
    updateRef: ({ name, to, expected, force }) =>
      exclusive(async () => {
        if (!isRefName(name)) return 'invalid_name'
        const target = isSha(to) ? await reader.info(to) : undefined
        if (target === undefined) return 'missing_object'
        if (name.startsWith('refs/heads/') && target.type !== 'commit') return 'not_a_commit'
        const current = await ref(name)
        if (expected !== undefined && (current?.sha ?? null) !== expected) return 'moved'
        if (current?.sha === to) return 'updated'
        if (current !== undefined && force !== true) {
          const follows =
            current.type === 'commit' && target.type === 'commit' && (await follow(context, current.sha, to))
          if (!follows) return 'not_fast_forward'
        }
        const swapped = await swap(`update ${name} ${to} ${current?.sha ?? ZERO_SHA}`)
        if (swapped !== 'done') return swapped
        return current === undefined ? 'created' : 'updated'
      }),
    deleteRef: (name, expected) =>
      exclusive(async () => {
        const current = await ref(name)
        if (current === undefined) return 'missing'
        if (expected !== undefined && current.sha !== expected) return 'moved'
        return (await swap(`delete ${name} ${current.sha}`)) === 'done' ? 'deleted' : 'moved'
      }),
    async defaultBranch() {
      const output = await run(['symbolic-ref', 'HEAD'])
      return output.toString('utf8').trim().replace('refs/heads/', '')
    },
    setDefaultBranch: (branch) =>
      exclusive(async () => {
        if (!isRefName(`refs/heads/${branch}`)) return 'invalid_name'
        await run(['symbolic-ref', 'HEAD', `refs/heads/${branch}`])
        return 'updated'
      }),
  }
}

/** Whether `from` is `to` or an ancestor of it; both are commits of this repository. */
export async function follow({ askOnce, reader }: RepositoryContext, from: Sha, to: Sha): Promise<boolean> {
  if (from === to) return true
  // One new commit is the usual step, and costs no process.
  const commit = await reader.contents(to)
  if (commit?.type === 'commit' && parseCommit(to, commit.content).parents.includes(from)) return true
  const { exitCode, stderr } = await askOnce(['merge-base', '--is-ancestor', from, to])
  if (exitCode > 1) throw new GitFailure(`git merge-base: ${stderr.trim()}`)
  return exitCode === 0
}

/** What changed between two listings; the lock was held from the one to the other. */
export async function changesBetween(
  context: RepositoryContext,
  before: readonly Ref[],
  after: readonly Ref[],
): Promise<RefChange[]> {
  const old = new Map(before.map((ref) => [ref.name, ref]))
  const now = new Map(after.map((ref) => [ref.name, ref]))
  const changes: RefChange[] = []
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [from, to] = [old.get(name), now.get(name)]
    if (from?.sha === to?.sha) continue
    const both = from !== undefined && to !== undefined
    const commits = from?.type === 'commit' && to?.type === 'commit'
    changes.push({
      ref: name,
      before: from?.sha ?? ZERO_SHA,
      after: to?.sha ?? ZERO_SHA,
      created: from === undefined,
      deleted: to === undefined,
      forced: both && !(commits && (await follow(context, from.sha, to.sha))),
    })
  }
  return changes
}
