// Owns what tests of the git store share: a store in a temporary folder, commits made in it, and a person's git.
import { mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Identity } from './commit-object.ts'
import type { GitRepository } from './repository.ts'
import { askGit } from './starter.ts'
import { openGitStore } from './store.ts'
import type { GitStore } from './store.ts'
import type { NewTreeEntry } from './tree-edit.ts'

export const ANA: Identity = { name: 'Ana', email: 'ana@localhost', date: '2026-01-02T03:04:05Z' }

export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'loopback-git-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function temporaryStore(): Promise<GitStore> {
  const store = openGitStore(join(await temporaryFolder(), 'store'))
  onTestFinished(() => store.close())
  return store
}

export async function temporaryRepository(files: Record<string, string> = {}): Promise<GitRepository> {
  const repository = await (await temporaryStore()).create('octo/hello')
  if (Object.keys(files).length > 0) await commitFiles(repository, 'main', files)
  return repository
}

/** Text by path; null removes it. */
export type Files = Record<string, string | null>

export function entriesOf(files: Files): NewTreeEntry[] {
  return Object.entries(files).map(([path, content]) =>
    content === null ? { path, sha: null } : { path, mode: '100644', type: 'blob', content },
  )
}

/** A commit on top of a branch, or on top of `from` when the branch is new. */
export async function commitFiles(
  repository: GitRepository,
  branch: string,
  files: Files | NewTreeEntry[],
  { from, message = 'change' }: { from?: string; message?: string } = {},
): Promise<string> {
  const parent = (await repository.resolve(`refs/heads/${branch}`)) ?? from
  const tree = await repository.writeTree({
    ...(parent === undefined ? {} : { base: parent }),
    entries: Array.isArray(files) ? files : entriesOf(files),
  })
  if (!tree.ok) throw new Error(`${tree.path}: ${tree.reason}`)
  const parents = parent === undefined ? [] : [parent]
  const commit = await repository.writeCommit({
    tree: tree.sha,
    parents,
    author: ANA,
    committer: ANA,
    message,
  })
  if (!commit.ok) throw new Error(commit.reason)
  await repository.updateRef({ name: `refs/heads/${branch}`, to: commit.sha })
  return commit.sha
}

export interface Said {
  code: number | null
  out: string
  err: string
}

/** git as a person runs it; any exit code is an answer. */
export async function person(cwd: string, ...args: string[]): Promise<Said> {
  const settings = [
    'user.name=Ana',
    'user.email=ana@localhost',
    'init.defaultBranch=main',
    'gc.auto=0',
    'maintenance.auto=false',
  ]
  const { exitCode, stdout, stderr } = await askGit({
    args: [...settings.flatMap((one) => ['-c', one]), ...args],
    cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: cwd,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
    },
  }).ended
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
  return { code: exitCode, out: text(stdout).trimEnd(), err: text(stderr) }
}

/** The same, for a command that must succeed: what it printed. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const said = await person(cwd, ...args)
  if (said.code !== 0) throw new Error(`git ${args.join(' ')}: ${said.err}`)
  return said.out
}

export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

/** What git itself thinks of everything that was written; empty when nothing is wrong. */
export async function fsck(repository: GitRepository): Promise<string> {
  const said = await person(repository.folder(), 'fsck', '--strict', '--full', '--no-dangling')
  return said.code === 0 ? '' : said.err + said.out
}

/** Command lines of the processes that this one started, and of those that they started (Linux). */
export async function childrenOf(): Promise<string[]> {
  const all = await Promise.all(
    (await readdir('/proc')).filter(Number).map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return { pid, parent: stat.slice(stat.lastIndexOf(')')).split(' ')[2], line }
    }),
  )
  const below = (pid: string): typeof all =>
    all.filter(({ parent }) => parent === pid).flatMap((one) => [one, ...below(one.pid)])
  return below(String(process.pid)).flatMap(({ line }) => (line === '' ? [] : [line]))
}
