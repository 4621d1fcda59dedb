// Owns hashFiles(): one SHA-256 over the digests of the files that match, and nothing where none does.
import { createHash } from 'node:crypto'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Source: docs.github.com, "Evaluate expressions", hashFiles; patterns are relative to the workspace. */
export function hashFiles(workspace: string, patterns: readonly string[]): string {
  const wanted = patterns.flatMap((pattern) => pattern.split('\n')).map((pattern) => pattern.trim())
  const exclude = wanted.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  const include = wanted.filter((pattern) => pattern !== '' && !pattern.startsWith('!'))
  const files = globSync(include, { cwd: workspace, exclude })
    .map((file) => join(workspace, file))
    .filter((file) => statSync(file).isFile())
    .sort()
  if (files.length === 0) return ''
  const all = createHash('sha256')
  for (const file of files) all.update(createHash('sha256').update(readFileSync(file)).digest())
  return all.digest('hex')
}
