// Owns what this repository claims of itself (R151): each claim looks and gives the problems it found.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { drift } from '../generate/generate.ts'

/** One sentence a problem; none when the claim holds. */
export interface Claim {
  title: string
  check(root: string): Promise<readonly string[]> | readonly string[]
}

const MOST_BYTES = 1_000_000
/** The built Action, whole: what each of its jobs downloads. */
const ACTION = 'action/dist/'
const MOST_ACTION_BYTES = 2_500_000
const PRODUCTION = /^(src|app|action|policies)\//
const STRAY = /(^|\/)(node_modules|coverage|demo-output|\.DS_Store|core)(\/|$)|\.(log|orig|rej|swp|tgz|tmp)$/

async function trackedFiles(root: string): Promise<string[]> {
  const { stdout } = await execa('git', ['ls-files', '-z'], { cwd: root })
  return stdout.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
}

function isText(bytes: Buffer): boolean {
  return !bytes.includes(0)
}

/** Lines of tracked text files that match, as `path:line`. */
async function linesMatching(
  root: string,
  wanted: (path: string) => boolean,
  matches: (line: string) => boolean,
): Promise<string[]> {
  const paths = (await trackedFiles(root)).filter(wanted)
  return paths.flatMap((path) => {
    const bytes = readFileSync(join(root, path))
    if (!isText(bytes)) return []
    return bytes
      .toString('utf8')
      .split('\n')
      .flatMap((line, at) => (matches(line) ? [`${path}:${at + 1}`] : []))
  })
}

export async function unfinishedWork(root: string): Promise<string[]> {
  const places = await linesMatching(
    root,
    (path) => PRODUCTION.test(path) && !path.startsWith(ACTION),
    (line) => /\b(TODO|FIXME|XXX|HACK)\b/.test(line),
  )
  return places.map((place) => `${place} says that work is unfinished`)
}

/** Paths of the machine in tracked files, files that no one meant to add, and files that are too large. */
export async function strayArtefacts(root: string): Promise<string[]> {
  const paths = await trackedFiles(root)
  const home = homedir()
  // a home such as /root is a word of its own in tests and docs
  const machine = [root.replace(/\/$/, ''), ...(home.split('/').length > 2 ? [home] : [])]
  const leaks = await linesMatching(
    root,
    () => true,
    (line) => machine.some((path) => line.includes(path)),
  )
  return [
    ...paths.filter((path) => STRAY.test(path)).map((path) => `${path} does not belong into the repository`),
    ...paths
      .filter((path) => statSync(join(root, path)).size > MOST_BYTES)
      .map((path) => `${path} is larger than ${MOST_BYTES} bytes`),
    ...actionSize(root, paths),
    ...leaks.map((place) => `${place} names a path of this machine`),
  ]
}

function actionSize(root: string, paths: readonly string[]): string[] {
  const built = paths.filter((path) => path.startsWith(ACTION))
  const bytes = built.reduce((sum, path) => sum + statSync(join(root, path)).size, 0)
  return bytes > MOST_ACTION_BYTES ? [`${ACTION} has ${bytes} bytes; ${MOST_ACTION_BYTES} are allowed`] : []
}

export async function lockfileAddresses(root: string): Promise<string[]> {
  const places = await linesMatching(
    root,
    (path) => /(^|\/)package-lock\.json$/.test(path),
    (line) => line.includes('"resolved"'),
  )
  return places.map((place) => `${place} holds the address of a registry`)
}

/** Compares each `sha256  path` line of NOTICE: indented ones lie in the demo's package, others in the repository. */
export function noticeSums(root: string): string[] {
  const text = readFileSync(join(root, 'NOTICE'), 'utf8')
  const sums = [...text.matchAll(/^(.*?)([0-9a-f]{64}) {2}(\S+)$/gm)]
  const problems = sums.flatMap(([, before = '', sum, path = '']) => {
    if (path.endsWith('.tgz')) return []
    const file = join(root, before.trim() === '' ? 'node_modules/demo-minimist' : '', path)
    if (!existsSync(file)) return [`NOTICE names ${path}, which is not there`]
    const found = createHash('sha256').update(readFileSync(file)).digest('hex')
    return found === sum ? [] : [`${path} is not the file that NOTICE names: sha256 is ${found}`]
  })
  return sums.length < 3 ? ['NOTICE names no sums', ...problems] : problems
}

/** Untracked files, by `git status`: taken before and after the tests, the difference is what they left behind. */
export async function untracked(root: string): Promise<ReadonlySet<string>> {
  const { stdout } = await execa('git', ['status', '--porcelain', '-z', '--untracked-files=all'], {
    cwd: root,
  })
  return new Set(stdout.split('\0').filter((line) => line !== ''))
}

async function command(
  root: string,
  argv: readonly string[],
  env: Record<string, string>,
): Promise<string[]> {
  const [file = '', ...args] = argv
  const run = await execa(file, args, {
    cwd: root,
    env,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    reject: false,
  })
  return run.failed
    ? [`${argv.join(' ')} ended with ${run.exitCode ?? run.signal ?? 'an error'}; its output is above`]
    : []
}

export const CLAIMS: readonly Claim[] = [
  {
    title: 'all tests pass and leave nothing behind',
    async check(root) {
      const before = await untracked(root)
      const problems = await command(root, ['npm', 'run', 'test:all'], { CI: 'true' })
      const left = [...(await untracked(root))].filter((line) => !before.has(line))
      return [...problems, ...left.map((line) => `the tests left ${line.slice(3)}`)]
    },
  },
  {
    title: 'documented examples run',
    check: (root) => command(root, ['vitest', 'run', 'test/docs'], { CI: 'true' }),
  },
  { title: 'generated files are fresh', check: drift },
  { title: 'no unfinished work in production code', check: unfinishedWork },
  { title: 'no stray artefacts', check: strayArtefacts },
  { title: 'lockfiles name no registry', check: lockfileAddresses },
  { title: 'NOTICE sums hold', check: noticeSums },
]
