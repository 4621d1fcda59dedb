// Owns what end-to-end tests stand on: a small real repository, an issue, and the command as a person types it.
import { readFile, readdir, readlink, mkdir, mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, onTestFinished } from 'vitest'
import { digestOf } from '../../src/contracts/canonical.ts'
import { RunReportContract, type RunReport } from '../../src/contracts/summary.ts'

export const MAIN = fileURLToPath(new URL('../../src/cli/main.mjs', import.meta.url))

/** A run that takes longer hangs: every input here is answered within seconds. */
const HANGS_MS = 50_000

export type Files = Readonly<Record<string, string | Uint8Array>>

export interface Ran {
  code: number | undefined
  stdout: string
  stderr: string
  /** Both streams, for sentences whose stream does not matter. */
  said: string
}

export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'autopilot-e2e-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** git as a person runs it, apart from a person's own configuration. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const person = ['-c', 'user.name=Ana', '-c', 'user.email=ana@localhost', '-c', 'init.defaultBranch=main']
  const { stdout } = await execa('git', [...person, '-c', 'protocol.file.allow=always', ...args], {
    cwd,
    env: { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  })
  return stdout
}

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

/** A Node package without dependencies, so that no registry is asked. */
export const PACKAGE: Files = {
  'package.json': `${JSON.stringify({ name: 'sum', version: '1.0.0', type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'sum.js': ['export function sum(a, b) {', '  return a + b', '}', ''].join('\n'),
  'sum.test.js': [
    "import { equal } from 'node:assert/strict'",
    "import { test } from 'node:test'",
    "import { sum } from './sum.js'",
    '',
    "test('adds', () => equal(sum(1, 2), 3))",
    '',
  ].join('\n'),
}

/** A repository with one commit on `main`; `files` stand beside those of the package, or instead of them. */
export async function repository(files: Files = {}, without: readonly string[] = []): Promise<string> {
  const folder = join(await temporaryFolder(), 'sum')
  await mkdir(folder)
  await git(folder, 'init', '-q')
  const all = Object.entries({ ...PACKAGE, ...files }).filter(([path]) => !without.includes(path))
  await writeFiles(folder, Object.fromEntries(all))
  await commitAll(folder)
  return folder
}

export async function commitAll(folder: string): Promise<void> {
  await git(folder, 'add', '-A', '-f')
  await git(folder, 'commit', '-q', '--allow-empty', '-m', 'first commit')
}

/** A change of the package above with a test for it: what a run accepts. */
export const PATCH = [
  'diff --git a/sum.js b/sum.js',
  '--- a/sum.js',
  '+++ b/sum.js',
  '@@ -1,3 +1,4 @@',
  ' export function sum(a, b) {',
  "+  if (typeof a !== 'number') throw new TypeError('a is no number')",
  '   return a + b',
  ' }',
  'diff --git a/sum.test.js b/sum.test.js',
  '--- a/sum.test.js',
  '+++ b/sum.test.js',
  '@@ -1,5 +1,6 @@',
  "-import { equal } from 'node:assert/strict'",
  "+import { equal, throws } from 'node:assert/strict'",
  " import { test } from 'node:test'",
  " import { sum } from './sum.js'",
  ' ',
  " test('adds', () => equal(sum(1, 2), 3))",
  "+test('refuses text', () => throws(() => sum('1', 2), TypeError))",
  '',
].join('\n')

/** An issue with a patch in a fenced block. */
export function issueWith(patch: string, title = 'sum() takes text for a number'): string {
  const words = 'When the first argument is text, sum() joins instead of adding. It should throw a TypeError.'
  return `# ${title}\n\n${words}\n\n\`\`\`diff\n${patch}\`\`\`\n`
}

export interface Surroundings {
  env?: Readonly<Record<string, string>>
  /** A command that starts another one, in front of it: a machine with something taken away. */
  within?: readonly string[]
}

/** The real command. Nothing of this process's environment reaches it but PATH, HOME and what `env` adds. */
export async function autopilot(args: readonly string[], x: Surroundings = {}): Promise<Ran> {
  const [file = '', ...words] = [...(x.within ?? []), process.execPath, MAIN, ...args]
  const ran = await execa(file, words, {
    cwd: tmpdir(),
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...x.env },
    reject: false,
    timeout: HANGS_MS,
    stripFinalNewline: false,
  })
  return { code: ran.exitCode, stdout: ran.stdout, stderr: ran.stderr, said: `${ran.stdout}\n${ran.stderr}` }
}

export interface Setting extends Surroundings {
  repo?: string
  /** Text of the issue; left out: the one that a run accepts. */
  issue?: string | Uint8Array
  args?: readonly string[]
}

export interface RunOf extends Ran {
  repo: string
  state: string
  /** Of `--json`; undefined when the run wrote none. */
  report: RunReport | undefined
}

/** `autopilot run` on a repository and an issue, with a state folder of its own. */
export async function run(x: Setting = {}): Promise<RunOf> {
  const repo = x.repo ?? (await repository())
  const folder = await temporaryFolder()
  const issue = join(folder, 'issue.md')
  const json = join(folder, 'report.json')
  const state = join(folder, 'state')
  await writeFile(issue, x.issue ?? issueWith(PATCH))
  const ran = await autopilot(
    ['run', '--repo', repo, '--issue', issue, '--state', state, '--json', json, ...(x.args ?? [])],
    x,
  )
  return { ...ran, repo, state, report: await readReport(json) }
}

async function readReport(file: string): Promise<RunReport | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const parsed = RunReportContract.parse(JSON.parse(text))
  if (!parsed.ok) throw new Error(`${file}: ${parsed.problems.join('; ')}`)
  return parsed.value
}

/** Every file of a folder, `.git` included, with mode and digest: equal before and after means that nothing was touched. */
export async function snapshot(folder: string): Promise<Readonly<Record<string, string>>> {
  const seen: Record<string, string> = {}
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length + 1)
    if (entry.isSymbolicLink()) seen[name] = await readlink(path)
    else if (entry.isFile()) seen[name] = `${(await stat(path)).mode} ${digestOf(await readFile(path))}`
    else seen[name] = 'folder'
  }
  return seen
}

/** What a refusal must say: exit code, its rule, and the words that tell what, where and what to do. */
export interface Expected {
  code: 2 | 3 | 4 | 5
  says: readonly string[]
}

/**
 * Runs, and holds the answer to what every bad input gets: the exit code, one clear sentence a problem, no stack
 * trace, no colour, and a repository in which not one byte was touched.
 */
export async function expectRefused(x: Setting & { repo: string }, expected: Expected): Promise<RunOf> {
  const before = await snapshot(x.repo)
  const ran = await run(x)
  expectRefusal(ran, expected)
  expect(await snapshot(x.repo)).toEqual(before)
  if (expected.code >= 4) {
    expect(ran.stdout).toBe('')
    expect(ran.report).toBeUndefined()
    expect(await readdir(join(ran.state, 'tasks')).catch(() => [])).toEqual([])
  } else {
    expect(ran.report).toMatchObject({ accepted: false, branch: null, commit: null })
  }
  return ran
}

export function expectRefusal(ran: Ran, expected: Expected): void {
  expect(ran).toMatchObject({ code: expected.code })
  // tables wrap their sentences
  const said = ran.said.replaceAll(/\s+/g, ' ')
  for (const words of expected.says) expect(said).toContain(words)
  expect(ran.said).not.toMatch(/^\s+at .*:\d+|a bug|undefined|\[object|\u001b/m)
}
