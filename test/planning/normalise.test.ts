// Owns the proof that messy text becomes a decided task, one precise question, or refusals, and never a guess.
import { expect, test } from 'vitest'
import { pathProblem } from '../../src/contracts/base.ts'
import { guessLanguage } from '../../src/planning/language.ts'
import { refusedOutcome, planRefusals } from '../../src/planning/refusals.ts'
import { scanRepository } from '../../src/planning/scan.ts'
import { attachPatch } from '../../src/work/patch.ts'
import {
  command,
  defaultPolicy,
  minimist,
  NODE_TOOLS,
  normalised,
  patchFor,
  patchOf,
  POLLUTION_ISSUE,
  treeOf,
} from './fixtures.ts'
import type { Tree } from './fixtures.ts'

const TREE = treeOf({
  'package.json':
    '{"name":"demo","dependencies":{"left-pad":"^1.0.0","@acme/log":"2.0.0"},"scripts":{"test":"t"}}',
  'package-lock.json': '{}',
  'tsconfig.json': '{}',
  'src/parse.js': 'export function parseLine(text) { return text }',
  'src/print.js': 'import { parseLine } from "./parse.js"',
  'test/parse.test.js': 'x',
  'docs/guide.md': '# Guide',
  '.github/workflows/ci.yml': 'on: push',
  'packages/a/lib/deep.js': '',
})

async function ready(issue: string, tree: Tree = TREE, tools: Parameters<typeof normalised>[2] = NODE_TOOLS) {
  const { result } = await normalised(issue, tree, tools)
  if (result.kind !== 'ready') throw new Error(JSON.stringify(result))
  return result.task
}

async function question(issue: string, tree: Tree = TREE) {
  const { result } = await normalised(issue, tree)
  if (result.kind !== 'question') throw new Error(JSON.stringify(result))
  expect(result.questions).toHaveLength(1)
  expect(result.questions[0]).toMatchObject({ id: 'Q1', blocking: true })
  expect(result.questions[0]?.question.includes('?')).toBe(true)
  return result.questions[0]
}

async function refusals(patch: string, prose = 'Please apply.') {
  const { result } = await normalised(`Fix it\n\n${prose}\n\n\`\`\`diff\n${patch}\`\`\``, TREE)
  if (result.kind !== 'refused') throw new Error(JSON.stringify(result))
  return result.refusals
}

test('the report of prototype pollution is a fix of index.js and its test, by the attached patch', async () => {
  const task = await ready(POLLUTION_ISSUE, minimist())
  expect(task.mode).toBe('fix')
  expect(task.recipe.id).toBe('attached-patch')
  expect(task.scope).toEqual(['index.js', 'test/proto.js'])
  expect(task.files.map((f) => [f.path, f.action, f.category])).toEqual([
    ['index.js', 'modify', 'source'],
    ['test/proto.js', 'modify', 'tests'],
  ])
  expect(task.out).toEqual(['readme.markdown'])
  expect(task.decisions.map((d) => d.field)).toEqual(['recipe', 'mode', 'scope', 'categories'])
  expect(task.decisions.every((d) => d.because !== '' && d.confidence > 0)).toBe(true)
})

test.each([
  ['fix: crash', 'x', 'fix'],
  ['feat(parser): spaces', 'x', 'feature'],
  ['[docs] spelling', 'x', 'doc'],
  ['Add support for tabs', 'It would be nice to allow them.', 'feature'],
  ['Rename parseLine and simplify it', 'Refactor the module.', 'refactor'],
  ['Crash on empty input', 'It throws an exception.', 'fix'],
  ['constructor: weird title', 'Crash, error, exception.', 'fix'],
])('the mode of %j is read from its words', async (title, prose, mode) => {
  const task = await ready(`${title}\n\n${prose}\n\n\`\`\`diff\n${patchFor('src/parse.js')}\`\`\``)
  expect(task.mode).toBe(mode)
})

