// Owns package.json as this toolchain reads it: untrusted bytes → the few fields that decide commands, or a problem with its place.
import { z } from 'zod'
import type { Problem } from '../../ports.ts'

const Text = z.record(z.string(), z.string()).optional()

/** Only what is read; everything else of a manifest is left alone. */
const PackageJson = z.looseObject({
  name: z.string().optional(),
  scripts: Text,
  dependencies: Text,
  devDependencies: Text,
  optionalDependencies: Text,
  peerDependencies: Text,
  engines: z.union([Text, z.array(z.string()), z.string()]).optional(),
  workspaces: z
    .union([z.array(z.string()), z.looseObject({ packages: z.array(z.string()).optional() })])
    .optional(),
  packageManager: z.string().optional(),
})
type PackageJson = z.infer<typeof PackageJson>

export interface Manifest {
  json: PackageJson
  scripts: Readonly<Record<string, string>>
  /** Everything that an install puts into node_modules: name → range as written. */
  dependencies: Readonly<Record<string, string>>
  workspaces: readonly string[]
}

/** Bytes of a package.json → its fields. Never throws; a problem names line and column. */
export function parsePackageJson(bytes: Uint8Array, path: string): Manifest | { problem: Problem } {
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const { line, column, what } = placeOf(error, text)
    return broken(
      `${path}:${line}:${column}`,
      what,
      'make it valid JSON; `npm pkg get name` shows the same error',
    )
  }
  const parsed = PackageJson.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const at = issue?.path.map(String) ?? []
    return broken(
      `${path}:${lineOf(text, at)}:1`,
      `${at.join('.') || 'the file'}: ${issue?.message ?? 'has the wrong shape'}`,
      'write the field as npm expects it',
    )
  }
  const json = parsed.data
  return {
    json,
    scripts: json.scripts ?? {},
    dependencies: {
      ...json.peerDependencies,
      ...json.optionalDependencies,
      ...json.devDependencies,
      ...json.dependencies,
    },
    workspaces: Array.isArray(json.workspaces) ? json.workspaces : (json.workspaces?.packages ?? []),
  }
}

function broken(where: string, what: string, fix: string): { problem: Problem } {
  return {
    problem: {
      rule: 'package-json-broken',
      message: `${where} ${what}`,
      fix,
      path: where.replace(/:\d+:\d+$/, ''),
    },
  }
}

// Node's own message has the place only sometimes; so the place is the first character with which no JSON goes on.
function placeOf(error: unknown, text: string): { line: number; column: number; what: string } {
  const message = error instanceof Error ? error.message : 'is no JSON'
  let [fine, wrong] = [0, text.length + 1]
  while (wrong - fine > 1) {
    const middle = Math.floor((fine + wrong) / 2)
    if (canGoOn(text.slice(0, middle))) fine = middle
    else wrong = middle
  }
  const before = text.slice(0, fine).split('\n')
  return {
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
    what: message.replace(/ in JSON at position.*$/s, '').replace(/, ("|\.\.\.).*$/s, ''),
  }
}

/** Whether text could follow that makes it JSON: then its only mistake is that it ends. */
function canGoOn(start: string): boolean {
  try {
    JSON.parse(start)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const at = /at position (\d+)/.exec(message)?.[1]
    return at === undefined ? message.startsWith('Unexpected end') : Number(at) >= start.length
  }
}

/** First line that names the last key of `path`, a help for eyes; 1 when there is none. */
function lineOf(text: string, path: readonly string[]): number {
  const key = path.at(-1)
  const index =
    key === undefined ? -1 : text.split('\n').findIndex((line) => line.includes(JSON.stringify(key)))
  return index < 0 ? 1 : index + 1
}

/** Major version that a range starts at, e.g. 0 for `~0.4.0`; undefined when it names none (`*`, a URL, a tag). */
export function majorOf(range: string | undefined): number | undefined {
  const found = /^[~^>=v\s]*(\d+)(?:[.\sx*-]|$)/.exec(range ?? '')
  return found === null ? undefined : Number(found[1])
}
