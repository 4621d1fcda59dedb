import { expect, test } from 'vitest'
import { ANA, commitFiles, fsck, git, temporaryRepository } from './fixture.ts'
import { writeObject } from './object-writer.ts'

test('a commit reads as it was written, and git reads it alike', async () => {
  const repository = await temporaryRepository({ 'src/a.ts': 'one\n' })
  const parent = await repository.commit('main')
  const author = { name: 'Zoë <x>', email: 'zoe@localhost', date: '2026-03-04T05:06:07+02:00' }
  const message = 'Title\n\nBody with ünïcode\n'
  const written = await repository.writeCommit({
    tree: parent?.tree ?? '',
    parents: [parent?.sha ?? ''],
    author,
    committer: ANA,
    message,
  })
  const commit = await repository.commit(written.ok ? written.sha : '')
  expect(commit).toEqual({
    sha: commit?.sha,
    tree: parent?.tree,
    parents: [parent?.sha],
    author: { name: 'Zoë x', email: 'zoe@localhost', date: '2026-03-04T03:06:07Z', zone: '+0200' },
    committer: { ...ANA, zone: '+0000' },
    message,
    verified: false,
  })
  expect(await git(repository.folder(), 'show', '-s', '--format=%an|%aI|%s', commit?.sha ?? '')).toBe(
    'Zoë x|2026-03-04T05:06:07+02:00|Title',
  )
  expect(await fsck(repository)).toBe('')
})

test('only a commit that the loopback signed is verified, and its signature counts for no other commit', async () => {
  const repository = await temporaryRepository({ a: '1' })
  const tree = (await repository.commit('main'))?.tree ?? ''
  const written = await repository.writeCommit({
    tree,
    parents: [],
    author: ANA,
    committer: ANA,
    message: 'signed',
    signed: true,
  })
  const sha = written.ok ? written.sha : ''
  const commit = await repository.commit(sha)
  expect(commit?.verified).toBe(true)
  expect(commit?.message).toBe('signed')
  expect(commit?.signature).toMatch(
    /^-----BEGIN PGP SIGNATURE-----\n\nloopback [^]*-----END PGP SIGNATURE-----$/,
  )
  expect(commit?.payload).toMatch(/^tree [0-9a-f]{40}\nauthor [^]*\n\nsigned$/)
  expect(await fsck(repository)).toBe('')

  const raw = (await repository.object(sha))?.content.toString('utf8').replace(/signed$/, 'forged') ?? ''
  const forged = await writeObject(repository.folder(), 'commit', Buffer.from(raw))
  expect((await repository.commit(forged))?.message).toBe('forged')
  expect((await repository.commit(forged))?.verified).toBe(false)
})

test('a commit over a missing tree or parent is a problem', async () => {
  const repository = await temporaryRepository({ a: '1' })
  const head = await repository.commit('main')
  const commit = { tree: head?.tree ?? '', parents: [], author: ANA, committer: ANA, message: 'm' }
  expect(await repository.writeCommit({ ...commit, tree: head?.sha ?? '' })).toMatchObject({
    ok: false,
    problem: 'missing_object',
    reason: 'Tree SHA does not exist',
  })
  expect(await repository.writeCommit({ ...commit, parents: ['1'.repeat(40)] })).toMatchObject({ ok: false })
})

test('an annotated tag leads to its commit', async () => {
  const repository = await temporaryRepository({ a: '1' })
  const object = (await repository.resolve('main')) ?? ''
  const tag = { tag: 'v1.0', object, type: 'commit' as const, tagger: ANA, message: 'first\n' }
  const written = await repository.writeTag(tag)
  const sha = written.ok ? written.sha : ''
  await repository.updateRef({ name: 'refs/tags/v1.0', to: sha })
  expect(await repository.tag(sha)).toEqual({ ...tag, sha, tagger: { ...ANA, zone: '+0000' } })
  expect(await repository.ref('refs/tags/v1.0')).toEqual({ sha, type: 'tag' })
  expect((await repository.commit('v1.0'))?.sha).toBe(object)
  expect(await repository.writeTag({ ...tag, tag: 'a..b' })).toMatchObject({ problem: 'invalid_name' })
  expect(await repository.writeTag({ ...tag, type: 'tree' })).toMatchObject({ problem: 'missing_object' })
  expect(await fsck(repository)).toBe('')
})

