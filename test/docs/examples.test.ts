// The documentation holds what it says: examples run, links lead somewhere, rule ids can be looked up.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`),
]

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

const examples = PAGES.flatMap((page) =>
  Array.from(read(page).matchAll(/^```sh run\n([^]*?)^```$/gm), ([, script = ''], at) => ({
    name: `${page} example ${at + 1}`,
    script,
  })),
)

test('there are examples to run', () => {
  expect(examples.length).toBeGreaterThan(0)
})

test.each(examples)('$name runs', async ({ script }) => {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  // the checkout as a person sees it, but what an example writes beside it is thrown away
  for (const name of readdirSync(ROOT).filter((name) => name !== '.git')) {
    symlinkSync(join(ROOT, name), join(folder, name))
  }
  const path = [join(ROOT, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter)
  const run = await execa('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { PATH: path, CI: 'true' },
    stdin: 'ignore',
    all: true,
    reject: false,
  })
  expect({ exitCode: run.exitCode, output: run.all }).toMatchObject({ exitCode: 0 })
})

test.each(PAGES)('%s links only to what is there', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = '']) => target)
  const broken = links.filter((target) => !existsSync(join(ROOT, dirname(page), target)))
  expect(broken).toEqual([])
})

test.each(PAGES)('%s keeps the voice', (page) => {
  const prose = read(page)
    .replaceAll(/^```[^]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, '')
    .replaceAll(/<!--[^]*?-->/g, '')
  expect(prose).not.toMatch(/!(?=\s|$)|\bsuccessfully\b|\b(?:[Ww]e|us|[Ll]et's)\b/m)
})

/** Rule ids as the source writes them: `rule: 'x'`, and as first argument of the helpers that make problems. */
function ruleIds(): string[] {
  const files = ['src', 'action'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => join(folder, path)),
  )
  const pattern =
    /(?:\brule: |\b(?:problem|named|stop|ask|over|finding|no|refused)\((?:\w+, )?\s*)'([a-z]+(?:-[a-z0-9]+)+)'/g
  return [
    ...new Set(files.flatMap((path) => Array.from(read(path).matchAll(pattern), ([, id = '']) => id))),
  ].sort()
}

/** Placeholders and remarks that a person never has to look up. */
const NOT_LOOKED_UP = ['more-findings']

test('every rule id in the source can be looked up in troubleshooting', () => {
  const ids = ruleIds()
  expect(ids).toContain('repo-dirty')
  const page = read('docs/troubleshooting.md')
  expect(ids.filter((id) => !page.includes(`\`${id}\``) && !NOT_LOOKED_UP.includes(id))).toEqual([])
})

test('every command of npm that a page names exists', () => {
  const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)
  const named = PAGES.flatMap((page) =>
    Array.from(read(page).matchAll(/npm run ([a-z:]+)/g), ([, name = '']) => name),
  )
  expect([...new Set(named)].filter((name) => !scripts.includes(name))).toEqual([])
})
