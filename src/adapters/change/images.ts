// Owns what a changed file may be: the checks that hold for a change wherever it comes from. Pure.
import { pathProblem } from '../../contracts/base.ts'
import { FileMode, contentBytes } from '../../contracts/change-set.ts'
import type { ChangeSet, FileChange } from '../../contracts/change-set.ts'
import type { Problem, TreeFile } from '../../ports.ts'
import { blobId } from './blob-id.ts'

/** Source: the caps of the engine; a change larger than this is no change that a person could review. */
export const MAX_FILES = 3000
export const MAX_BYTES = 20_000_000

export function tooLarge(what: string): Problem {
  return {
    rule: 'change-too-large',
    message: `The change ${what}.`,
    fix: `Split the task: a change holds at most ${MAX_FILES} files and ${MAX_BYTES / 1_000_000} MB.`,
  }
}

/** The first reason why this change cannot stand on this base tree, or undefined. */
export function changeProblem(changes: ChangeSet, base: ReadonlyMap<string, TreeFile>): Problem | undefined {
  for (const file of changes.files) {
    const problem = imageProblem(file, changes) ?? beforeProblem(file, base.get(file.path))
    if (problem !== undefined) return problem
  }
  return placeProblem(changes.files, base)
}

function imageProblem(file: FileChange, changes: ChangeSet): Problem | undefined {
  const wrong = pathProblem(file.path)
  if (wrong !== undefined) return pathRefused(file.path, wrong)
  if (file.after === null) return undefined
  // Threat: a gitlink makes a checkout fetch whatever it names
  if (!FileMode.safeParse(file.after.mode).success) {
    return pathRefused(file.path, `has the mode ${file.after.mode}, which is that of no file`)
  }
  const bytes = contentBytes(file.after.content)
  if (blobId(bytes, changes.base) !== file.after.blob) {
    return {
      rule: 'change-blob',
      message: `The content of ${file.path} does not have the id it states.`,
      fix: 'Make the change again; this one was altered.',
      path: file.path,
    }
  }
  return file.after.mode === '120000'
    ? symlinkProblem(file.path, Buffer.from(bytes).toString('utf8'))
    : undefined
}

function beforeProblem(file: FileChange, found: TreeFile | undefined): Problem | undefined {
  const fits =
    file.before === null
      ? found === undefined
      : found?.oid === file.before.blob && found.mode === file.before.mode
  if (fits) return undefined
  return {
    rule: 'change-base',
    message: `${file.path} is not in the base as the change says.`,
    fix: 'Make the change again from this base.',
    path: file.path,
  }
}

export function pathRefused(path: string, why: string): Problem {
  return {
    rule: 'change-path',
    message: `The path ${JSON.stringify(path)} ${why}.`,
    fix: 'Rename the file, or leave it out of the change.',
    path,
  }
}

/**
 * Threat: a link that leads out of the repository makes the next reader or writer leave it. `..` may only lead: after
 * a name it could climb from wherever another link points to.
 */
export function symlinkProblem(path: string, target: string): Problem | undefined {
  const refuse = (why: string): Problem => ({
    rule: 'change-symlink',
    message: `The symlink ${path} ${why}.`,
    fix: 'Point it to a file of the repository with a relative path, or use a copy.',
    path,
  })
  if (target.startsWith('/') || target.includes('\\') || /^[A-Za-z]:/.test(target)) {
    return refuse('has an absolute target')
  }
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const up = parts.findIndex((part) => part !== '..')
  const climbs = up < 0 ? parts.length : up
  const folder = path.split('/').slice(0, -1)
  const below = parts.slice(climbs)
  if (climbs > folder.length) return refuse('points outside the repository')
  const resolved = [...folder.slice(0, folder.length - climbs), ...below].join('/')
  const wrong = resolved === '' ? undefined : pathProblem(resolved)
  return wrong === undefined ? undefined : refuse(`has a target that ${wrong}`)
}

/**
 * Threat: two names that a case-folding file system takes for one; a checkout there overwrites the wrong file. And a
 * name that would be a file and a folder at once: git would silently drop one of them.
 */
function placeProblem(
  files: readonly FileChange[],
  base: ReadonlyMap<string, TreeFile>,
): Problem | undefined {
  const added = files.filter((file) => file.before === null)
  if (added.length === 0) return undefined
  const deleted = new Set(files.filter((file) => file.after === null).map((file) => file.path))
  const kinds = new Map<string, 'file' | 'folder'>()
  const folded = new Map<string, string>()
  const place = (prefix: string, kind: 'file' | 'folder') => {
    kinds.set(prefix, kind)
    folded.set(fold(prefix), prefix)
  }
  for (const path of base.keys()) {
    if (deleted.has(path)) continue
    for (const folder of foldersOf(path)) if (!kinds.has(folder)) place(folder, 'folder')
    place(path, 'file')
  }
  for (const { path } of added) {
    for (const prefix of [...foldersOf(path), path]) {
      const kind = prefix === path ? 'file' : 'folder'
      const same = kinds.get(prefix)
      if (same !== undefined && same !== kind)
        return pathRefused(path, `needs ${prefix} as a ${kind}, which is a ${same}`)
      const other = folded.get(fold(prefix))
      if (same === undefined && other !== undefined)
        return pathRefused(path, `differs from ${other} by case only`)
      place(prefix, kind)
    }
  }
  return undefined
}

function foldersOf(path: string): string[] {
  const folders: string[] = []
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    folders.push(path.slice(0, slash))
  }
  return folders
}

function fold(path: string): string {
  return path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
}
