// Owns what shows comparisons of commits.
import { describe, expect, it } from 'vitest'
import { AT, commitChain, commitOn, gitArena, headOf, refusal } from './git-arena.ts'

describe('a comparison', () => {
  it('is identical, ahead, behind or diverged, seen from the base', async () => {
    const { octokit, repository } = await gitArena()
    const main = await headOf(repository)
    await commitOn(repository, 'topic', { a: 'a' }, { from: main })
    const side = await commitOn(repository, 'side', { b: 'b' }, { from: main })
    const seen = async (basehead: string) => {
      const { data } = await octokit().rest.repos.compareCommitsWithBasehead({ ...AT, basehead })
      return [data.status, data.ahead_by, data.behind_by, data.total_commits]
    }
    expect(await seen('main...main')).toEqual(['identical', 0, 0, 0])
    expect(await seen('main...topic')).toEqual(['ahead', 1, 0, 1])
    expect(await seen('topic...main')).toEqual(['behind', 0, 1, 0])
    expect(await seen(`topic...${side}`)).toEqual(['diverged', 1, 1, 1])
  })

  it('lists commits oldest first and the files changed since the merge base', async () => {
    const { bot, repository } = await gitArena()
    const main = await headOf(repository)
    const one = await commitOn(repository, 'topic', { a: 'a' }, { from: main })
    const two = await commitOn(repository, 'topic', { b: 'b' })
    await commitOn(repository, 'main', { c: 'c' })
    const { data } = await bot.rest.repos.compareCommitsWithBasehead({ ...AT, basehead: 'main...topic' })
    expect(data.commits.map(({ sha }) => sha)).toEqual([one, two])
    expect(data.files?.map(({ filename }) => filename)).toEqual(['a', 'b'])
    expect(data.merge_base_commit.sha).toBe(main)
  })

  it('is a diff or a patch by media type', async () => {
    const { bot, repository } = await gitArena()
    await commitOn(repository, 'topic', { a: 'a\n' }, { from: await headOf(repository), message: 'Add a' })
    const as = async (format: string): Promise<unknown> => {
      const at = { ...AT, basehead: 'main...topic', mediaType: { format } }
      return (await bot.rest.repos.compareCommitsWithBasehead(at)).data
    }
    expect(await as('diff')).toContain('+++ b/a')
    expect(await as('patch')).toContain('Subject: [PATCH] Add a')
  })

  it('has at most 300 files on its first page and none later, and 250 commits without pages', async () => {
    const { bot, repository } = await gitArena()
    const sha = await repository.git.writeBlob('x')
    const many = Array.from({ length: 301 }, (_, at) => ({ path: `f${at}`, mode: '100644', sha }))
    const full = await commitOn(repository, undefined, many, { from: await headOf(repository) })
    await commitChain(repository, 'topic', full, 250)
    const at = { ...AT, basehead: 'main...topic' }
    const { data: whole } = await bot.rest.repos.compareCommitsWithBasehead(at)
    expect(whole.files).toHaveLength(300)
    expect(whole.commits).toHaveLength(250)
    expect(whole.commits.at(-1)?.sha).toBe(await headOf(repository, 'topic'))
    expect(whole.total_commits).toBe(251)
    const second = await bot.rest.repos.compareCommitsWithBasehead({ ...at, per_page: 100, page: 2 })
    expect(second.data.files).toBeUndefined()
    expect(second.data.commits).toHaveLength(100)
    expect(second.headers.link).toContain('rel="last"')
  })

  it('reaches into a fork by `owner:branch`, if the caller may see it', async () => {
    const { bot, octokit, loopback, repository } = await gitArena()
    loopback.user('eve')
    const git = await loopback.forge.git.fork('acme/widgets', 'eve/fork')
    const eve = await loopback.repository({ owner: 'eve', name: 'widgets' })
    const fork = { ...eve, git, fork: { parent: repository } }
    loopback.forge.world.repositories.set(eve.id, fork)
    loopback.forge.world.names.set('eve/widgets', fork)
    const sha = await commitOn(fork, 'topic', { a: 'a' }, { from: await headOf(repository) })
    const at = { ...AT, basehead: 'main...eve:topic' }
    const { data } = await octokit().rest.repos.compareCommitsWithBasehead(at)
    expect(data.commits.map((commit) => commit.sha)).toEqual([sha])
    fork.private = true
    expect((await refusal(bot.rest.repos.compareCommitsWithBasehead(at))).status).toBe(404)
  })

  it('of what does not exist, or has no history in common, answers 404', async () => {
    const { bot, repository } = await gitArena()
    await commitOn(repository, 'orphan', { a: 'a' })
    for (const basehead of ['main...none', 'none...main', 'main..main', 'main', 'main...stranger:main']) {
      const found = refusal(bot.rest.repos.compareCommitsWithBasehead({ ...AT, basehead }))
      expect((await found).status).toBe(404)
    }
    const apart = refusal(bot.rest.repos.compareCommitsWithBasehead({ ...AT, basehead: 'main...orphan' }))
    expect(await apart).toEqual({
      status: 404,
      message: 'No common ancestor between main and orphan.',
    })
  })
})
