// Holds reading, tree writing, diffs and export to the bytes of the commit, whatever attributes say.
import { access, lstat, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blobId } from '../../../src/adapters/change/blob-id.ts'
import { contentOf } from '../../../src/contracts/change-set.ts'
import type { ChangeSet, FileChange, FileMode } from '../../../src/contracts/change-set.ts'
import { commitAll, git, opened, repository, sharedRepository, temporaryFolder } from './repository.ts'

function after(text: string, mode: FileMode = '100644'): NonNullable<FileChange['after']> {
  const bytes = Buffer.from(text)
  return { mode, blob: blobId(bytes, '0'.repeat(40)), content: contentOf(bytes) }
}

function created(path: string, text: string, mode?: FileMode): FileChange {
  return { path, before: null, after: after(text, mode), added: 0, removed: 0, binary: false }
}

function changeSet(base: string, ...files: FileChange[]): ChangeSet {
  return { schema: 'autopilot/change-set@1', base, tree: base, files }
}

test('tree, file contents and subjects come from the commit, not from the working files', async () => {
  const repo = await repository({
    'a.txt': 'one\n',
    'run.sh': 'exec:#!/bin/sh\n',
    'sub/l': 'link:../a.txt',
    'ü x': '',
  })
  await commitAll(repo, 'second: commit')
  const { git: ours, base } = await opened(repo)
  await writeFile(join(repo, 'a.txt'), 'other\n')
  expect((await ours.tree(base)).map(({ path, mode, bytes }) => ({ path, mode, bytes }))).toEqual([
    { path: 'a.txt', mode: '100644', bytes: 4 },
    { path: 'run.sh', mode: '100755', bytes: 10 },
    { path: 'sub/l', mode: '120000', bytes: 8 },
    { path: 'ü x', mode: '100644', bytes: 0 },
  ])
  expect(await ours.readFile('a.txt', base)).toEqual(Buffer.from('one\n'))
  expect(await ours.readFile('ü x', base)).toEqual(Buffer.alloc(0))
  expect(await ours.readFile('nowhere', base)).toBeUndefined()
  expect(await ours.subjects(base, 1)).toEqual(['second: commit'])
  expect(await ours.subjects(base, 10)).toEqual(['second: commit', 'first commit'])
})

test('many reads at once, large and small, each get their own bytes', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [`f${n}`, `${n}`.repeat(n % 7 === 0 ? 200_000 : n)]),
  )
  const { git: ours, base } = await opened(await repository(files))
  const read = await Promise.all(Object.keys(files).map((path) => ours.readFile(path, base)))
  expect(read.map((bytes) => bytes?.toString())).toEqual(Object.values(files))
  await ours.close()
  expect((await ours.readFile('f3', base))?.toString()).toBe('333')
})

test('a change of every kind makes the tree that git makes of it', async () => {
  const repo = await repository({ 'a.txt': 'one\n', 'gone/b.txt': 'b\n', turn: 'file\n', 'mode.sh': 'x\n' })
  const { git: ours, base } = await opened(repo)
  const tree = new Map((await ours.tree(base)).map((file) => [file.path, file]))
  const before = (path: string) => ({ mode: '100644' as const, blob: tree.get(path)?.oid ?? '' })
  const changes = changeSet(
    base,
    { ...created('a.txt', 'two\n'), before: before('a.txt') },
    { ...created('gone/b.txt', ''), before: before('gone/b.txt'), after: null },
    created('link', 'a.txt', '120000'),
    { ...created('mode.sh', 'x\n', '100755'), before: before('mode.sh') },
    { ...created('turn', ''), before: before('turn'), after: null },
    created('turn/inside', 'now a folder\n'),
  )
  const written = await ours.writeTree(changes)
  const into = join(await temporaryFolder(), 'copy')
  await ours.exportTree(base, changes, into)
  expect(await readFile(join(into, 'a.txt'), 'utf8')).toBe('two\n')
  expect(await readlink(join(into, 'link'))).toBe('a.txt')
  expect((await lstat(join(into, 'mode.sh'))).mode & 0o111).not.toBe(0)
  expect(await readFile(join(into, 'turn/inside'), 'utf8')).toBe('now a folder\n')
  await expect(access(join(into, 'gone'))).rejects.toThrow('ENOENT')
  // git itself, over the exported folder, is the second opinion.
  await git(into, 'init', '-q')
  await commitAll(into, 'x')
  expect(written).toEqual({ ok: true, tree: await git(into, 'rev-parse', 'HEAD^{tree}') })
})

test('no change at all is the base tree, and writing it leaves the person’s repository alone', async () => {
  const repo = await repository({ 'a.txt': 'one\n' })
  const { git: ours, base } = await opened(repo)
  const before = await git(repo, 'count-objects', '-v')
  expect(await ours.writeTree(changeSet(base))).toEqual({
    ok: true,
    tree: await git(repo, 'rev-parse', 'HEAD^{tree}'),
  })
  await ours.writeTree(changeSet(base, created('new', 'new\n')))
  await ours.diff(changeSet(base, created('new', 'new\n')))
  expect(await git(repo, 'count-objects', '-v')).toBe(before)
})