test('a patch of documentation alone is a documentation task, whatever the words say', async () => {
  const task = await ready(`Crash bug error\n\n\`\`\`diff\n${patchFor('docs/guide.md')}\`\`\``)
  expect([task.mode, task.categories]).toEqual(['doc', ['docs']])
})

test.each([
  ['Bump left-pad to 1.3.0', 'left-pad', '1.3.0'],
  ['Upgrade dependency `@acme/log` from 2.0.0 to v2.1.0-rc.1', '@acme/log', '2.1.0-rc.1'],
  ['Housekeeping\n\nPlease update the package left-pad to version 1.3.0.', 'left-pad', '1.3.0'],
])('%j is a bump of manifest and lockfile', async (issue, name, version) => {
  const task = await ready(issue)
  expect(task.recipe).toEqual({ id: 'dependency-bump', package: name, version })
  expect(task.scope).toEqual(['package.json', 'package-lock.json'])
  expect(task.mode).toBe('chore')
})

test.each([
  ['Bump left-pad to 2', 'exact-version', 'left-pad'],
  ['Bump nothing-here to 1.0.0', 'unknown-dependency', 'nothing-here'],
  ['Bump left-pad to 1.3.0 and bump @acme/log to 2.1.0', 'one-bump', 'left-pad 1.3.0'],
])('%j is asked about', async (issue, rule, word) => {
  const asked = await question(issue)
  expect(asked?.rule).toBe(rule)
  expect(asked?.question).toContain(word)
})

test('a bump that the issue advises against is no bump', async () => {
  expect((await question('Crash in src/parse.js\n\nDo not bump left-pad to 1.3.0.'))?.rule).toBe(
    'needs-agent',
  )
})

const FORMATTER = {
  formatFix: command('npx', 'prettier', '--write', '.'),
  lintFix: command('npx', 'eslint', '--fix', '.'),
}

test('a formatter run has the code folders in scope, and only the named file when one is named', async () => {
  const all = await ready('Run the formatter on the code', TREE, FORMATTER)
  expect([all.recipe.id, all.scope]).toEqual(['format', ['packages/', 'src/', 'test/']])
  const one = await ready('Format src/parse.js with prettier', TREE, FORMATTER)
  expect(one.scope).toEqual(['src/parse.js'])
})

test.each(['Fix all lint errors', 'Please run eslint --fix', 'Clean-up\n\nResolve the eslint warnings.'])(
  '%j is a lint fix',
  async (issue) => {
    expect((await ready(issue, TREE, FORMATTER)).recipe.id).toBe('lint-fix')
  },
)

test('a formatter or linter that the repository does not have is asked about', async () => {
  const format = await question('Run the formatter')
  const lint = await question('Fix lint errors')
  expect([format?.rule, lint?.rule]).toEqual(['no-formatter', 'no-linter'])
  expect([format?.question, lint?.question].map((text) => text?.split(' ')[1])).toEqual([
    'formatter',
    'linter',
  ])
})

test('a formatter and a linter at once are asked about, and the title decides over the body', async () => {
  const { result } = await normalised('Tidy\n\nRun prettier and fix the eslint warnings.', TREE, FORMATTER)
  expect(result.kind === 'question' && result.questions[0]?.rule).toBe('one-recipe')
  const task = await ready('Run the formatter\n\nThen fix the eslint warnings by hand.', TREE, FORMATTER)
  expect(task.recipe.id).toBe('format')
})

test('a report about the linter itself asks for no run of it', async () => {
  expect((await question('Fix the linter crash in src/parse.js'))?.rule).toBe('needs-agent')
})

test('a report that speaks of the formatter asks for no run of it', async () => {
  expect((await question('Crash when prettier formats src/parse.js'))?.rule).toBe('needs-agent')
})

