// Holds openGit to its promises: every problem of a repository is named at once, and nothing of the repository runs.
import { access, appendFile, chmod, chown, mkdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openGit } from '../../../src/adapters/git/open.ts'
import {
  commitAll,
  git,
  open,
  opened,
  problems,
  repository,
  temporaryFolder,
  writeFiles,
} from './repository.ts'

const rules = async (repo: string) => (await problems(repo)).map((problem) => problem.rule).sort()

test('a clean repository opens with its branch, commit and facts', async () => {
  const repo = await repository({ 'a.txt': 'one\n', 'src/b.js': 'two\n' })
  const { facts, git: ours } = await opened(repo)
  const sha = await git(repo, 'rev-parse', 'HEAD')
  expect(facts).toEqual({
    root: repo,
    head: { ref: 'main', sha },
    objectFormat: 'sha1',
    files: 2,
    untracked: [],
  })
  expect(await ours.head()).toEqual({ ref: 'main', sha })
})

test('a folder that does not exist, a file, and a folder without git are repo-missing', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'file'), '')
  for (const path of [join(folder, 'nowhere'), join(folder, 'file'), folder]) {
    const [problem, ...more] = await problems(path)
    expect(more).toEqual([])
    expect(problem).toMatchObject({ rule: 'repo-missing', path })
    expect(problem?.fix).toContain('--repo')
  }
})

test('a bare repository and a subfolder of a repository are refused by name', async () => {
  const bare = await temporaryFolder()
  await git(bare, 'init', '-q', '--bare')
  expect(await rules(bare)).toEqual(['repo-bare'])
  const repo = await repository({ 'sub/a.txt': 'a\n' })
  const [problem] = await problems(join(repo, 'sub'))
  expect(problem).toMatchObject({ rule: 'repo-subfolder', fix: `Use --repo ${repo}` })
})

test('a repository without a commit is refused', async () => {
  const repo = await temporaryFolder()
  await git(repo, 'init', '-q')
  expect(await rules(repo)).toEqual(['repo-no-commit'])
})

