// Owns the proof that a repository that cannot be worked on gets one clear sentence, and keeps every byte.
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needsTool } from '../fakes/require-tool.ts'
import {
  commitAll,
  git,
  issueWith,
  PATCH,
  expectRefused,
  repository,
  run,
  snapshot,
  temporaryFolder,
  writeFiles,
} from './cli.ts'

test('a folder that is no repository', async () => {
  const repo = await temporaryFolder()
  await expectRefused({ repo }, { code: 4, says: ['repo-missing', repo, 'is no git repository', '--repo'] })
})

test('a folder that does not exist', async () => {
  const ran = await run({ repo: '/no/such/folder' })
  expect(ran).toMatchObject({ code: 4, stdout: '' })
  expect(ran.stderr).toBe(
    '/no/such/folder does not exist · Name the top folder of a git repository with --repo. (repo-missing)\n',
  )
})

test('changes that are not committed, in the index and in the working tree', async () => {
  const repo = await repository({ 'notes.md': 'one\n' })
  await writeFiles(repo, { 'sum.js': 'half done\n', 'notes.md': 'two\n' })
  await git(repo, 'add', 'notes.md')
  await expectRefused({ repo }, { code: 4, says: ['repo-dirty', 'notes.md, sum.js', 'git stash'] })
  expect(await git(repo, 'status', '--porcelain')).toBe('M  notes.md\n M sum.js')
})

test('a detached head', async () => {
  const repo = await repository()
  await git(repo, 'checkout', '-q', '--detach')
  const head = await git(repo, 'rev-parse', 'HEAD')
  await expectRefused({ repo }, { code: 4, says: ['repo-detached', head.slice(0, 12), 'git switch main'] })
})

test('a shallow clone', async () => {
  const whole = await repository()
  await commitAll(whole)
  const folder = await temporaryFolder()
  await git(folder, 'clone', '-q', '--depth', '1', `file://${whole}`, 'clone')
  const repo = join(folder, 'clone')
  await expectRefused({ repo }, { code: 4, says: ['repo-shallow', 'git fetch --unshallow'] })
})

test('submodules', async () => {
  const other = await repository()
  const repo = await repository()
  await git(repo, 'submodule', 'add', '-q', other, 'vendor/sum')
  await commitAll(repo)
  await expectRefused({ repo }, { code: 4, says: ['repo-submodule', 'vendor/sum', 'not supported'] })
})

test('files that lie in Git LFS', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4'.repeat(64)}\nsize 12345\n`
  const repo = await repository({ 'model.bin': pointer })
  await expectRefused({ repo }, { code: 4, says: ['repo-lfs', 'model.bin', 'Git LFS'] })
})

test('several of these at once are all said, a line each', async () => {
  const repo = await repository()
  await writeFiles(repo, { 'sum.js': 'half done\n' })
  await git(repo, 'checkout', '-q', '--detach')
  const ran = await expectRefused({ repo }, { code: 4, says: ['repo-detached', 'repo-dirty'] })
  expect(ran.stderr.split('\n')).toHaveLength(3)
})

test('a file that is not committed is named in one note, and is no hindrance', async () => {
  const repo = await repository()
  await writeFiles(repo, { 'idea.txt': 'x', 'scratch/a.js': 'x', 'odd\u001b[31m.txt': 'x' })
  const before = await snapshot(repo)
  const ran = await run({ repo, args: ['--dry'] })
  expect(ran.code).toBe(0)
  expect(ran.stderr).toMatch(/^ {2}! not committed, so no part of this run: idea\.txt, odd.*, scratch\/$/m)
  expect(ran.said).not.toContain('\u001b')
  expect(await snapshot(repo)).toEqual(before)
})

test('20,000 files are planned', async () => {
  const repo = await repository()
  for (let folder = 0; folder < 200; folder++) {
    const at = join(repo, 'src', `part-${folder}`)
    await mkdir(at, { recursive: true })
    const numbers = Array.from({ length: 100 }, (_, n) => n)
    await Promise.all(numbers.map((n) => writeFile(join(at, `f${n}.js`), `export const n = ${folder}${n}\n`)))
  }
  await commitAll(repo)
  const ran = await run({ repo, args: ['--dry'] })
  expect(ran.code).toBe(0)
  expect(ran.stdout).toContain('| `sum.js` | modify | source |')
  expect(ran.stdout).toContain('Nothing was run and nothing was written to the repository.')
  expect(await git(repo, 'status', '--porcelain')).toBe('')
})

test('a symlink of the repository leads no patch out of it', async (context) => {
  needsTool(context, 'bwrap')
  const outside = await temporaryFolder()
  const repo = await repository()
  await symlink(outside, join(repo, 'out'))
  await commitAll(repo)
  const patch = [
    'diff --git a/out/evil.js b/out/evil.js',
    'new file mode 100644',
    '--- /dev/null',
    '+++ b/out/evil.js',
    '@@ -0,0 +1 @@',
    '+evil()',
    '',
  ].join('\n')
  const says = ['out/evil.js', 'beyond a symbolic link']
  await expectRefused({ repo, issue: issueWith(`${PATCH}${patch}`) }, { code: 2, says })
  expect(await readdir(outside)).toEqual([])
})
