import { expect, test } from 'vitest'
import { entriesOf, fsck, temporaryRepository } from './fixture.ts'
import type { Files } from './fixture.ts'
import { EMPTY_TREE } from './names.ts'
import type { GitRepository } from './repository.ts'

async function write(
  repository: GitRepository,
  base: string | undefined,
  files: Files,
): Promise<string[] | string> {
  const written = await repository.writeTree({
    ...(base === undefined ? {} : { base }),
    entries: entriesOf(files),
  })
  if (!written.ok) return written.reason
  const tree = await repository.tree(written.sha, { recursive: true })
  return tree?.entries.filter((entry) => entry.type === 'blob').map((entry) => entry.path) ?? []
}

test('entries are laid over the base, and folders that become empty vanish', async () => {
  const repository = await temporaryRepository({ 'a/b/c': '1', 'a/d': '2', e: '3' })
  expect(await write(repository, 'main', { 'a/b/new': '4', 'x/y/z': '5' })).toEqual([
    'a/b/c',
    'a/b/new',
    'a/d',
    'e',
    'x/y/z',
  ])
  expect(await write(repository, 'main', { 'a/b/c': null })).toEqual(['a/d', 'e'])
  expect(await write(repository, 'main', { 'a/b/c': null, 'a/d': null, e: null })).toEqual([])
  expect(await write(repository, 'main', { a: null })).toEqual(['e'])
  expect(await write(repository, undefined, { only: '1' })).toEqual(['only'])
  expect(await repository.writeTree({ entries: [] })).toEqual({ ok: true, sha: EMPTY_TREE })
  expect(await fsck(repository)).toBe('')
})

test('a file gives way to a folder of its name, and a folder to a file', async () => {
  const repository = await temporaryRepository({ 'a/b': '1', c: '2' })
  expect(await write(repository, 'main', { a: 'file', 'c/d': 'below' })).toEqual(['a', 'c/d'])
})

test('a whole tree is put under another path without reading it', async () => {
  const repository = await temporaryRepository({ 'a/b/c': '1' })
  const inner = await repository.blobAt('main', 'a')
  const entry = { path: 'copy', mode: '040000', type: 'tree', sha: inner?.sha ?? '' }
  const written = await repository.writeTree({
    base: 'main',
    entries: [entry, { path: 'copy/b/d', content: '2' }],
  })
  const tree = await repository.tree(written.ok ? written.sha : '', { recursive: true })
  expect(tree?.entries.filter((one) => one.type === 'blob').map((one) => one.path)).toEqual([
    'a/b/c',
    'copy/b/c',
    'copy/b/d',
  ])
})

test('paths that git or a file system would read as something else are refused', async () => {
  const repository = await temporaryRepository({ a: '1' })
  const paths = [
    '',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/../b',
    './a',
    '.git',
    '.git/config',
    'a/.GIT/hooks/x',
    '.git ',
    '.git.',
    'git~1',
    'GIT~1/x',
    '.g\u200cit',
    '.git::$INDEX_ALLOCATION',
    'a\0b',
  ]
  for (const path of paths) {
    expect([path, await write(repository, 'main', { [path]: 'x' })]).toEqual([
      path,
      'tree.path contains a malformed path component',
    ])
  }
  expect(
    await write(repository, 'main', { '.github/x': '1', '.gitignore': '2', 'a..b': '3', '...': '4' }),
  ).toHaveLength(5)
})

test('a mode, a type or an object that does not fit is a problem that says which', async () => {
  const repository = await temporaryRepository({ a: '1' })
  const blob = await repository.writeBlob('x')
  const missing = '1'.repeat(40)
  const entry = async (fields: object) => {
    const written = await repository.writeTree({ base: 'main', entries: [{ path: 'p', ...fields }] })
    return written.ok ? 'ok' : `${written.problem}: ${written.reason}`
  }
  expect(await entry({ mode: '100664', sha: blob })).toBe(
    'invalid_mode: tree.mode 100664 does not fit tree.type of any kind',
  )
  expect(await entry({ mode: '100644', type: 'tree', sha: blob })).toMatch(/^invalid_mode/)
  expect(await entry({ mode: '100644', type: 'blob', sha: missing })).toBe(
    `missing_object: tree.sha ${missing} is not a valid blob`,
  )
  expect(await entry({ mode: '040000', type: 'tree', sha: blob })).toMatch(/^missing_object/)
  expect(await entry({ mode: '100644' })).toBe('invalid_entry: Must supply either tree.sha or tree.content')
  expect(await entry({ mode: '040000', content: 'x' })).toMatch(/^invalid_entry/)
  expect(await entry({ sha: null })).toBe('missing_path: tree.path p is not in the base tree')
  expect(await repository.writeTree({ base: missing, entries: [] })).toMatchObject({
    problem: 'missing_base',
  })
  expect(await entry({ mode: '160000', type: 'commit', sha: missing })).toBe('ok')
})