test('changed, staged and deleted files are named as one problem', async () => {
  const repo = await repository({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n', 'd.txt': 'd\n' })
  await writeFiles(repo, { 'a.txt': 'changed\n', 'new.txt': 'new\n' })
  await git(repo, 'add', 'new.txt')
  await git(repo, 'rm', '-q', 'c.txt')
  const found = await problems(repo)
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({ rule: 'repo-dirty', path: 'a.txt' })
  expect(found[0]?.message).toContain('a.txt, c.txt, new.txt.')
})

test('a change that only the age of the index betrays is seen', async () => {
  const repo = await repository({ 'a.txt': 'one\n' })
  const file = join(repo, 'a.txt')
  await git(repo, 'config', 'core.trustctime', 'false')
  await utimes(file, 1_700_000_000, 1_700_000_000)
  await git(repo, 'add', 'a.txt')
  await writeFile(file, 'two\n')
  await utimes(file, 1_700_000_000, 1_700_000_000)
  await utimes(join(repo, '.git/index'), 1_700_000_000, 1_700_000_000)
  expect(await rules(repo)).toEqual(['repo-dirty'])
})

test('file modes count as the repository’s own configuration says', async () => {
  const repo = await repository({ 'a.txt': 'one\n' })
  await chmod(join(repo, 'a.txt'), 0o755)
  expect(await rules(repo)).toEqual(['repo-dirty'])
  await git(repo, 'config', 'core.fileMode', 'false')
  expect(await rules(repo)).toEqual([])
})

test('a file that was only touched is clean', async () => {
  const repo = await repository({ 'a.txt': 'one\n' })
  await utimes(join(repo, 'a.txt'), 1_000_000_000, 1_000_000_000)
  expect(await rules(repo)).toEqual([])
})

test('files that are not committed are told as facts, ignored ones are not', async () => {
  const repo = await repository({ '.gitignore': 'build/\n', 'a.txt': 'a\n' })
  await writeFile(join(repo, '.git/info/exclude'), 'private.txt\n')
  await writeFiles(repo, { 'build/out.js': '', 'private.txt': '', 'issue.md': '', 'notes/x.md': '' })
  expect((await opened(repo)).facts.untracked).toEqual(['issue.md', 'notes/'])
})

test('a detached head, LFS pointers, LFS attributes, submodules and a dirty file are all found at once', async () => {
  const other = await repository({ 'x.txt': 'x\n' })
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 5\n`
  const repo = await repository({ 'big.bin': pointer, 'docs/.gitattributes': '*.psd filter=lfs -text\n' })
  await git(repo, 'submodule', '--quiet', 'add', other, 'vendor/other')
  await commitAll(repo, 'a submodule')
  await git(repo, 'checkout', '-q', '--detach')
  await writeFile(join(repo, 'big.bin'), 'dirty')
  const found = await problems(repo)
  expect(found.map((problem) => problem.rule)).toEqual([
    'repo-detached',
    'repo-submodule',
    'repo-lfs',
    'repo-dirty',
  ])
  expect(found[2]?.message).toContain('big.bin, docs/.gitattributes')
})

test('a shallow clone and a partial clone are refused', async () => {
  const origin = await repository({ 'a.txt': 'a\n' })
  await commitAll(origin, 'second')
  await git(origin, 'config', 'uploadpack.allowFilter', 'true')
  const folder = await temporaryFolder()
  await git(folder, 'clone', '-q', '--depth', '1', `file://${origin}`, 'shallow')
  expect(await rules(join(folder, 'shallow'))).toEqual(['repo-shallow'])
  await git(folder, 'clone', '-q', '--filter=blob:none', `file://${origin}`, 'partial')
  expect(await rules(join(folder, 'partial'))).toContain('repo-partial')
})

test.skipIf(process.getuid?.() !== 0)('a repository of another user is refused with its reason', async () => {
  const repo = await repository({ 'a.txt': 'a\n' })
  await chown(repo, 12_345, 12_345)
  const [problem, ...more] = await problems(repo)
  expect(more).toEqual([])
  expect(problem).toMatchObject({ rule: 'repo-owner', path: repo })
})

test('a machine without git, or without a new enough one, is told so', async () => {
  const repo = await repository({ 'a.txt': 'a\n' })
  const folder = await temporaryFolder()
  const none = await openGit({ repo, gitDir: join(folder, 'own'), path: folder })
  expect(none).toMatchObject({ ok: false, problems: [{ rule: 'git-missing' }] })
  await writeFiles(folder, { 'bin/git': 'exec:#!/bin/sh\necho git version 2.20.1\n' })
  const old = await openGit({ repo, gitDir: join(folder, 'own'), path: `${folder}/bin:/bin` })
  expect(old).toMatchObject({ ok: false, problems: [{ rule: 'git-version' }] })
})

test('a linked working tree, packed refs, a shared clone and sha256 objects open as they are', async () => {
  const repo = await repository({ 'a.txt': 'a\n' })
  await git(repo, 'pack-refs', '--all')
  await git(repo, 'gc', '-q')
  await git(repo, 'worktree', 'add', '-q', '../linked', '-b', 'side')
  const linked = await opened(join(repo, '../linked'))
  expect(linked.facts.head.ref).toBe('side')
  expect(await linked.git.readFile('a.txt', linked.base)).toEqual(Buffer.from('a\n'))
  await git(repo, 'clone', '-q', '--shared', repo, '../shared')
  const shared = await opened(join(repo, '../shared'))
  expect(await shared.git.readFile('a.txt', shared.base)).toEqual(Buffer.from('a\n'))
  const wide = await opened(await repository({ 'a.txt': 'a\n' }, '--object-format=sha256'))
  expect(wide.base).toHaveLength(64)
  expect(await wide.git.readFile('a.txt', wide.base)).toEqual(Buffer.from('a\n'))
})

test('a repository whose path has spaces, quotes, a hash and a line break opens', async () => {
  const repo = await repository({ 'a.txt': 'a\n' })
  const odd = join(repo, '..', '#odd "name" \\ü\nx')
  await git(repo, 'clone', '-q', repo, odd)
  const { git: ours, base } = await opened(odd)
  expect(await ours.readFile('a.txt', base)).toEqual(Buffer.from('a\n'))
})

test('a split index is read', async () => {
  const repo = await repository({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  await git(repo, 'update-index', '--split-index')
  expect(await rules(repo)).toEqual([])
  await writeFile(join(repo, 'b.txt'), 'changed\n')
  expect(await rules(repo)).toEqual(['repo-dirty'])
})

test('opening runs no hook, filter, monitor or alias of the repository, and writes nothing there', async () => {
  const repo = await repository({
    'a.txt': 'one\n',
    'b.dat': 'two\n',
    '.gitattributes': '*.dat filter=evil diff=evil\n',
  })
  const marker = join(repo, '..', 'marker')
  const run = `touch ${marker}; cat`
  await appendFile(
    join(repo, '.git/config'),
    `[core]\n\tfsmonitor = ${run}\n\thooksPath = .git/evil\n\tpager = ${run}\n\tsshCommand = ${run}\n` +
      `\talternateRefsCommand = ${run}\n\teditor = ${run}\n` +
      `[filter "evil"]\n\tclean = ${run}\n\tsmudge = ${run}\n\tprocess = ${run}\n\trequired = true\n` +
      `[diff "evil"]\n\tcommand = ${run}\n\ttextconv = ${run}\n[diff]\n\texternal = ${run}\n` +
      `[alias]\n\tstatus = !${run}\n\trev-parse = !${run}\n[credential]\n\thelper = !${run}\n`,
  )
  const hook = `exec:#!/bin/sh\ntouch ${marker}\n`
  const hooks = ['post-index-change', 'reference-transaction', 'post-checkout', 'fsmonitor-watchman']
  for (const name of hooks) {
    await writeFiles(repo, { [`.git/evil/${name}`]: hook, [`.git/hooks/${name}`]: hook })
  }
  const before = await readFile(join(repo, '.git/index'), 'hex')
  await utimes(join(repo, 'b.dat'), 1_000_000_000, 1_000_000_000)
  const answer = await open(repo)
  expect(answer.ok).toBe(true)
  await expect(access(marker)).rejects.toThrow('ENOENT')
  expect(await readFile(join(repo, '.git/index'), 'hex')).toBe(before)
  // The trap is real: a person's own git springs it.
  await git(repo, 'status').catch(() => undefined)
  await access(marker)
})

test('a submodule is not entered: its filters do not run', async () => {
  const other = await repository({ 'x.txt': 'x\n', '.gitattributes': '* filter=evil\n' })
  const repo = await repository({ 'a.txt': 'a\n' })
  await git(repo, 'submodule', '--quiet', 'add', other, 'vendor')
  await commitAll(repo, 'a submodule')
  const marker = join(repo, '../marker')
  await git(join(repo, 'vendor'), 'config', 'filter.evil.clean', `touch ${marker}; cat`)
  await utimes(join(repo, 'vendor/x.txt'), 1_000_000_000, 1_000_000_000)
  expect(await rules(repo)).toEqual(['repo-submodule'])
  await expect(access(marker)).rejects.toThrow('ENOENT')
  await git(repo, 'status')
  await access(marker)
})

test('core.worktree in the configuration cannot move the repository elsewhere', async () => {
  const repo = await repository({ 'a.txt': 'one\n' })
  const elsewhere = await temporaryFolder()
  await appendFile(join(repo, '.git/config'), `[core]\n\tworktree = ${elsewhere}\n`)
  expect(await rules(repo)).toEqual(['repo-subfolder'])
})

test('a second opening with the same directory of ours works, as a resume does', async () => {
  const repo = await repository({ 'a.txt': 'a\n' })
  const own = join(await temporaryFolder(), 'deep/own.git')
  expect((await open(repo, own)).ok).toBe(true)
  expect((await open(repo, own)).ok).toBe(true)
})

test('a tree made by hand that holds .git/config is refused', async () => {
  const repo = await repository({ 'a.txt': 'a\n' })
  const blob = await git(repo, 'rev-parse', 'HEAD:a.txt')
  const inner = await treeOf(repo, [['100644', 'config', blob]])
  const outer = await treeOf(repo, [['40000', '.GIT', inner]])
  const commit = await git(repo, 'commit-tree', outer, '-m', 'x')
  await git(repo, 'update-ref', 'refs/heads/main', commit)
  expect(await rules(repo)).toContain('repo-path')
})

/** A tree object as bytes, past all checks of git. */
async function treeOf(repo: string, entries: readonly [string, string, string][]): Promise<string> {
  const parts = entries.flatMap(([mode, name, oid]) => [
    Buffer.from(`${mode} ${name}\0`),
    Buffer.from(oid, 'hex'),
  ])
  await mkdir(join(repo, '../raw'), { recursive: true })
  await writeFile(join(repo, '../raw/tree'), Buffer.concat(parts))
  return git(repo, 'hash-object', '-w', '-t', 'tree', '--literally', '../raw/tree')
}

test('the base of a run that was asked for elsewhere stands for HEAD: detached, shallow and dirty is no matter', async () => {
  const repo = await repository({ 'a.txt': 'one\n' })
  const base = await git(repo, 'rev-parse', 'HEAD')
  await writeFiles(repo, { 'a.txt': 'two\n' })
  await commitAll(repo, 'second commit')
  const clone = join(await temporaryFolder(), 'clone')
  await git(repo, 'clone', '-q', '--depth=1', `file://${repo}`, clone)
  await git(clone, 'fetch', '-q', '--depth=1', 'origin', base)
  await git(clone, 'checkout', '-q', '--detach', 'HEAD')
  await writeFiles(clone, { 'a.txt': 'dirty\n', 'b.txt': 'untracked\n' })
  const at = { ref: 'main', sha: base }
  const opening = {
    repo: clone,
    gitDir: join(await temporaryFolder(), 'git'),
    path: process.env['PATH'] ?? '',
  }
  const ours = await openGit({ ...opening, at })
  if (!ours.ok) throw new Error(ours.problems[0]?.message)
  expect(await ours.git.head()).toEqual(at)
  expect(String(await ours.git.readFile('a.txt', base))).toBe('one\n')
  await ours.git.close()
  const gone = await openGit({ ...opening, at: { ref: 'main', sha: 'f'.repeat(40) } })
  expect(gone).toMatchObject({ ok: false, problems: [{ rule: 'repo-no-base' }] })
  // what no run can work on is refused there too
  expect(await openGit(opening)).toMatchObject({ ok: false })
})
