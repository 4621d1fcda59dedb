import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { commitFiles, git, temporaryFolder, temporaryRepository } from './fixture.ts'
import type { Files } from './fixture.ts'
import type { NewTreeEntry } from './tree-edit.ts'

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join('')

async function changed(before: NewTreeEntry[] | Files, after: NewTreeEntry[] | Files) {
  const repository = await temporaryRepository()
  const base = await commitFiles(repository, 'main', before)
  const head = await commitFiles(repository, 'main', after)
  return { repository, base, head, files: (await repository.diff(base, head))?.files ?? [] }
}

test('files are listed as added, modified, removed and renamed, with numbers and hunks', async () => {
  const { files } = await changed(
    { keep: 'k\n', edit: 'one\ntwo\n', gone: 'bye\n', old: LINES },
    { edit: 'one\n2\nthree\n', gone: null, fresh: 'new\n', old: null, 'new name': `${LINES}more\n` },
  )
  expect(files).toMatchObject([
    {
      path: 'edit',
      status: 'modified',
      additions: 2,
      deletions: 1,
      patch: '@@ -1,2 +1,3 @@\n one\n-two\n+2\n+three',
    },
    { path: 'fresh', status: 'added', additions: 1, deletions: 0, patch: '@@ -0,0 +1 @@\n+new' },
    { path: 'gone', status: 'removed', additions: 0, deletions: 1, patch: '@@ -1 +0,0 @@\n-bye' },
    {
      path: 'new name',
      previousPath: 'old',
      status: 'renamed',
      additions: 1,
      deletions: 0,
      patch: '@@ -18,3 +18,4 @@ line 16\n line 17\n line 18\n line 19\n+more',
    },
  ])
})

test('each patch stays with its file when neighbours have none', async () => {
  const blob = (path: string, content: string | Uint8Array, mode = '100644') => ({ path, mode, content })
  const { files } = await changed(
    [
      blob('a-binary', Buffer.from([0, 1, 2])),
      blob('b-mode', 'x\n'),
      blob('c-type', 'target\n'),
      blob('d-moved', LINES),
      { path: 'e-module', mode: '160000', type: 'commit', sha: '1'.repeat(40) },
      blob('g-text', 'diff --git a/x b/x\n@@ -1 +1 @@\n'),
    ],
    [
      blob('a-binary', Buffer.from([0, 1, 3])),
      blob('b-mode', 'x\n', '100755'),
      blob('c-type', 'target', '120000'),
      { path: 'd-moved', sha: null },
      blob('d-moved2', LINES),
      { path: 'e-module', mode: '160000', type: 'commit', sha: '2'.repeat(40) },
      blob('f-empty', ''),
      blob('g-text', 'diff --git a/y b/y\n@@ -1 +1 @@\n'),
      blob('h-link', 'g-text', '120000'),
    ],
  )
  expect(files.map(({ path, status, mode, patch }) => [path, status, mode, patch])).toEqual([
    ['a-binary', 'modified', '100644', undefined],
    ['b-mode', 'modified', '100755', undefined],
    [
      'c-type',
      'changed',
      '120000',
      '@@ -1 +0,0 @@\n-target\n@@ -0,0 +1 @@\n+target\n\\ No newline at end of file',
    ],
    ['d-moved2', 'renamed', '100644', undefined],
    [
      'e-module',
      'modified',
      '160000',
      `@@ -1 +1 @@\n-Subproject commit ${'1'.repeat(40)}\n+Subproject commit ${'2'.repeat(40)}`,
    ],
    ['f-empty', 'added', '100644', undefined],
    [
      'g-text',
      'modified',
      '100644',
      '@@ -1,2 +1,2 @@\n-diff --git a/x b/x\n+diff --git a/y b/y\n @@ -1 +1 @@',
    ],
    ['h-link', 'added', '120000', '@@ -0,0 +1 @@\n+g-text\n\\ No newline at end of file'],
  ])
  expect(files[0]).toMatchObject({ binary: true, additions: 0 })
  expect(files[1]).toMatchObject({ previousMode: '100644', additions: 0 })
})

test('paths with spaces, quotes, tabs, newlines and unicode come back as they are', async () => {
  const paths = ['a b', 'a"b', "a'b", 'a\nb', 'a\tb', 'ä/ö', '日本', 'a\\b', ' lead']
  const { files } = await changed(
    { seed: '1' },
    Object.fromEntries(paths.map((path) => [path, `${path}.\n`])),
  )
  expect(files.map((file) => file.path).sort()).toEqual([...paths].sort())
  for (const file of files) {
    const lines = `${file.path}.`.split('\n')
    expect(file.patch).toBe(
      `@@ -0,0 +1${lines.length > 1 ? `,${lines.length}` : ''} @@\n${lines.map((line) => `+${line}`).join('\n')}`,
    )
  }
})

test('the ids of a removed file and of a changed one are those of the blobs', async () => {
  const { files, repository, base } = await changed({ gone: 'bye\n', edit: '1' }, { gone: null, edit: '2' })
  expect(files[0]?.sha).toBe((await repository.blobAt('main', 'edit'))?.sha)
  expect(files[1]?.sha).toBe((await repository.blobAt(base, 'gone'))?.sha)
})

test('caps cut the list and large patches, and the totals still count everything', async () => {
  const { repository, base, head } = await changed({ seed: '1' }, { a: LINES, b: 'x\n', c: 'y\n' })
  const diff = await repository.diff(base, head, { maxFiles: 2, maxPatchBytes: 50 })
  expect(diff?.files.map((file) => [file.path, file.patch === undefined])).toEqual([
    ['a', true],
    ['b', false],
  ])
  expect(diff).toMatchObject({ totalFiles: 3, additions: 22, deletions: 0 })
})

test('without a base everything is added, and an unknown revision has no diff', async () => {
  const { repository, base } = await changed({ a: '1\n' }, { a: '2\n' })
  expect((await repository.diff(undefined, base))?.files.map((file) => file.status)).toEqual(['added'])
  expect(await repository.diff(base, 'nowhere')).toBeUndefined()
  expect(await repository.diffText('nowhere', base)).toBeUndefined()
  expect(await repository.formatPatch('nowhere', base)).toBeUndefined()
})

test('git applies the .diff and the .patch, and comes to the same tree', async () => {
  const { repository, base, head } = await changed(
    { edit: LINES, old: `${LINES}x\n`, gone: '1\n' },
    { edit: `${LINES}y\n`, old: null, 'new "q"': `${LINES}x\n`, gone: null },
  )
  const tree = (await repository.commit(head))?.tree
  for (const [command, text] of [
    [['apply', '--index'], await repository.diffText(base, head)],
    [['am'], await repository.formatPatch(base, head)],
  ] as const) {
    const folder = await temporaryFolder()
    await git(folder, 'clone', '-q', repository.folder(), 'work')
    await writeFile(`${folder}/change`, text ?? '')
    await git(`${folder}/work`, 'reset', '-q', '--hard', base)
    await git(`${folder}/work`, ...command, '../change')
    expect(await git(`${folder}/work`, 'write-tree')).toBe(tree)
  }
})
