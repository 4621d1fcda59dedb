// Owns what shows branches and merges of one into another.
import { describe, expect, it } from 'vitest'
import { AT, REVIEWS, commitOn, gitArena, headOf, protect, refusal } from './git-arena.ts'

describe('branches', () => {
  it('are listed by name, with those protected or not', async () => {
    const { octokit, repository } = await gitArena()
    await commitOn(repository, 'topic/one', { a: 'a' }, { from: await headOf(repository) })
    protect(repository)
    const names = async (query: object) =>
      (await octokit().rest.repos.listBranches({ ...AT, ...query })).data.map(({ name }) => name)
    expect(await names({})).toEqual(['main', 'topic/one'])
    expect(await names({ protected: true })).toEqual(['main'])
    expect(await names({ protected: false })).toEqual(['topic/one'])
  })

  it('one shows its commit and what its protection wants', async () => {
    const { bot, repository } = await gitArena()
    await commitOn(repository, 'topic/one', { a: 'a' }, { from: await headOf(repository) })
    protect(repository, { requiredChecks: { strict: true, checks: [{ context: 'build', appId: 7 }] } })
    const { data: main } = await bot.rest.repos.getBranch({ ...AT, branch: 'main' })
    expect(main).toMatchObject({ name: 'main', protected: true, commit: { sha: await headOf(repository) } })
    expect(main.protection).toEqual({
      enabled: true,
      required_status_checks: {
        enforcement_level: 'everyone',
        contexts: ['build'],
        checks: [{ context: 'build', app_id: 7 }],
      },
    })
    const { data: topic } = await bot.rest.repos.getBranch({ ...AT, branch: 'topic/one' })
    expect(topic).toMatchObject({ protected: false, protection: { enabled: false } })
    expect(await refusal(bot.rest.repos.getBranch({ ...AT, branch: 'topic' }))).toEqual({
      status: 404,
      message: 'Branch not found',
    })
  })
})

describe('a merge without a pull request', () => {
  it('makes a Verified commit of two parents, and 204 where there is nothing to merge', async () => {
    const { bot, repository } = await gitArena()
    const main = await commitOn(repository, 'main', { c: 'c' })
    const topic = await commitOn(repository, 'topic', { a: 'a' }, { from: main })
    const other = await commitOn(repository, 'main', { d: 'd' })
    const merge = { ...AT, base: 'main', head: 'topic' }
    const { status, data } = await bot.rest.repos.merge(merge)
    expect(status).toBe(201)
    expect(data.parents.map(({ sha }) => sha)).toEqual([other, topic])
    expect(data.commit).toMatchObject({ message: 'Merge topic into main', verification: { verified: true } })
    expect(data.committer).toMatchObject({ login: 'web-flow' })
    expect(await headOf(repository)).toBe(data.sha)
    expect((await bot.rest.repos.merge(merge)).status).toBe(204)
  })

  it('answers 409 for a conflict, 404 for a branch that does not exist, 403 where the base is protected', async () => {
    const { bot, repository } = await gitArena()
    const main = await headOf(repository)
    await commitOn(repository, 'topic', { 'README.md': 'one\n' }, { from: main })
    await commitOn(repository, 'fine', { a: 'a' }, { from: main })
    const now = await commitOn(repository, 'main', { 'README.md': 'two\n' })
    expect((await refusal(bot.rest.repos.merge({ ...AT, base: 'main', head: 'topic' }))).status).toBe(409)
    expect((await refusal(bot.rest.repos.merge({ ...AT, base: 'main', head: 'none' }))).status).toBe(404)
    expect((await refusal(bot.rest.repos.merge({ ...AT, base: 'none', head: 'main' }))).status).toBe(404)
    protect(repository, { requiredReviews: REVIEWS })
    const guarded = refusal(bot.rest.repos.merge({ ...AT, base: 'main', head: 'fine' }))
    expect(await guarded).toEqual({ status: 403, message: 'Changes must be made through a pull request.' })
    expect(await headOf(repository)).toBe(now)
  })
})
