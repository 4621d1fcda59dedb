// Holds changesOf to its promises over folders that hostile code wrote: refused by name, nothing run, nothing missed.
import { access, chmod, link, mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import type { OpenGit } from '../../../src/adapters/git/open.ts'
import { ChangeSetContract } from '../../../src/contracts/change-set.ts'
import { git, opened, repository, sharedRepository, temporaryFolder, writeFiles } from './repository.ts'
import type { Files } from './repository.ts'

const BASE: Files = { '.gitignore': 'ignored/\n*.log\n', 'a.txt': 'one\ntwo\nthree\n', 'lib/b.js': 'b\n' }

async function exported(
  files: Files = BASE,
): Promise<{ ours: OpenGit; folder: string; base: string; repo: string }> {
  const repo = await repository(files)
  const { git: ours, base } = await opened(repo)
  const folder = join(await temporaryFolder(), 'copy')
  await ours.exportTree(base, undefined, folder)
  return { ours, folder, base, repo }
}

test('modified, created, deleted, re-moded and linked files are told with their line counts', async () => {
  const { ours, folder, base } = await exported()
  await writeFiles(folder, {
    'a.txt': 'one\n2\nthree\nfour\n',
    'new/x.js': 'exec:x\ny\n',
    l: 'link:lib/b.js',
  })
  await writeFile(join(folder, 'z.bin'), Buffer.from([0, 1, 2]))
  await rm(join(folder, 'lib/b.js'))
  const answer = await ours.changesOf(folder, base)
  if (!answer.ok) throw new Error(answer.problem.message)
  expect(
    answer.changes.files.map(({ path, added, removed, binary }) => [path, added, removed, binary]),
  ).toEqual([
    ['a.txt', 2, 1, false],
    ['l', 1, 0, false],
    ['lib/b.js', 0, 1, false],
    ['new/x.js', 2, 0, false],
    ['z.bin', 0, 0, true],
  ])
  expect(answer.changes.files[3]?.after?.mode).toBe('100755')
  expect(answer.changes.files[2]?.after).toBeNull()
  expect(answer.changes.files[4]?.after?.content).toEqual({ encoding: 'base64', text: 'AAEC' })
  expect(ChangeSetContract.parse(answer.changes).ok).toBe(true)
  expect(await ours.writeTree(answer.changes)).toEqual({ ok: true, tree: answer.changes.tree })
})

test('a change of the same size, and of the mode alone, is seen', async () => {
  const { ours, folder, base } = await exported()
  await writeFile(join(folder, 'a.txt'), 'ONE\ntwo\nthree\n')
  await chmod(join(folder, 'lib/b.js'), 0o755)
  const answer = await ours.changesOf(folder, base)
  expect(answer.ok && answer.changes.files.map((file) => file.path)).toEqual(['a.txt', 'lib/b.js'])
})

test('ignored and installed files are left out, tracked files that match an ignore rule are not', async () => {
  const { ours, folder, base } = await exported({
    ...BASE,
    'kept.log': 'x\n',
    'node_modules/own/i.js': 'own\n',
  })
  await writeFiles(folder, {
    'ignored/x': 'x',
    'deep/er.log': 'x',
    'kept.log': 'y\n',
    'lib/node_modules/m/i.js': 'm',
    'node_modules/own/i.js': 'patched by an install\n',
    '.git/config': '[core]',
    ':(glob)**': 'an odd name\n',
  })
  await mkdir(join(folder, 'ignored/nested/.git'), { recursive: true })
  await makePipe(join(folder, 'ignored/pipe'))
  const answer = await ours.changesOf(folder, base)
  expect(answer.ok && answer.changes.files.map((file) => file.path)).toEqual([':(glob)**', 'kept.log'])
})

test('a removed node_modules that the repository tracks is no deletion', async () => {
  const { ours, folder, base } = await exported({ ...BASE, 'node_modules/own/i.js': 'own\n' })
  await rm(join(folder, 'node_modules'), { recursive: true })
  expect(await ours.changesOf(folder, base)).toMatchObject({ ok: true, changes: { files: [] } })
})

type Hostile = readonly [string, string, string, (folder: string) => Promise<unknown>]
const hostile: readonly Hostile[] = [
  ['a nested repository', 'change-nested-git', 'lib/.git', (f) => mkdir(join(f, 'lib/.git'))],
  ['a .git file', 'change-nested-git', 'lib/.git', (f) => writeFile(join(f, 'lib/.git'), 'gitdir: ../../x')],
  ['.GIT at the top', 'change-nested-git', '.GIT', (f) => mkdir(join(f, '.GIT'))],
  ['git~1', 'change-nested-git', 'git~1', (f) => writeFile(join(f, 'git~1'), '')],
  ['.git with an invisible letter', 'change-nested-git', '.g\u200cit', (f) => mkdir(join(f, '.g\u200cit'))],
  ['a named pipe', 'change-special-file', 'lib/pipe', (f) => makePipe(join(f, 'lib/pipe'))],
  [
    'a pipe named .gitignore',
    'change-special-file',
    'lib/.gitignore',
    (f) => makePipe(join(f, 'lib/.gitignore')),
  ],
  ['a socket', 'change-special-file', 'sock', (f) => listenAt(join(f, 'sock'))],
  ['an absolute symlink', 'change-symlink', 'l', (f) => symlink('/etc/passwd', join(f, 'l'))],
  ['a symlink that climbs out', 'change-symlink', 'lib/l', (f) => symlink('../../x', join(f, 'lib/l'))],
  [
    'a file turned into an escaping symlink',
    'change-symlink',
    'a.txt',
    async (f) => {
      await rm(join(f, 'a.txt'))
      await symlink('../../../etc/passwd', join(f, 'a.txt'))
    },
  ],
  [
    'a folder turned into a symlink out',
    'change-symlink',
    'lib',
    async (f) => {
      await rm(join(f, 'lib'), { recursive: true })
      await symlink('/etc', join(f, 'lib'))
    },
  ],
  ['a backslash', 'change-path', 'a\\b', (f) => writeFile(join(f, 'a\\b'), '')],
  ['a name that folds to another', 'change-path', 'A.txt', (f) => writeFile(join(f, 'A.txt'), '')],
  [
    'two new names that fold together',
    'change-path',
    'n/x',
    async (f) => {
      await writeFiles(f, { 'N/x': '', 'n/x': '' })
    },
  ],
]

const untouched = sharedRepository(BASE)

test.each(hostile)('%s is refused as %s', async (_, rule, path, make) => {
  const { git: ours, base } = await untouched()
  const folder = join(await temporaryFolder(), 'copy')
  await ours.exportTree(base, undefined, folder)
  await make(folder)
  expect(await ours.changesOf(folder, base)).toMatchObject({ ok: false, problem: { rule, path } })
})

test('a name that is no UTF-8 is refused', async () => {
  const { ours, folder, base } = await exported()
  await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])]), '')
  expect(await ours.changesOf(folder, base)).toMatchObject({ ok: false, problem: { rule: 'change-path' } })
})