test('a path is told to be a file, a link, a folder, a submodule or nothing', async () => {
  const repository = await temporaryRepository()
  await commitFiles(repository, 'main', [
    { path: 'src/deep/a.ts', mode: '100755', content: 'run\n' },
    { path: 'link', mode: '120000', content: 'src/deep' },
    { path: 'vendor/lib', mode: '160000', type: 'commit', sha: '1'.repeat(40) },
    { path: 'bytes', mode: '100644', content: Buffer.from([0, 255, 10]) },
  ])
  expect(await repository.blobAt('main', 'src/deep/a.ts')).toMatchObject({ kind: 'file', mode: '100755' })
  expect(await repository.blobAt('main', 'bytes')).toMatchObject({ content: Buffer.from([0, 255, 10]) })
  expect(await repository.blobAt('main', 'link')).toMatchObject({
    kind: 'symlink',
    content: Buffer.from('src/deep'),
  })
  expect(await repository.blobAt('main', 'vendor/lib')).toMatchObject({
    kind: 'submodule',
    sha: '1'.repeat(40),
  })
  const root = await repository.blobAt('main', '')
  expect(root?.kind === 'folder' && root.entries.map((entry) => `${entry.type} ${entry.path}`)).toEqual([
    'blob bytes',
    'blob link',
    'tree src',
    'tree vendor',
  ])
  for (const path of ['no', 'src/no', 'bytes/a', 'link/a.ts', 'src/../bytes', '/bytes', 'src/']) {
    expect([path, await repository.blobAt('main', path)]).toEqual([path, undefined])
  }
})

test('a tree is listed with sizes, and recursively as git lists it', async () => {
  const paths = ['a.b', 'a/b', 'a0', 'ü/ñ "q" \n', 'z/y/x']
  const repository = await temporaryRepository(Object.fromEntries(paths.map((path) => [path, 'four'])))
  const listed = await repository.tree('main', { recursive: true })
  const lines = listed?.entries.map(
    (entry) => `${entry.mode} ${entry.type} ${entry.sha} ${entry.size ?? '-'} ${entry.path}`,
  )
  const output = await git(repository.folder(), 'ls-tree', '-r', '-t', '-l', '-z', 'main')
  expect(lines).toEqual(
    output
      .split('\0')
      .filter(Boolean)
      .map((line) => line.replace(/ +(\S+)\t/, ' $1 ')),
  )
  expect((await repository.tree('main'))?.entries.map((entry) => entry.path)).toEqual([
    'a.b',
    'a',
    'a0',
    'z',
    'ü',
  ])
  expect(await fsck(repository)).toBe('')
})

test('large contents and hundreds of reads at once come back whole', async () => {
  const repository = await temporaryRepository()
  const large = Buffer.alloc(5_000_000, 'abc\n')
  const sha = await repository.writeBlob(large)
  const small = await Promise.all(
    Array.from({ length: 300 }, (_, index) => repository.writeBlob(`blob ${index}\n`)),
  )
  const found = await Promise.all([sha, ...small, '1'.repeat(40), sha].map((one) => repository.object(one)))
  expect(found[0]?.content.equals(large)).toBe(true)
  expect(found[302]?.content.equals(large)).toBe(true)
  expect(found[301]).toBeUndefined()
  expect(found.slice(1, 301).map((one) => one?.content.toString())).toEqual(
    small.map((_, index) => `blob ${index}\n`),
  )
})

test('a short id finds its object, and an ambiguous name finds the branch', async () => {
  const repository = await temporaryRepository({ a: '1' })
  const first = (await repository.resolve('main')) ?? ''
  const second = await commitFiles(repository, 'main', { a: '2' })
  await repository.updateRef({ name: 'refs/tags/main', to: first })
  expect(await repository.resolve(first.slice(0, 7))).toBe(first)
  expect(await repository.resolve('main')).toBe(second)
  expect(await repository.resolve('tags/main')).toBe(first)
  expect(await repository.resolve('abcdef0')).toBeUndefined()
})