test('what no rule can solve is a question that names where the work would be', async () => {
  const named = await question('Empty lines are lost\n\nsrc/parse.js must keep empty lines.')
  expect(named?.rule).toBe('needs-agent')
  expect(named?.question).toContain('src/parse.js')
  expect(named?.question).toContain('no coding agent is configured')
  const symbol = await question('parseLine() loses empty lines\n\nIt should keep them.')
  expect(symbol?.question).toContain('src/parse.js')
  const defined = await question('parseLine() called by `formatNothing` loses lines\n\nIt should keep them.')
  expect(defined?.question).toContain('in src/parse.js and src/print.js be')
  const ending = await question('lib/deep.js is slow\n\nIt must be faster.')
  expect(ending?.question).toContain('packages/a/lib/deep.js')
})

test('an unclear task is a question and not a guess', async () => {
  expect((await question('Make it better\n\nIt feels old.'))?.rule).toBe('unclear-task')
})

test('a diff that names no file is asked for its file', async () => {
  expect((await question('Fix it\n\n```diff\n- a\n+ b\n```'))?.rule).toBe('patch-names-no-file')
})

const GERMAN =
  'Der Parser verliert Wörter\n\nWenn der Text mit einer leeren Zeile beginnt, werden die Wörter nicht gelesen und das ist falsch.'

test('another language is asked for English or a diff, and the question says which language it seems to be', async () => {
  const german = await question(GERMAN)
  expect([german?.rule, german?.question.includes('German')]).toEqual(['language', true])
  const chinese = await question('解析器丢失单词\n\n当文本以空行开头时,单词不会被读取。')
  expect([chinese?.rule, chinese?.question.includes('Han')]).toEqual(['language', true])
})

test('another language works with a patch, with a clear path, and with a recipe', async () => {
  const task = await ready(`${GERMAN}\n\n\`\`\`diff\n${patchFor('src/parse.js')}\`\`\``)
  expect(task.recipe.id).toBe('attached-patch')
  expect((await question(`${GERMAN} Siehe src/parse.js.`))?.rule).toBe('needs-agent')
  expect((await ready(`${GERMAN}\n\nupdate left-pad to 1.3.0`)).recipe.id).toBe('dependency-bump')
})

test.each([
  ['The parser loses words when the text begins with an empty line', true],
  ['Le parseur perd des mots lorsque le texte commence par une ligne vide', false],
  ['El analizador pierde las palabras cuando el texto empieza con una línea', false],
  ['bump left-pad', true],
  ['TypeError: x is not a function\n    at parse (src/parse.js:1:1)', true],
  ['Парсер теряет слова', false],
])('%j is English: %s', (text, english) => {
  expect(guessLanguage(text).english).toBe(english)
})

test.each([
  ['.github/workflows/ci.yml', 'framework_fix', 'patch-workflow'],
  ['AGENTS.md', 'framework_fix', 'patch-protected'],
  ['package.json', 'stopped', 'patch-manifest'],
  ['package-lock.json', 'stopped', 'patch-manifest'],
  ['tsconfig.json', 'stopped', 'patch-manifest'],
  ['lib/parse.js', 'stopped', 'patch-file-missing'],
])('a patch that changes %s ends %s by %s', async (path, kind, rule) => {
  const [first] = await refusals(patchFor('src/parse.js', path))
  expect([first?.kind, first?.rule, first?.path]).toEqual([kind, rule, path])
  expect(first?.reason).toContain(path)
  expect(first?.fix).not.toBe('')
})

test('a file of the same name elsewhere is suggested for one that is missing', async () => {
  expect((await refusals(patchFor('lib/parse.js')))[0]?.reason).toContain('Did you mean src/parse.js?')
})

test('prose brings configuration into scope when it asks for the change, not when it mentions or forbids it', async () => {
  const patch = patchFor('tsconfig.json', 'package.json')
  const body = (prose: string) => `Stricter types\n\n${prose}\n\n\`\`\`diff\n${patch}\`\`\``
  const asked = await ready(body('Please change tsconfig.json and add the script to package.json.'))
  expect(asked.scope).toEqual(['package.json', 'tsconfig.json'])
  expect(
    (await refusals(patch, 'My tsconfig.json and package.json are attached.')).map((r) => r.path),
  ).toEqual(['package.json', 'tsconfig.json'])
  expect(await refusals(patch, 'Do not change tsconfig.json or package.json.')).toHaveLength(2)
})

