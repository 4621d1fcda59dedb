// Owns what makes a repository unfit to work on, all found at once: dirty, detached, shallow, submodules, LFS, names.
import { copyFile, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathProblem } from '../../contracts/base.ts'
import type { BaseRef, Sha } from '../../contracts/base.ts'
import type { Problem, TreeFile } from '../../ports.ts'
import { fieldsOf } from './command.ts'
import type { Place } from './locate.ts'
import { initDirectory } from './own-directory.ts'
import type { OwnDirectory } from './own-directory.ts'

export interface Inspection {
  /** Set when there are no problems. */
  head: BaseRef | undefined
  /** Files of HEAD. */
  files: number
  /** Files and folders (ending in `/`) beside the commit, not ignored: no part of any run. The first 20. */
  untracked: readonly string[]
  problems: readonly Problem[]
}

export interface Head {
  branch: string | undefined
  sha: Sha | undefined
}

export async function readHead(place: Pick<Place, 'theirs'>): Promise<Head> {
  const line = async (...args: string[]) => {
    const answer = await place.theirs.ask(args)
    return answer.exitCode === 0 ? answer.stdout.toString('utf8').trim() : undefined
  }
  const ref = await line('symbolic-ref', '-q', 'HEAD')
  return {
    branch: ref?.replace(/^refs\/heads\//, ''),
    sha: await line('rev-parse', '-q', '--verify', 'HEAD^{commit}'),
  }
}

export async function inspect(place: Place, own: OwnDirectory, path: string): Promise<Inspection> {
  const { branch, sha } = await readHead(place)
  const problems: Problem[] = []
  if (sha === undefined) problems.push(NO_COMMIT)
  if (branch === undefined) problems.push(detached(sha))
  if (place.shallow) problems.push(SHALLOW)
  if (place.partial) problems.push(PARTIAL)
  if (sha === undefined) return { head: undefined, files: 0, untracked: [], problems }
  const { files } = await own.tree(sha)
  problems.push(...nameProblems(files), ...submoduleProblems(files))
  // Objects that are at a remote only cannot be read here.
  if (!place.partial) problems.push(...(await lfsProblems(files, own)))
  const status = await readStatus(place, own, sha, path)
  if (status.dirty.length > 0) problems.push(dirty(status.dirty))
  const head = branch === undefined || problems.length > 0 ? undefined : { ref: branch, sha }
  return { head, files: files.length, untracked: status.untracked, problems }
}

/** The same for one commit of a checkout that nobody works in: its branch, history and working files mean nothing. */
export async function inspectAt(place: Place, own: OwnDirectory, at: BaseRef): Promise<Inspection> {
  const none = { head: undefined, files: 0, untracked: [] }
  const found = await place.theirs.ask(['rev-parse', '-q', '--verify', `${at.sha}^{commit}`])
  if (found.stdout.toString('utf8').trim() !== at.sha) return { ...none, problems: [notThere(at)] }
  if (place.partial) return { ...none, problems: [PARTIAL] }
  const { files } = await own.tree(at.sha)
  const problems = [...nameProblems(files), ...submoduleProblems(files), ...(await lfsProblems(files, own))]
  return { head: problems.length > 0 ? undefined : at, files: files.length, untracked: [], problems }
}

function notThere(at: BaseRef): Problem {
  return {
    rule: 'repo-no-base',
    message: `The checkout does not hold the commit ${at.sha.slice(0, 12)} that the run was asked to stand on.`,
    fix: 'Check out that commit before the run: actions/checkout with ref, and any fetch-depth.',
  }
}

const NO_COMMIT: Problem = {
  rule: 'repo-no-commit',
  message: 'The repository has no commit that HEAD names.',
  fix: 'Commit something first: git add . && git commit',
}

function detached(sha: Sha | undefined): Problem {
  return {
    rule: 'repo-detached',
    message: `HEAD is detached${sha === undefined ? '' : ` at ${sha.slice(0, 12)}`}; a run needs a branch as its base.`,
    fix: 'Switch to a branch: git switch main',
  }
}

const SHALLOW: Problem = {
  rule: 'repo-shallow',
  message: 'The clone is shallow: part of its history is missing.',
  fix: 'Fetch the rest: git fetch --unshallow',
}

const PARTIAL: Problem = {
  rule: 'repo-partial',
  message: 'The clone is partial: part of its objects is at the remote only.',
  fix: 'Clone again without --filter.',
}

// Threat: a tree made by hand can hold any name; every later step trusts these.
function nameProblems(files: readonly TreeFile[]): Problem[] {
  const bad = files.find(
    (file) => file.path.includes('\u{fffd}') || pathProblem(file.path) === 'names a .git folder',
  )
  if (bad === undefined) return []
  const problem = {
    rule: 'repo-path',
    message: `The repository holds ${JSON.stringify(bad.path)}, a name that is no UTF-8 or stands for .git.`,
    fix: 'Rename the file and commit.',
    path: bad.path,
  }
  return [problem]
}

function submoduleProblems(files: readonly TreeFile[]): Problem[] {
  const links = files.filter((file) => file.mode === '160000').map((file) => file.path)
  const [first] = links
  if (first === undefined) return []
  const problem = {
    rule: 'repo-submodule',
    message: `The repository has submodules: ${firstOf(links)}.`,
    fix: 'Submodules are not supported; use a repository without them.',
    path: first,
  }
  return [problem]
}

const POINTER = 'version https://git-lfs.github.com/spec/v'
/** A pointer is 127 bytes or more, and by its specification under 1024. */
const POINTER_BYTES = { least: 100, most: 1023 }
const LFS_ATTRIBUTE = /^[^#\n]*\sfilter=lfs(\s|$)/m

async function lfsProblems(files: readonly TreeFile[], own: OwnDirectory): Promise<Problem[]> {
  const text = async (file: TreeFile) => (await own.objects.read(file.oid))?.toString('utf8') ?? ''
  const found: string[] = []
  await Promise.all(
    files.map(async (file) => {
      if (file.mode === '120000' || file.mode === '160000') return
      const isRules = file.path === '.gitattributes' || file.path.endsWith('/.gitattributes')
      const mayPoint = file.bytes >= POINTER_BYTES.least && file.bytes <= POINTER_BYTES.most
      if (!isRules && !mayPoint) return
      const content = await text(file)
      if (content.startsWith(POINTER) || (isRules && LFS_ATTRIBUTE.test(content))) found.push(file.path)
    }),
  )
  const [first] = found.sort()
  if (first === undefined) return []
  const problem = {
    rule: 'repo-lfs',
    message: `The repository keeps files in Git LFS: ${firstOf(found)}.`,
    fix: 'LFS is not supported: the files themselves are not in the repository.',
    path: first,
  }
  return [problem]
}

function dirty(paths: readonly string[]): Problem {
  const problem = {
    rule: 'repo-dirty',
    message: `The working tree has changes that are not committed: ${firstOf(paths)}.`,
    fix: 'Commit them, or put them aside: git stash',
  }
  const [path] = paths
  return path === undefined ? problem : { ...problem, path }
}

function firstOf(paths: readonly string[]): string {
  const rest = paths.length - 5
  return paths.slice(0, 5).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** Settings of theirs that say how their files lie on this disk; plain values, never commands. */
const DISK_SETTINGS = /^core\.(filemode|autocrlf|eol|ignorecase|trustctime|checkstat)\n([a-z]+)$/

/**
 * `git status` over their files with a copy of their index in a git directory of ours. Threat: their configuration
 * may name filters, a file-system monitor and hooks, and a submodule brings its own; ours has none, and submodules
 * are not entered.
 */
async function readStatus(
  place: Place,
  own: OwnDirectory,
  head: Sha,
  path: string,
): Promise<{ dirty: readonly string[]; untracked: readonly string[] }> {
  const config = await place.theirs.ask(['config', '--local', '-z', '--get-regexp', '^core\\.'])
  const settings = fieldsOf(config.stdout).flatMap((field) => {
    const match = DISK_SETTINGS.exec(field)
    return match === null ? [] : [`core.${match[1]}=${match[2]}`]
  })
  return own.scratch(async (folder) => {
    const directory = join(folder, 'status')
    const runner = await initDirectory(directory, place, { path, raw: false })
    await writeFile(join(directory, 'HEAD'), `${head}\n`)
    await copyIndex(place, directory)
    await copyFile(join(place.commonDir, 'info/exclude'), join(directory, 'info/exclude')).catch(
      () => undefined,
    )
    const flags = [
      '--porcelain=v2',
      '-z',
      '--untracked-files=normal',
      '--ignore-submodules=all',
      '--no-renames',
    ]
    const output = await runner.run(['status', ...flags], { env: { GIT_WORK_TREE: place.root }, settings })
    return parseStatus(fieldsOf(output))
  })
}

/** A split index names its other half in the same folder. */
async function copyIndex(place: Place, directory: string): Promise<void> {
  const times = await stat(place.index).catch(() => undefined)
  if (times === undefined) return
  const target = join(directory, 'index')
  await copyFile(place.index, target)
  // git reads a file again when it is not older than the index: a younger copy would hide a change.
  const written = Math.floor(times.mtimeMs / 1000)
  await utimes(target, written, written)
  for (const name of await readdir(place.gitDir)) {
    if (/^sharedindex\.[0-9a-f]+$/.test(name)) await copyFile(join(place.gitDir, name), join(directory, name))
  }
}

/** Fields before the path, by the kind of line. */
const FIELDS: Readonly<Record<string, number>> = { '1': 8, u: 10, '?': 1 }

function parseStatus(lines: readonly string[]): { dirty: readonly string[]; untracked: readonly string[] } {
  const dirty: string[] = []
  const untracked: string[] = []
  for (const line of lines) {
    const kind = line[0] ?? ''
    const skip = FIELDS[kind]
    if (skip === undefined) continue
    const path = line.split(' ').slice(skip).join(' ')
    if (kind === '?') untracked.push(path)
    else dirty.push(path)
  }
  return { dirty: dirty.sort(), untracked: untracked.sort().slice(0, 20) }
}
