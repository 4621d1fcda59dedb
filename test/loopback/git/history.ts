// Owns questions about history: ancestors, merge bases, logs and distances. undefined: a revision does not exist.
import type { Commit } from './commit-object.ts'
import { parseCommit } from './commit-object.ts'
import type { RepositoryContext } from './context.ts'
import type { Sha } from './names.ts'
import type { Objects } from './objects.ts'
import { GitFailure } from './processes.ts'
import { follow } from './refs.ts'

export interface LogQuery {
  from: string
  /** Leave out what this revision reaches. */
  exclude?: string
  path?: string
  /** ISO 8601, by committer date. */
  since?: string
  until?: string
  /** GitHub lists a pull request's commits oldest first. */
  oldestFirst?: boolean
  max: number
  skip?: number
}

export interface History {
  isAncestor(ancestor: string, of: string): Promise<boolean | undefined>
  /** undefined also when the two have no common history. */
  mergeBase(a: string, b: string): Promise<Sha | undefined>
  log(query: LogQuery): Promise<Commit[] | undefined>
  aheadBehind(base: string, head: string): Promise<{ ahead: number; behind: number } | undefined>
  countCommits(query: Pick<LogQuery, 'from' | 'exclude'>): Promise<number | undefined>
  /** The first path in a folder that commits change which no ref has yet: what `workflows` permission is about. */
  newChangeBelow(folder: string, rev: string): Promise<string | undefined>
}

export function makeHistory(context: RepositoryContext, { resolve }: Pick<Objects, 'resolve'>): History {
  const { askOnce, run, runOnce, reader } = context

  async function both(a: string, b: string): Promise<[Sha, Sha] | undefined> {
    const [first, second] = await Promise.all([resolve(a, 'commit'), resolve(b, 'commit')])
    return first === undefined || second === undefined ? undefined : [first, second]
  }

  async function range(from: string, exclude: string | undefined): Promise<string[] | undefined> {
    if (exclude !== undefined) {
      const pair = await both(from, exclude)
      return pair === undefined ? undefined : [pair[0], `^${pair[1]}`]
    }
    const start = await resolve(from, 'commit')
    return start === undefined ? undefined : [start]
  }

  return {
    async isAncestor(ancestor, of) {
      const pair = await both(ancestor, of)
      return pair === undefined ? undefined : follow(context, ...pair)
    },
    async mergeBase(a, b) {
      const pair = await both(a, b)
      if (pair === undefined) return undefined
      const { exitCode, stdout, stderr } = await askOnce(['merge-base', ...pair])
      if (exitCode > 1) throw new GitFailure(`git merge-base: ${stderr.trim()}`)
      return exitCode === 0 ? stdout.toString('utf8').trim() : undefined
    },
    async log({ from, exclude, path, since, until, oldestFirst, max, skip = 0 }) {
      const revisions = await range(from, exclude)
      if (revisions === undefined) return undefined
      const all = oldestFirst === true
      // rev-list counts before it reverses, so the oldest are cut out here.
      const window = all ? ['--reverse'] : [`--max-count=${max}`, `--skip=${skip}`]
      const dates = [since && `--since=${since}`, until && `--until=${until}`].filter(
        (flag) => flag !== undefined,
      )
      const output = await runOnce([
        'rev-list',
        ...window,
        ...dates,
        ...revisions,
        '--',
        ...(path ? [path] : []),
      ])
      const listed = output.toString('utf8').split('\n').filter(Boolean)
      const shas = all ? listed.slice(skip, skip + max) : listed
      const found = await Promise.all(shas.map((sha) => reader.contents(sha)))
      return found.filter((one) => one !== undefined).map((one) => parseCommit(one.sha, one.content))
    },
    async aheadBehind(base, head) {
      const pair = await both(base, head)
      if (pair === undefined) return undefined
      const output = await runOnce(['rev-list', '--left-right', '--count', `${pair[0]}...${pair[1]}`])
      const [behind, ahead] = output.toString('utf8').trim().split('\t').map(Number)
      return { ahead: ahead ?? 0, behind: behind ?? 0 }
    },
    async countCommits({ from, exclude }) {
      const revisions = await range(from, exclude)
      if (revisions === undefined) return undefined
      return Number((await runOnce(['rev-list', '--count', ...revisions])).toString('utf8'))
    },
    async newChangeBelow(folder, rev) {
      const tip = await resolve(rev, 'commit')
      if (tip === undefined) return undefined
      // A merge counts where it differs from all its parents, as in hooks/update.
      const flags = ['-c', '--full-history', '--format=', '--name-only', '-z']
      const output = await run(['log', ...flags, tip, '--not', '--all', '--', folder])
      return output
        .toString('utf8')
        .split('\0')
        .find((path) => path.trim() !== '')
    },
  }
}