test('prose never brings a workflow into scope', async () => {
  const [only] = await refusals(
    patchFor('.github/workflows/ci.yml'),
    'Change .github/workflows/ci.yml please.',
  )
  expect(only?.kind).toBe('framework_fix')
})

test('creating what exists is refused', async () => {
  const patch = '--- /dev/null\n+++ b/src/parse.js\n@@ -0,0 +1 @@\n+x\n'
  expect((await refusals(patch))[0]?.rule).toBe('patch-file-exists')
})

test('paths that leave the repository, binaries, and problems of the patch itself are refused with their own words', async () => {
  const scan = await scanRepository(TREE.files, TREE.readFile)
  const context = { prose: '', scan, protectedPaths: defaultPolicy().protected_paths }
  const file = (path: string, binary = false) => ({
    path,
    action: 'modify' as const,
    added: 1,
    removed: 0,
    binary,
  })
  for (const path of ['../x', '.git/config', '/etc/passwd', 'a/.GIT/hooks/x']) {
    expect(pathProblem(path)).toBeDefined()
    const patch = { ...patchOf(patchFor('src/parse.js')), files: [file(path)] }
    expect(planRefusals(patch, context)[0]).toMatchObject({ kind: 'stopped', rule: 'patch-path' })
  }
  const binary = { ...patchOf(patchFor('src/parse.js')), files: [file('src/parse.js', true)] }
  expect(planRefusals(binary, context)[0]?.rule).toBe('patch-binary')
  const link = patchOf('', [
    { rule: 'patch-symlink', message: 'It adds a symlink.', fix: 'Leave it out.', path: 'l' },
  ])
  expect(planRefusals(link, context)).toEqual([
    { kind: 'stopped', rule: 'patch-symlink', reason: 'It adds a symlink.', fix: 'Leave it out.', path: 'l' },
  ])
})

test('the patch as its own reader sees it: workflows stop with a memo, configuration is freed by prose alone', async () => {
  const scan = await scanRepository(TREE.files, TREE.readFile)
  const rules = (patch: string, prose: string) =>
    planRefusals(attachPatch(patch), { prose, scan, protectedPaths: defaultPolicy().protected_paths }).map(
      (r) => [r.kind, r.path],
    )
  expect(rules(patchFor('.github/workflows/ci.yml'), 'Change .github/workflows/ci.yml.')).toEqual([
    ['framework_fix', '.github/workflows/ci.yml'],
  ])
  expect(rules(patchFor('tsconfig.json'), 'Apply it.')).toEqual([['stopped', 'tsconfig.json']])
  expect(rules(patchFor('tsconfig.json'), 'Change tsconfig.json to be strict.')).toEqual([])
  expect(rules(patchFor('.git/config'), '')).toEqual([['stopped', '.git/config']])
  expect(rules('no diff at all', '')).toEqual([['stopped', null]])
  expect(rules(patchFor('src/parse.js'), '')).toEqual([])
})

test('one outcome names every refusal: a memo when a person must act, else what would help', async () => {
  const mixed = refusedOutcome(await refusals(patchFor('package.json', '.github/workflows/ci.yml')), 'SPEC')
  expect(mixed).toMatchObject({
    kind: 'framework_fix',
    rule: 'patch-workflow',
    paths: ['.github/workflows/ci.yml', 'package.json'],
  })
  expect(mixed?.kind === 'framework_fix' && mixed.memo).toContain('- package.json (patch-manifest)')
  const stopped = refusedOutcome(await refusals(patchFor('package.json')), 'SPEC')
  expect(stopped).toMatchObject({ kind: 'stopped', rule: 'patch-manifest', stop_reason: null })
  expect(refusedOutcome([], 'SPEC')).toBeUndefined()
})
