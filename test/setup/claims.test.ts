// Each claim tells the repository that breaks it from one that holds it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { checkClaims, renderResults } from './checkpoint.ts'
import { lockfileAddresses, noticeSums, strayArtefacts, unfinishedWork, untracked } from './claims.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

async function repository(files: Record<string, string>): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'claims-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  await execa('git', ['init', '--quiet'], { cwd: root })
  await execa('git', ['add', '--all', '--force'], { cwd: root })
  return root
}

test('this repository holds the claims that need no run of its tests', async () => {
  expect(await unfinishedWork(ROOT)).toEqual([])
  expect(await strayArtefacts(ROOT)).toEqual([])
  expect(await lockfileAddresses(ROOT)).toEqual([])
  expect(noticeSums(ROOT)).toEqual([])
})

test('unfinished work is found in production code only', async () => {
  const mark = ['TO', 'DO'].join('')
  const root = await repository({
    'src/a.ts': `ok\n// ${mark}: later\n`,
    'test/a.ts': `// ${mark}\n`,
    'src/b.ts': 'todos\n',
  })
  expect(await unfinishedWork(root)).toEqual(['src/a.ts:2 says that work is unfinished'])
})

test('stray files, large files and paths of the machine are found', async () => {
  const root = await repository({
    'debug.log': 'x',
    'node_modules/x/index.js': 'x',
    'big.txt': 'x'.repeat(1_000_001),
    'docs/a.md': 'fine\n',
  })
  writeFileSync(join(root, 'docs/a.md'), `fine\nsee ${root}/src\n`)
  expect((await strayArtefacts(root)).sort()).toEqual([
    'big.txt is larger than 1000000 bytes',
    'debug.log does not belong into the repository',
    'docs/a.md:2 names a path of this machine',
    'node_modules/x/index.js does not belong into the repository',
  ])
})

test('a lockfile with the address of a registry is found', async () => {
  const root = await repository({
    'package-lock.json': '{\n  "resolved": "x"\n}\n',
    'a.json': '{"resolved": 1}',
  })
  expect(await lockfileAddresses(root)).toEqual(['package-lock.json:2 holds the address of a registry'])
})

test('a file that is not the one in NOTICE is found, and so is a NOTICE without sums', async () => {
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const root = await repository({
    NOTICE: `    ${empty}  a.js\n    ${empty}  gone.js\n  sha256   ${empty}  own.json\n`,
    'node_modules/demo-minimist/a.js': '',
    'own.json': 'changed',
  })
  expect(noticeSums(root)).toEqual([
    'NOTICE names gone.js, which is not there',
    expect.stringMatching(/^own\.json is not the file that NOTICE names: sha256 is [0-9a-f]{64}$/),
  ])
  writeFileSync(join(root, 'NOTICE'), 'nothing\n')
  expect(noticeSums(root)).toEqual(['NOTICE names no sums'])
})

test('what a run leaves behind shows as untracked', async () => {
  const root = await repository({ 'a.txt': '' })
  const before = await untracked(root)
  writeFileSync(join(root, 'left.txt'), '')
  expect([...(await untracked(root))].filter((line) => !before.has(line))).toEqual(['?? left.txt'])
})

test('the table gives every claim a mark and a time, and ends with the count', async () => {
  let time = 0
  const results = await checkClaims(
    [
      { title: 'holds', check: () => [] },
      { title: 'does not hold', check: () => Array.from({ length: 12 }, (_, at) => `problem ${at}`) },
      { title: 'cannot be checked', check: () => Promise.reject(new Error('no git')) },
    ],
    '/',
    () => (time += 500),
  )
  const lines = renderResults(results, false).split('\n')
  expect(lines.slice(0, 4)).toEqual([
    '   claim               time',
    '✓  holds              0.5 s',
    '✗  does not hold      0.5 s',
    '     problem 0',
  ])
  expect(lines).toContain('     … 2 more')
  expect(lines).toContain('✗  cannot be checked  0.5 s')
  expect(lines.join('\n')).toContain('     Error: no git')
  expect(lines.at(-1)).toBe('1 passed, 2 failed')
})
