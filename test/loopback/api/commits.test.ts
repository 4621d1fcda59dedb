// Owns what shows reading commits, one or a list.
import { describe, expect, it } from 'vitest'
import { AT, commitOn, gitArena, headOf, refusal } from './git-arena.ts'

describe('a commit', () => {
  it('is found by its id, whole or short, by branch and by tag, and names its files', async () => {
    const { bot, octokit, repository } = await gitArena()
    await commitOn(
      repository,
      'topic/one',
      { 'src/sum.js': 'a + b\n', 'new.md': 'n' },
      { from: await headOf(repository) },
    )
    const sha = await headOf(repository, 'topic/one')
    await repository.git.updateRef({ name: 'refs/tags/v1', to: sha })
    for (const ref of [sha, sha.slice(0, 8), 'topic/one', 'heads/topic/one', 'v1', 'tags/v1']) {
      const { data } = await octokit().rest.repos.getCommit({ ...AT, ref })
      expect(data.sha).toBe(sha)
    }
    const { data } = await bot.rest.repos.getCommit({ ...AT, ref: sha })
    expect(data.stats).toEqual({ additions: 2, deletions: 1, total: 3 })
    expect(data.files).toMatchObject([
      { filename: 'new.md', status: 'added' },
      { filename: 'src/sum.js', status: 'modified', patch: '@@ -1 +1 @@\n-a - b\n+a + b' },
    ])
  })

  it('is its diff, its patch or its id alone by media type', async () => {
    const { bot, repository } = await gitArena()
    const sha = await commitOn(repository, 'main', { 'src/sum.js': 'a + b\n' }, { message: 'Sum adds' })
    const as = async (format: string): Promise<unknown> =>
      (await bot.rest.repos.getCommit({ ...AT, ref: 'main', mediaType: { format } })).data
    expect(await as('sha')).toBe(sha)
    expect(await as('diff')).toMatch(/^diff --git a\/src\/sum.js b\/src\/sum.js/)
    expect(await as('patch')).toMatch(/^From [0-9a-f]{40} [^]*Subject: \[PATCH\] Sum adds/)
  })

  it('lists 300 files a page and 3,000 in all', async () => {
    const { bot, repository } = await gitArena()
    const sha = await repository.git.writeBlob('x\n')
    const many = Array.from({ length: 3_001 }, (_, at) => ({
      path: `f${String(at).padStart(5, '0')}`,
      mode: '100644',
      sha,
    }))
    await commitOn(repository, 'main', many)
    const first = await bot.rest.repos.getCommit({ ...AT, ref: 'main' })
    expect(first.data.files).toHaveLength(300)
    expect(first.data.stats?.additions).toBe(3_001)
    expect(first.headers.link).toContain('page=10>; rel="last"')
    const last = await bot.rest.repos.getCommit({ ...AT, ref: 'main', page: 10 })
    expect(last.data.files?.at(-1)?.filename).toBe('f02999')
  })

  it('that does not exist answers 422', async () => {
    const { bot } = await gitArena()
    for (const ref of ['none', '1'.repeat(40), 'main~1', ':/change']) {
      expect(await refusal(bot.rest.repos.getCommit({ ...AT, ref }))).toEqual({
        status: 422,
        message: `No commit found for SHA: ${ref}`,
      })
    }
  })
})

describe('a list of commits', () => {
  it('is newest first, of a branch, a path, a time or an author, and has pages', async () => {
    const { bot, repository } = await gitArena()
    const first = await headOf(repository)
    const second = await commitOn(repository, 'main', { a: '1' })
    const third = await commitOn(repository, 'main', { b: '1' })
    const shas = async (query: object) =>
      (await bot.rest.repos.listCommits({ ...AT, ...query })).data.map(({ sha }) => sha)
    expect(await shas({})).toEqual([third, second, first])
    expect(await shas({ sha: second })).toEqual([second, first])
    expect(await shas({ path: 'a' })).toEqual([second])
    expect(await shas({ author: 'ana' })).toEqual([third, second])
    expect(await shas({ author: 'ana@example.test', until: '2026-01-01T00:00:00Z' })).toEqual([])
    expect(await shas({ committer: 'nobody' })).toEqual([])
    expect(await shas({ per_page: 1, page: 2 })).toEqual([second])
    const { headers } = await bot.rest.repos.listCommits({ ...AT, per_page: 1 })
    expect(headers.link).toMatch(/page=2>; rel="next".*page=3>; rel="last"/)
  })

  it('of an unknown branch answers 404', async () => {
    const { bot } = await gitArena()
    expect((await refusal(bot.rest.repos.listCommits({ ...AT, sha: 'none' }))).status).toBe(404)
  })
})
