import { expect, test } from 'vitest'
import { ANA, commitFiles, fsck, temporaryRepository } from './fixture.ts'
import type { Files } from './fixture.ts'
import type { GitRepository } from './repository.ts'

const BOB = { name: 'Bob', email: 'bob@localhost', date: '2026-05-05T05:05:05Z' }
const ask = { base: 'main', head: 'topic', message: 'merged', author: BOB, committer: BOB }

async function diverged(start: Files, main: Files, ...topic: Files[]): Promise<GitRepository> {
  const repository = await temporaryRepository()
  const base = await commitFiles(repository, 'main', start, { message: 'base' })
  await commitFiles(repository, 'main', main, { message: 'on main' })
  for (const [index, files] of topic.entries()) {
    await commitFiles(repository, 'topic', files, { from: base, message: `topic ${index + 1}` })
  }
  return repository
}

async function contents(repository: GitRepository, rev: string): Promise<Record<string, string>> {
  const tree = await repository.tree(rev, { recursive: true })
  const files = (tree?.entries ?? []).filter((entry) => entry.type === 'blob')
  return Object.fromEntries(
    await Promise.all(
      files.map(async ({ path, sha }) => [path, (await repository.object(sha))?.content.toString() ?? '']),
    ),
  ) as Record<string, string>
}

test('branches that touch different files merge, as two parents, as one commit or commit by commit', async () => {
  const repository = await diverged({ a: '1\n' }, { b: '2\n' }, { c: '3\n' }, { d: '4\n' })
  const all = { a: '1\n', b: '2\n', c: '3\n', d: '4\n' }
  const [main, topic] = [await repository.resolve('main'), await repository.resolve('topic')]
  expect(await repository.mergeable(ask)).toMatchObject({ clean: true })

  const merged = await repository.merge({ ...ask, signed: true })
  const merge = await repository.commit(merged.ok ? merged.sha : '')
  expect(merge).toMatchObject({ parents: [main, topic], message: 'merged', verified: true, author: BOB })
  expect(await contents(repository, merge?.sha ?? '')).toEqual(all)

  const squashed = await repository.squash(ask)
  const squash = await repository.commit(squashed.ok ? squashed.sha : '')
  expect(squash).toMatchObject({ parents: [main], verified: false })
  expect(await contents(repository, squash?.sha ?? '')).toEqual(all)

  const rebased = await repository.rebase({ base: 'main', head: 'topic', committer: BOB })
  const tip = rebased.ok ? rebased.sha : ''
  const log = await repository.log({ from: tip, exclude: 'main', max: 10, oldestFirst: true })
  expect(log?.map((commit) => [commit.message, commit.author.name, commit.committer.name])).toEqual([
    ['topic 1', 'Ana', 'Bob'],
    ['topic 2', 'Ana', 'Bob'],
  ])
  expect(log?.[0]?.parents).toEqual([main])
  expect(await contents(repository, tip)).toEqual(all)
  expect(await fsck(repository)).toBe('')
  expect(await repository.resolve('main')).toBe(main)
})

test('two changes of one line conflict, and the path is named', async () => {
  const path = 'a "quoted" ñame'
  const repository = await diverged({ [path]: '1\n' }, { [path]: '2\n' }, { [path]: '3\n' })
  const conflict = { reason: 'conflict', conflicts: [path] }
  expect(await repository.mergeable(ask)).toEqual({ clean: false, ...conflict })
  expect(await repository.merge(ask)).toEqual({ ok: false, ...conflict })
  expect(await repository.squash(ask)).toEqual({ ok: false, ...conflict })
  expect(await repository.rebase({ ...ask })).toEqual({ ok: false, ...conflict })
})

test('a file renamed here and edited there merges; renamed twice it conflicts', async () => {
  const text = Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join('')
  const edited = text.replace('line 3\n', 'LINE 3\n')
  const clean = await diverged({ old: text }, { old: null, renamed: text }, { old: edited })
  const merged = await clean.merge(ask)
  expect(await contents(clean, merged.ok ? merged.sha : '')).toEqual({ renamed: edited })

  const twice = await diverged({ old: text }, { old: null, left: text }, { old: null, right: text })
  const answer = await twice.mergeable(ask)
  expect(answer.clean ? [] : answer.conflicts.sort()).toEqual(['left', 'old', 'right'])
})

test('a rebase can conflict where a merge does not', async () => {
  const repository = await diverged({ a: '1\n' }, { a: '2\n' }, { a: '3\n' }, { a: '2\n' })
  expect(await repository.mergeable(ask)).toMatchObject({ clean: true })
  expect(await repository.rebase(ask)).toMatchObject({ ok: false, reason: 'conflict', conflicts: ['a'] })
})

test('a rebase leaves out a commit that the base has already, and keeps one that was empty', async () => {
  const repository = await diverged({ a: '1\n' }, { b: '2\n' }, { b: '2\n' }, {}, { c: '3\n' })
  const rebased = await repository.rebase(ask)
  const log = await repository.log({ from: rebased.ok ? rebased.sha : '', exclude: 'main', max: 10 })
  expect(log?.map((commit) => commit.message)).toEqual(['topic 3', 'topic 2'])
})

test('what needs no merge, has no common history or does not exist is told apart', async () => {
  const repository = await diverged({ a: '1\n' }, { b: '2\n' }, { c: '3\n' })
  await commitFiles(repository, 'orphan', { z: '1\n' })
  for (const way of ['merge', 'squash', 'rebase'] as const) {
    expect(await repository[way]({ ...ask, base: 'main', head: 'main' })).toMatchObject({
      reason: 'nothing_to_merge',
    })
    expect(await repository[way]({ ...ask, head: 'orphan' })).toMatchObject({
      ok: false,
      reason: 'unrelated',
    })
    expect(await repository[way]({ ...ask, head: 'nowhere' })).toMatchObject({ ok: false, reason: 'missing' })
  }
})

test('a pull request has its head as a ref, and its test merge only while it merges cleanly', async () => {
  const repository = await diverged({ a: '1\n' }, { b: '2\n' }, { a: '3\n' })
  const base = (await repository.resolve('main')) ?? ''
  const head = (await repository.resolve('topic')) ?? ''
  const pull = { number: 7, head, merge: { base, committer: ANA } }
  const synced = await repository.syncPullRef(pull)
  expect((await repository.ref('refs/pull/7/head'))?.sha).toBe(head)
  expect(synced.ok && (await repository.commit(synced.merge ?? ''))?.parents).toEqual([base, head])

  const moved = await commitFiles(repository, 'main', { a: '9\n' })
  expect(await repository.syncPullRef({ ...pull, merge: { base: moved, committer: ANA } })).toEqual({
    ok: true,
    conflicts: ['a'],
  })
  expect(await repository.ref('refs/pull/7/merge')).toBeUndefined()
  expect(await repository.syncPullRef({ number: 8, head: '1'.repeat(40) })).toEqual({
    ok: false,
    reason: 'missing_object',
  })
})
