import { expect, test } from 'vitest'
import { commitFiles, git, temporaryRepository } from './fixture.ts'
import { isRefName } from './names.ts'

test('a branch moves forward only from where the caller saw it', async () => {
  const repository = await temporaryRepository({ a: '1' })
  const first = (await repository.resolve('main')) ?? ''
  const second = await commitFiles(repository, 'main', { a: '2' })
  const third = await commitFiles(repository, 'next', { a: '3' }, { from: second })
  const name = 'refs/heads/main'

  expect(await repository.updateRef({ name, to: third, expected: first })).toBe('moved')
  expect(await repository.updateRef({ name, to: first })).toBe('not_fast_forward')
  expect(await repository.updateRef({ name, to: third, expected: second })).toBe('updated')
  expect(await repository.updateRef({ name, to: first, force: true })).toBe('updated')
  expect(await repository.ref(name)).toEqual({ sha: first, type: 'commit' })
})

test('of two that move one branch at once from the same place, one is told that it moved', async () => {
  const repository = await temporaryRepository({ a: '1' })
  const expected = (await repository.resolve('main')) ?? ''
  const left = await commitFiles(repository, 'left', { a: '2' }, { from: expected })
  const right = await commitFiles(repository, 'right', { a: '3' }, { from: expected })
  const name = 'refs/heads/main'
  const results = await Promise.all([left, right].map((to) => repository.updateRef({ name, to, expected })))
  expect(results.sort()).toEqual(['moved', 'updated'])
})

test('a ref is not made over an object that is missing, of the wrong kind, or under a name in the way', async () => {
  const repository = await temporaryRepository({ a: '1' })
  const to = (await repository.resolve('main')) ?? ''
  const blob = await repository.writeBlob('text')
  const update = (name: string, target: string) => repository.updateRef({ name, to: target, expected: null })

  expect(await update('refs/heads/x', '1'.repeat(40))).toBe('missing_object')
  expect(await update('refs/heads/x', 'main')).toBe('missing_object')
  expect(await update('refs/heads/x', blob)).toBe('not_a_commit')
  expect(await update('refs/tags/blob', blob)).toBe('created')
  expect(await update('refs/heads/main/sub', to)).toBe('name_taken')
  expect(await update('refs/heads/main', to)).toBe('moved')
  expect(await update('refs/heads/../x', to)).toBe('invalid_name')
})

test('a deleted ref is gone, and not deleted when it moved in between', async () => {
  const repository = await temporaryRepository({ a: '1' })
  const to = (await repository.resolve('main')) ?? ''
  await repository.updateRef({ name: 'refs/heads/topic', to })
  expect(await repository.deleteRef('refs/heads/topic', '1'.repeat(40))).toBe('moved')
  expect(await repository.deleteRef('refs/heads/topic', to)).toBe('deleted')
  expect(await repository.deleteRef('refs/heads/topic')).toBe('missing')
  expect((await repository.refs('refs/heads/')).map((ref) => ref.name)).toEqual(['refs/heads/main'])
})

test('a ref that another git packed or moved is read as it is now', async () => {
  const repository = await temporaryRepository({ a: '1' })
  const first = (await repository.resolve('main')) ?? ''
  const second = await commitFiles(repository, 'other', { a: '2' }, { from: first })
  await git(repository.folder(), 'pack-refs', '--all')
  expect(await repository.resolve('main')).toBe(first)
  await git(repository.folder(), 'update-ref', 'refs/heads/main', second)
  expect(await repository.resolve('main')).toBe(second)
})

test('a name without its own ref is not answered by a ref nested below it', async () => {
  const repository = await temporaryRepository({ a: '1' })
  expect(await repository.resolve('mai')).toBeUndefined()
  expect(await repository.resolve('main~1')).toBeUndefined()
  expect(await repository.resolve(':/change')).toBeUndefined()
  expect(await repository.resolve('main\nmain')).toBeUndefined()
  expect(await repository.resolve('@{0}')).toBeUndefined()
})

test('ref names are judged as git check-ref-format judges them', async () => {
  const repository = await temporaryRepository()
  const names = [
    'a b',
    'a..b',
    'a/',
    '/a',
    'a//b',
    '.a',
    'a/.b',
    'a.lock',
    'a.lock/b',
    'a.',
    'a~',
    'a^',
    'a:',
    'a?',
    'a*',
    'a[',
    'a\\',
    'a@{b',
    '@',
    'a\u007f',
    'a\tb',
    'é',
    'ü/ö',
    'a"b',
    "a'b",
    'a-b',
    'a{b',
    'x/y/z',
  ]
  for (const name of names) {
    const judged = await git(repository.folder(), 'check-ref-format', `refs/heads/${name}`).then(
      () => true,
      () => false,
    )
    expect([name, isRefName(`refs/heads/${name}`)]).toEqual([name, judged])
  }
})

test('names that git would read as something else are refused', () => {
  for (const name of ['HEAD', '-x', 'refs/heads/x', 'a'.repeat(40)]) {
    expect(isRefName(`refs/heads/${name}`)).toBe(false)
  }
  expect(isRefName('heads/main')).toBe(false)
  expect(isRefName('refs/main')).toBe(false)
})

test('an empty repository names a default branch that does not exist yet', async () => {
  const repository = await temporaryRepository()
  expect(await repository.defaultBranch()).toBe('main')
  expect(await repository.commit('HEAD')).toBeUndefined()
  expect(await repository.refs('refs/')).toEqual([])
  expect(await repository.log({ from: 'main', max: 10 })).toBeUndefined()
  expect(await repository.setDefaultBranch('trunk')).toBe('updated')
  expect(await repository.defaultBranch()).toBe('trunk')
  expect(await repository.setDefaultBranch('a..b')).toBe('invalid_name')
})
