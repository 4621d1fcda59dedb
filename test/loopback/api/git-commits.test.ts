// Owns what shows commit objects made through the API: who wrote them, and which are Verified.
import { describe, expect, it } from 'vitest'
import type { GitArena } from './git-arena.ts'
import { AT, gitArena, headOf, refusal } from './git-arena.ts'

const NOWHERE = '1'.repeat(40)
const CUSTOM = { name: 'Somebody', email: 'somebody@example.test', date: '2026-01-02T03:04:05Z' }

async function parts({ repository }: GitArena) {
  const parent = await headOf(repository)
  const tree = (await repository.git.commit(parent))?.tree ?? ''
  return { ...AT, message: 'Say it', tree, parents: [parent] }
}

describe('commits through git data', () => {
  it('a commit of an App without an own author is verified and attributed to its bot', async () => {
    const arena = await gitArena()
    const { bot, repository } = arena
    const { data: made } = await bot.rest.git.createCommit(await parts(arena))
    const id = [...arena.loopback.forge.world.accounts.values()].find((one) => one.login === 'tool[bot]')?.id
    expect(made.author).toMatchObject({
      name: 'tool[bot]',
      email: `${id}+tool[bot]@users.noreply.github.com`,
    })
    expect(made.committer).toMatchObject({ name: 'GitHub', email: 'noreply@github.com' })
    expect(made.verification).toMatchObject({ verified: true, reason: 'valid' })
    const { data: shown } = await bot.rest.repos.getCommit({ ...AT, ref: made.sha })
    expect(shown.author).toMatchObject({ login: 'tool[bot]', type: 'Bot' })
    expect(shown.committer).toMatchObject({ login: 'web-flow' })
    const { data: read } = await bot.rest.git.getCommit({ ...AT, commit_sha: made.sha })
    expect(read).toEqual(made)
    expect(read.parents.map(({ sha }) => sha)).toEqual([await headOf(repository)])
  })

  it.each([
    ['author', { author: CUSTOM }],
    ['committer', { committer: CUSTOM }],
  ])('with a custom %s the commit of an App is not verified', async (_, given) => {
    const arena = await gitArena()
    const { data: made } = await arena.bot.rest.git.createCommit({ ...(await parts(arena)), ...given })
    expect(made.verification).toMatchObject({ verified: false, reason: 'unsigned', signature: null })
    expect(made).toMatchObject(given)
  })

  it('an author that is given is the committer too, a committer alone is not the author', async () => {
    const arena = await gitArena()
    const base = await parts(arena)
    const { data: one } = await arena.ana.rest.git.createCommit({ ...base, author: CUSTOM })
    expect(one.committer).toEqual(CUSTOM)
    const { data: two } = await arena.ana.rest.git.createCommit({ ...base, committer: CUSTOM })
    expect(two.author).toMatchObject({ name: 'ana', email: 'ana@example.test' })
  })

  it('a commit of a person is not verified, and shown with the account that has the e-mail', async () => {
    const arena = await gitArena()
    const base = await parts(arena)
    const { data: own } = await arena.ana.rest.git.createCommit(base)
    expect(own.verification.verified).toBe(false)
    const { data: shown } = await arena.ana.rest.repos.getCommit({ ...AT, ref: own.sha })
    expect(shown.author?.login).toBe('ana')
    const { data: foreign } = await arena.ana.rest.git.createCommit({ ...base, author: CUSTOM })
    const { data: unknown } = await arena.ana.rest.repos.getCommit({ ...AT, ref: foreign.sha })
    expect(unknown.author).toBeNull()
  })

  it('a signature of the caller is kept and counts for nothing', async () => {
    const arena = await gitArena()
    const signature = '-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----'
    const { data: made } = await arena.bot.rest.git.createCommit({ ...(await parts(arena)), signature })
    expect(made.verification).toMatchObject({ verified: false, reason: 'unknown_key', signature })
  })

  it('a missing tree or parent, and an empty message, answer 422', async () => {
    const arena = await gitArena()
    const base = await parts(arena)
    for (const wrong of [
      { tree: NOWHERE },
      { parents: [NOWHERE] },
      { parents: [base.tree] },
      { message: '' },
    ]) {
      const made = refusal(arena.bot.rest.git.createCommit({ ...base, ...wrong }))
      expect((await made).status).toBe(422)
    }
  })

  it('a commit object is read by its whole id only', async () => {
    const arena = await gitArena()
    const sha = await headOf(arena.repository)
    for (const commit_sha of ['main', sha.slice(0, 10), NOWHERE]) {
      const read = refusal(arena.bot.rest.git.getCommit({ ...AT, commit_sha }))
      expect((await read).status).toBe(404)
    }
  })
})
