// Owns the files that the `path` input of an upload means, and the folder that they are named from.
import { glob, readdir, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'

export interface Found {
  /** absolute, files only, sorted */
  readonly files: readonly string[]
  readonly root: string
}

/** Lines of paths and globs; a line with `!` excludes. Hidden files only where `hidden`. */
export async function findFiles(workspace: string, path: string, hidden: boolean): Promise<Found> {
  const lines = path
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const exclude = lines
    .filter((line) => line.startsWith('!'))
    .map((line) => resolve(workspace, line.slice(1)))
  const include = lines.filter((line) => !line.startsWith('!')).map((line) => resolve(workspace, line))
  const files = new Set<string>()
  for (const line of include) {
    for (const file of await filesOf(line)) {
      if (await isWanted(file, exclude, hidden ? undefined : startOf(line))) files.add(file)
    }
  }
  const sorted = [...files].sort()
  const [only] = include
  if (include.length === 1 && only !== undefined) {
    const root = sorted.length === 1 && sorted[0] === only ? dirname(only) : startOf(only)
    return { files: sorted, root }
  }
  return { files: sorted, root: commonFolder(include.map(startOf)) }
}

async function filesOf(line: string): Promise<string[]> {
  const found = new Set<string>()
  for await (const match of glob(line)) {
    const entry = await stat(match)
    if (entry.isFile()) found.add(match)
    else if (entry.isDirectory()) for (const file of await filesBelow(match)) found.add(file)
  }
  return [...found]
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function isWanted(
  file: string,
  exclude: readonly string[],
  below: string | undefined,
): Promise<boolean> {
  if (
    below !== undefined &&
    file
      .slice(below.length)
      .split(sep)
      .some((part) => part.startsWith('.'))
  )
    return false
  for (const line of exclude) {
    if (file === line || file.startsWith(line + sep)) return false
    for await (const match of glob(line)) if (match === file) return false
  }
  return true
}

/** The part before the first wildcard. */
function startOf(line: string): string {
  const parts = line.split(sep)
  const wild = parts.findIndex((part) => /[*?[\]]/.test(part))
  return wild < 0 ? line : parts.slice(0, wild).join(sep)
}

function commonFolder(paths: readonly string[]): string {
  const [first = [], ...rest] = paths.map((path) => path.split(sep))
  const length = first.findIndex((part, at) => rest.some((other) => other[at] !== part))
  return (length < 0 ? first : first.slice(0, length)).join(sep) || sep
}
