// Owns a small real repository whose tests run with Node alone, and an issue with a patch that mends it.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'

export interface Tiny {
  /** Absolute paths. */
  repo: string
  issue: string
  state: string
}

type Files = Readonly<Record<string, string>>

const BEFORE: Files = {
  'package.json':
    '{ "name": "tiny", "version": "1.0.0", "type": "module", "scripts": { "test": "node --test" } }\n',
  'src/greet.js': 'export function greet(name) {\n  return `Hello ${name}`\n}\n',
  'test/greet.test.js': testFile(["test('greets by name', () => assert.equal(greet('Ana'), 'Hello Ana'))"]),
}

/** What the patch of the issue makes of it: accepted. */
export const MENDED: Files = {
  'src/greet.js':
    "export function greet(name) {\n  if (name === '') return 'Hello'\n  return `Hello ${name}`\n}\n",
  'test/greet.test.js': testFile([
    "test('greets by name', () => assert.equal(greet('Ana'), 'Hello Ana'))",
    "test('leaves no space behind', () => assert.equal(greet(''), 'Hello'))",
  ]),
}

function testFile(tests: readonly string[]): string {
  const head = ["import assert from 'node:assert'", "import { test } from 'node:test'"]
  return [...head, "import { greet } from '../src/greet.js'", '', ...tests, ''].join('\n')
}

/** On top of what the issue's patch makes: accepted too. */
export const FURTHER_PATCH = [
  'diff --git a/src/greet.js b/src/greet.js',
  '--- a/src/greet.js',
  '+++ b/src/greet.js',
  '@@ -1,4 +1,4 @@',
  ' export function greet(name) {',
  "   if (name === '') return 'Hello'",
  '-  return `Hello ${name}`',
  '+  return `Hello ${name.trim()}`',
  ' }',
  'diff --git a/test/greet.test.js b/test/greet.test.js',
  '--- a/test/greet.test.js',
  '+++ b/test/greet.test.js',
  '@@ -4,3 +4,4 @@',
  ' ',
  " test('greets by name', () => assert.equal(greet('Ana'), 'Hello Ana'))",
  " test('leaves no space behind', () => assert.equal(greet(''), 'Hello'))",
  "+test('trims the name', () => assert.equal(greet(' Ana '), 'Hello Ana'))",
  '',
].join('\n')

const PROSE = `# An empty name leaves a space behind

\`greet('')\` in \`src/greet.js\` returns \`Hello \` with a space at its end.

## What should happen

- \`greet('')\` returns \`Hello\`, with nothing after it.
- A name is greeted as before, and all tests pass.

Only \`src/greet.js\` and \`test/greet.test.js\` need to change.
`

/** In `folder`: the repository `tiny`, clean on `main`, and `issue.md` beside it. `more` stands in both trees. */
export async function makeTiny(folder: string, x: { after?: Files; more?: Files } = {}): Promise<Tiny> {
  const repo = join(folder, 'tiny')
  await mkdir(repo, { recursive: true })
  const git = gitIn(repo)
  await git('init', '--quiet', '--initial-branch=main')
  await writeFiles(repo, { ...BEFORE, ...x.more })
  await git('add', '--all')
  await git('commit', '--quiet', '--message=a small package')
  await writeFiles(repo, x.after ?? MENDED)
  const patch = await git('diff')
  await git('checkout', '--quiet', '.')
  const issue = join(folder, 'issue.md')
  await writeFile(issue, `${PROSE}\n\`\`\`diff\n${patch}\n\`\`\`\n`)
  return { repo, issue, state: join(folder, 'state') }
}

export async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
}

/** Nothing of this machine's configuration. */
export function gitIn(repo: string): (...args: string[]) => Promise<string> {
  const who = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@localhost' }
  const env = {
    PATH: process.env['PATH'] ?? '',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@localhost',
    ...who,
  }
  return async (...args) => (await execa('git', args, { cwd: repo, extendEnv: false, env })).stdout
}

/** Branches that runs have left. */
export async function branchesOf(repo: string): Promise<readonly string[]> {
  const all = await gitIn(repo)('for-each-ref', '--format=%(refname:short)', 'refs/heads/autopilot')
  return all === '' ? [] : all.split('\n')
}

export function removeRepository(tiny: Tiny): Promise<void> {
  return rm(tiny.repo, { recursive: true })
}