test.skipIf(process.getuid?.() !== 0)('a device is refused', async () => {
  const { ours, folder, base } = await exported()
  const made = await execa('mknod', [join(folder, 'dev'), 'c', '1', '3'], { reject: false })
  if (made.exitCode !== 0) return
  expect(await ours.changesOf(folder, base)).toMatchObject({
    ok: false,
    problem: { rule: 'change-special-file' },
  })
})

test('folders nested deeper than a path may be long are refused', async () => {
  const { ours, folder, base } = await exported()
  const nest = `for i in $(seq 30); do mkdir ${'d'.repeat(200)} && cd ${'d'.repeat(200)}; done; true`
  await execa('sh', ['-c', nest], { cwd: folder })
  const answer = await ours.changesOf(folder, base)
  await execa('rm', ['-rf', folder])
  expect(answer).toMatchObject({ ok: false, problem: { rule: 'change-unreadable' } })
})

test('hard links are plain files with their bytes', async () => {
  const { ours, folder, base } = await exported()
  await link(join(folder, 'a.txt'), join(folder, 'b.txt'))
  const answer = await ours.changesOf(folder, base)
  expect(answer.ok && answer.changes.files.map((file) => file.path)).toEqual(['b.txt'])
})

test('a symlink that was in the base and leads out stays; it is no change', async () => {
  const { ours, folder, base } = await exported({ ...BASE, out: 'link:/etc/hosts' })
  await writeFile(join(folder, 'new'), 'x\n')
  const answer = await ours.changesOf(folder, base)
  expect(answer.ok && answer.changes.files.map((file) => file.path)).toEqual(['new'])
})