const refusals: readonly [string, string, (base: string, blob: string) => FileChange][] = [
  [
    'a before-image of other bytes',
    'change-base',
    () => ({ ...created('a.txt', 'x'), before: { mode: '100644', blob: 'a'.repeat(40) } }),
  ],
  ['a creation where a file is', 'change-base', () => created('a.txt', 'x')],
  [
    'a deletion of nothing',
    'change-base',
    (_, blob) => ({ ...created('none', ''), before: { mode: '100644', blob }, after: null }),
  ],
  ['a path that climbs', 'change-path', () => created('../x', 'x')],
  ['a .git alias', 'change-path', () => created('sub/.Git/config', 'x')],
  ['a file below a file', 'change-path', () => created('a.txt/b', 'x')],
  ['a file where a folder is', 'change-path', () => created('dir', 'x')],
  ['a name that differs by case', 'change-path', () => created('A.TXT', 'x')],
  ['a folder that differs by case', 'change-path', () => created('DIR/new', 'x')],
  ['a name that differs by Unicode form', 'change-path', () => created('cafe\u0301', 'x')],
  ['an absolute symlink', 'change-symlink', () => created('l', '/etc/passwd', '120000')],
  ['a symlink that climbs out', 'change-symlink', () => created('dir/l', '../../x', '120000')],
  ['a symlink that climbs after a name', 'change-symlink', () => created('dir/l', 'x/../../y', '120000')],
  ['a symlink into .git', 'change-symlink', () => created('l', '.git/config', '120000')],
  [
    'content that is not what its id says',
    'change-blob',
    (_, blob) => ({ ...created('n', 'x'), after: { ...after('x'), blob } }),
  ],
]

const untouched = sharedRepository({ 'a.txt': 'one\n', 'dir/x': 'x\n', 'caf\u00e9': '' })

test.each(refusals)('%s is refused as %s', async (_, rule, make) => {
  const { git: ours, base } = await untouched()
  const blob = (await ours.tree(base))[0]?.oid ?? ''
  const file = make(base, blob)
  const answer = await ours.writeTree(changeSet(base, file))
  expect(answer).toMatchObject({ ok: false, problem: { rule, path: file.path } })
  await expect(
    ours.exportTree(base, changeSet(base, file), join(await temporaryFolder(), 'x')),
  ).rejects.toThrow(answer.ok ? 'never' : answer.problem.message)
})

test('symlinks inside the repository are fine, also to its top and beside a folder', async () => {
  const { git: ours, base } = await opened(await repository({ 'a.txt': 'one\n' }))
  const links = [
    created('d/up', '..', '120000'),
    created('d/x', '../a.txt', '120000'),
    created('y', './d/x', '120000'),
  ]
  expect(await ours.writeTree(changeSet(base, ...links))).toMatchObject({ ok: true })
})

test('the diff is unified, without renames, and shows text that attributes call binary', async () => {
  const repo = await repository({
    '.gitattributes': '* -diff\n*.txt diff=evil\n',
    'a.txt': '1\n2\n3\n4\n5\n6\n',
  })
  const { git: ours, base } = await opened(repo)
  const blob = (await ours.tree(base)).find((file) => file.path === 'a.txt')?.oid ?? ''
  const moved: FileChange = { ...created('a.txt', ''), before: { mode: '100644', blob }, after: null }
  const text = await ours.diff(changeSet(base, moved, created('b.txt', '1\n2\n3\n4\n5\nsix\n')))
  expect(text).toContain('diff --git a/a.txt b/a.txt\ndeleted file mode 100644\n')
  expect(text).toContain('--- /dev/null\n+++ b/b.txt\n@@ -0,0 +1,6 @@\n')
  expect(text).not.toContain('Binary')
})

test('export writes the bytes of the blobs: no line ends, keywords, encodings or filters', async () => {
  const repo = await repository({ 'a.txt': 'one\ntwo $Id$\n' })
  const marker = join(repo, '../marker')
  await git(repo, 'config', 'filter.evil.smudge', `touch ${marker}; cat`)
  await writeFile(
    join(repo, '.gitattributes'),
    '*.txt text eol=crlf ident working-tree-encoding=UTF-16 filter=evil\n',
  )
  await git(repo, 'add', '.gitattributes')
  await git(repo, 'commit', '-q', '-m', 'attributes')
  const { git: ours, base } = await opened(repo)
  const into = join(await temporaryFolder(), 'copy')
  await ours.exportTree(base, undefined, into)
  expect(await readFile(join(into, 'a.txt'), 'utf8')).toBe('one\ntwo $Id$\n')
  await expect(access(marker)).rejects.toThrow('ENOENT')
  await expect(access(join(into, '.git'))).rejects.toThrow('ENOENT')
  expect(await ours.changesOf(into, base)).toMatchObject({ ok: true, changes: { files: [] } })
})

test('export into a folder that holds something is refused', async () => {
  const { git: ours, base } = await opened(await repository({ 'a.txt': 'one\n' }))
  const into = await temporaryFolder()
  await writeFile(join(into, 'mine'), '')
  await expect(ours.exportTree(base, undefined, into)).rejects.toThrow('is not empty')
})
