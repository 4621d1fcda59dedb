import { expect, test } from 'vitest'
import { commitFiles, temporaryRepository } from './fixture.ts'

async function forked() {
  const repository = await temporaryRepository()
  const base = await commitFiles(repository, 'main', { a: '1' }, { message: 'base' })
  const main = await commitFiles(repository, 'main', { a: '2' }, { message: 'main 1' })
  const one = await commitFiles(repository, 'topic', { b: '1' }, { from: base, message: 'topic 1' })
  const two = await commitFiles(repository, 'topic', { 'c d/é': '1' }, { message: 'topic 2' })
  const orphan = await commitFiles(repository, 'orphan', { z: '1' }, { message: 'orphan' })
  return { repository, base, main, one, two, orphan }
}

test('ancestors, merge bases and distances are those of the two branches', async () => {
  const { repository, base, main, two } = await forked()
  expect(await repository.isAncestor(base, 'topic')).toBe(true)
  expect(await repository.isAncestor(main, two)).toBe(false)
  expect(await repository.mergeBase('main', 'topic')).toBe(base)
  expect(await repository.aheadBehind('main', 'topic')).toEqual({ ahead: 2, behind: 1 })
  expect(await repository.countCommits({ from: 'topic', exclude: 'main' })).toBe(2)
})

test('an orphan branch has no merge base, and a revision that does not exist has no answer', async () => {
  const { repository } = await forked()
  expect(await repository.mergeBase('main', 'orphan')).toBeUndefined()
  expect(await repository.aheadBehind('main', 'orphan')).toEqual({ ahead: 1, behind: 2 })
  expect(await repository.isAncestor('main', 'nowhere')).toBeUndefined()
  expect(await repository.aheadBehind('main', '1'.repeat(40))).toBeUndefined()
  expect(await repository.log({ from: 'main', exclude: 'nowhere', max: 5 })).toBeUndefined()
})

test('a log is cut by range, path, page and order', async () => {
  const { repository } = await forked()
  const messages = async (query: Parameters<typeof repository.log>[0]) =>
    (await repository.log(query))?.map((commit) => commit.message)
  expect(await messages({ from: 'topic', max: 10 })).toEqual(['topic 2', 'topic 1', 'base'])
  expect(await messages({ from: 'topic', exclude: 'main', max: 10, oldestFirst: true })).toEqual([
    'topic 1',
    'topic 2',
  ])
  expect(await messages({ from: 'topic', max: 1, skip: 1 })).toEqual(['topic 1'])
  expect(await messages({ from: 'topic', max: 1, skip: 1, oldestFirst: true })).toEqual(['topic 1'])
  expect(await messages({ from: 'topic', max: 10, path: 'c d/é' })).toEqual(['topic 2'])
  expect(await messages({ from: 'topic', max: 10, path: ':(glob)**' })).toEqual([])
  expect(await messages({ from: 'topic', max: 10, since: '2026-02-01T00:00:00Z' })).toEqual([])
})