test('names in the base that no change may have do no harm', async () => {
  const { ours, folder, base } = await exported({
    'a\\b': 'x',
    'c:d': 'x',
    'Docs/a': 'x',
    'docs/a': 'x',
    readme: 'x',
    README: 'x',
  })
  expect(await ours.changesOf(folder, base)).toMatchObject({ ok: true, changes: { files: [] } })
  await writeFiles(folder, { 'Docs/new': 'x', 'docs/new2': 'x' })
  await rm(join(folder, 'readme'))
  const answer = await ours.changesOf(folder, base)
  expect(answer.ok && answer.changes.files.map((file) => file.path)).toEqual([
    'Docs/new',
    'docs/new2',
    'readme',
  ])
})

test('attributes, configuration, hooks and nested git folders of the copy run nothing and hide nothing', async () => {
  const { ours, folder, base, repo } = await exported()
  const marker = join(repo, '../marker')
  const run = `touch ${marker}; cat`
  const config = `[core]\n\tfsmonitor = ${run}\n\thooksPath = hooks\n\tworktree = /\n\texcludesFile = all\n[filter "evil"]\n\tclean = ${run}\n\tprocess = ${run}\n[diff "evil"]\n\tcommand = ${run}\n\ttextconv = ${run}\n`
  await writeFiles(folder, {
    '.gitattributes':
      '* filter=evil diff=evil -diff eol=crlf working-tree-encoding=UTF-16 ident\n[attr]x filter=evil\n',
    '.git/config': config,
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.git/objects/x': '',
    '.git/refs/x': '',
    '.git/info/attributes': '* binary\n',
    '.gitconfig': config,
    'hooks/post-index-change': `exec:#!/bin/sh\ntouch ${marker}\n`,
    'a.txt': 'one\r\ntwo\r\nthree\r\n',
  })
  const answer = await ours.changesOf(folder, base)
  if (!answer.ok) throw new Error(answer.problem.message)
  expect(answer.changes.files.map(({ path, added, removed }) => [path, added, removed])).toEqual([
    ['.gitattributes', 2, 0],
    ['.gitconfig', config.split('\n').length - 1, 0],
    ['a.txt', 3, 3],
    ['hooks/post-index-change', 2, 0],
  ])
  expect(answer.changes.files[2]?.after?.content.text).toBe('one\r\ntwo\r\nthree\r\n')
  await expect(access(marker)).rejects.toThrow('ENOENT')
  // The trap is real: git in that folder springs it.
  await rm(join(folder, '.git'), { recursive: true })
  await git(folder, 'init', '-q')
  await writeFile(join(folder, '.git/config'), config.replace('\tworktree = /\n', ''))
  await git(folder, 'add', 'a.txt').catch(() => undefined)
  await access(marker)
})

test('a .gitignore that is a symlink is not followed', async () => {
  const { ours, folder, base, repo } = await exported()
  await writeFile(join(repo, '../patterns'), '*\n')
  await rm(join(folder, '.gitignore'))
  await symlink(join(repo, '../patterns'), join(folder, '.gitignore'))
  expect(await ours.changesOf(folder, base)).toMatchObject({ ok: false, problem: { path: '.gitignore' } })
})

test('over 3,000 files, and over 20 MB, are too large', async () => {
  const { ours, folder, base } = await exported()
  const many = Object.fromEntries(Array.from({ length: 3001 }, (_, n) => [`many/${n}`, '']))
  await writeFiles(folder, many)
  const problem = { rule: 'change-too-large' }
  expect(await ours.changesOf(folder, base)).toMatchObject({ ok: false, problem })
  await rename(join(folder, 'many'), join(folder, 'ignored'))
  await writeFile(join(folder, 'huge'), '')
  await truncate(join(folder, 'huge'), 20_000_001)
  expect(await ours.changesOf(folder, base)).toMatchObject({ ok: false, problem })
  await truncate(join(folder, 'huge'), 1)
  expect(await ours.changesOf(folder, base)).toMatchObject({ ok: true })
})

test('a sha256 repository gives sha256 ids', async () => {
  const repo = await repository(BASE, '--object-format=sha256')
  const { git: ours, base } = await opened(repo)
  const folder = join(await temporaryFolder(), 'copy')
  await ours.exportTree(base, undefined, folder)
  await writeFile(join(folder, 'a.txt'), 'changed\n')
  const answer = await ours.changesOf(folder, base)
  if (!answer.ok) throw new Error(answer.problem.message)
  expect(answer.changes.tree).toHaveLength(64)
  expect(answer.changes.files[0]?.after?.blob).toHaveLength(64)
})

async function makePipe(path: string): Promise<void> {
  await execa('sh', ['-c', 'mkfifo "$1"', 'sh', path])
}

async function listenAt(path: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
}
