import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { childrenOf, commitFiles, fsck, temporaryFolder, temporaryStore } from './fixture.ts'
import { openGitStore } from './store.ts'

test('a repository is found by its name without regard to case, also by a store opened later', async () => {
  const folder = await temporaryFolder()
  const store = openGitStore(folder)
  const repository = await store.create('Octo/Hello.World', { defaultBranch: 'trunk' })
  const sha = await commitFiles(repository, 'trunk', { a: '1' })
  expect(store.get('octo/hello.world')).toBe(repository)
  await expect(store.create('octo/HELLO.world')).rejects.toThrow(
    'there is already a repository octo/HELLO.world',
  )
  await store.close()

  const later = openGitStore(folder)
  expect(await later.get('Octo/Hello.World')?.resolve('HEAD')).toBe(sha)
  expect(await later.get('Octo/Hello.World')?.defaultBranch()).toBe('trunk')
  await later.close()
})

test('a name that would leave the folder is no repository', async () => {
  const store = await temporaryStore()
  for (const name of ['octo', 'octo/..', '../x', 'octo/a/b', 'octo/', 'octo/x.git', 'octo/a b', '.octo/x']) {
    expect(store.get(name)).toBeUndefined()
    await expect(store.create(name)).rejects.toThrow('is no repository name: give owner/name')
  }
})

test('a renamed repository keeps its content, and the old name is free', async () => {
  const store = await temporaryStore()
  const repository = await store.create('octo/old')
  const sha = await commitFiles(repository, 'main', { a: '1' })
  expect(await store.rename('octo/old', 'other/new')).toBe(repository)
  expect(repository.fullName()).toBe('other/new')
  expect(await store.get('other/new')?.resolve('main')).toBe(sha)
  expect(store.get('octo/old')).toBeUndefined()
  await commitFiles(repository, 'main', { a: '2' })
  await store.create('octo/old')
  await expect(store.rename('octo/old', 'other/new')).rejects.toThrow('already')
  expect((await store.rename('other/new', 'other/NEW')).fullName()).toBe('other/NEW')
})

test('a fork has branches and tags but no pull requests, and outlives the repository it came from', async () => {
  const store = await temporaryStore()
  const parent = await store.create('octo/hello')
  const sha = await commitFiles(parent, 'main', { a: '1' })
  await parent.updateRef({ name: 'refs/tags/v1', to: sha })
  await parent.syncPullRef({ number: 1, head: sha })
  const fork = await store.fork('octo/hello', 'ana/hello')
  await store.remove('octo/hello')
  expect((await fork.refs('refs/')).map((ref) => ref.name)).toEqual(['refs/heads/main', 'refs/tags/v1'])
  expect(await fork.blobAt('main', 'a')).toMatchObject({ content: Buffer.from('1') })
  expect(await fsck(fork)).toBe('')
  expect(store.get('octo/hello')).toBeUndefined()
})

test("a fork's commit is brought into the repository that it is proposed to", async () => {
  const store = await temporaryStore()
  const parent = await store.create('octo/hello')
  await commitFiles(parent, 'main', { a: '1' })
  const fork = await store.fork('octo/hello', 'ana/hello')
  const sha = await commitFiles(fork, 'topic', { a: '2' })
  expect(await parent.commit(sha)).toBeUndefined()
  expect(await parent.adopt(fork, sha)).toBe(true)
  expect(await parent.syncPullRef({ number: 1, head: sha })).toMatchObject({ ok: true })
  expect(await parent.blobAt('refs/pull/1/head', 'a')).toMatchObject({ content: Buffer.from('2') })
  expect(await parent.adopt(fork, '1'.repeat(40))).toBe(false)
  expect((await parent.refs('refs/heads/')).map((ref) => ref.name)).toEqual(['refs/heads/main'])
})

test('an empty repository is forked as empty', async () => {
  const store = await temporaryStore()
  await store.create('octo/empty', { defaultBranch: 'trunk' })
  const fork = await store.fork('octo/empty', 'ana/empty')
  expect(await fork.defaultBranch()).toBe('trunk')
  expect(await fork.refs('refs/')).toEqual([])
})

test('the lock lets one writer in at a time, its own further calls at once, and goes on after a failure', async () => {
  const store = await temporaryStore()
  const repository = await store.create('octo/hello')
  const order: string[] = []
  const work = (name: string) =>
    repository.exclusive(async () => {
      order.push(`${name} in`)
      await repository.setDefaultBranch(name)
      order.push(`${name} out`)
    })
  const failing = repository.exclusive(() => Promise.reject(new Error('no')))
  const all = Promise.all([work('a'), work('b')])
  await expect(failing).rejects.toThrow('no')
  await all
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out'])
})

test('nothing that the store started runs after it is closed', async () => {
  const store = openGitStore(await temporaryFolder(), { idleMs: 600_000 })
  const repository = await store.create('octo/hello')
  await commitFiles(repository, 'main', { a: '1' })
  const waiting = repository.log({ from: 'main', max: 1 }).catch((error: unknown) => error)
  const before = await childrenOf()
  expect(before.some((line) => line.includes('cat-file'))).toBe(true)
  await store.close()
  await waiting
  expect((await childrenOf()).filter((line) => line.startsWith('git'))).toEqual([])
  await expect(repository.commit('main')).rejects.toThrow('the store is closed')
})

test('an idle reader is ended, and the next read starts another', async () => {
  const store = openGitStore(await temporaryFolder(), { idleMs: 1 })
  const repository = await store.create('octo/hello')
  const sha = await commitFiles(repository, 'main', { a: '1' })
  await expect
    .poll(async () => (await childrenOf()).filter((line) => line.includes('cat-file')), {
      timeout: 10_000,
    })
    .toEqual([])
  expect(await repository.resolve('main')).toBe(sha)
  await store.close()
})

test('a broken repository throws and says where', async () => {
  const store = await temporaryStore()
  const repository = await store.create('octo/hello')
  await commitFiles(repository, 'main', { a: '1' })
  await writeFile(join(repository.folder(), 'config'), '[core]\n\trepositoryformatversion = 99\n')
  await expect(repository.refs('refs/')).rejects.toThrow(/git for-each-ref .* in .*hello\.git: .*99/)
})

test('the folder of a removed repository is gone', async () => {
  const store = await temporaryStore()
  const repository = await store.create('octo/hello')
  const folder = repository.folder()
  await store.remove('octo/hello')
  expect(existsSync(folder)).toBe(false)
  await expect(store.remove('octo/hello')).rejects.toThrow('there is no repository octo/hello')
})
