// Owns what shows the operations of git references.
import { describe, expect, it } from 'vitest'
import { AT, REVIEWS, commitOn, gitArena, headOf, protect, refusal } from './git-arena.ts'

const NOWHERE = '1'.repeat(40)

describe('references', () => {
  it('a branch is made, read, moved and deleted', async () => {
    const { bot, repository } = await gitArena()
    const main = await headOf(repository)
    const next = await commitOn(repository, undefined, { a: 'a' }, { from: main })
    const made = await bot.rest.git.createRef({ ...AT, ref: 'refs/heads/topic/one', sha: main })
    expect(made.status).toBe(201)
    expect(made.data).toMatchObject({ ref: 'refs/heads/topic/one', object: { type: 'commit', sha: main } })
    const moved = await bot.rest.git.updateRef({ ...AT, ref: 'heads/topic/one', sha: next })
    expect(moved.data.object.sha).toBe(next)
    const read = await bot.rest.git.getRef({ ...AT, ref: 'heads/topic/one' })
    expect(read.data.object.sha).toBe(next)
    const gone = await bot.rest.git.deleteRef({ ...AT, ref: 'heads/topic/one' })
    expect(gone.status).toBe(204)
    expect(await repository.git.ref('refs/heads/topic/one')).toBeUndefined()
  })

  it('a new reference that exists answers 422 «Reference already exists»', async () => {
    const { bot, repository } = await gitArena()
    const sha = await headOf(repository)
    expect(await refusal(bot.rest.git.createRef({ ...AT, ref: 'refs/heads/main', sha }))).toEqual({
      status: 422,
      message: 'Reference already exists',
    })
  })

  it.each(['heads/topic', 'topic', 'refs/topic', 'refs//topic'])(
    'a reference that does not begin with refs/ and have two slashes answers 422: %s',
    async (ref) => {
      const { bot, repository } = await gitArena()
      const sha = await headOf(repository)
      expect((await refusal(bot.rest.git.createRef({ ...AT, ref, sha }))).status).toBe(422)
    },
  )

  it.each(['refs/heads/a..b', 'refs/heads/main/below', `refs/heads/${NOWHERE}`])(
    'a name that git cannot take answers 422: %s',
    async (ref) => {
      const { bot, repository } = await gitArena()
      const sha = await headOf(repository)
      expect((await refusal(bot.rest.git.createRef({ ...AT, ref, sha }))).status).toBe(422)
    },
  )

  it('a reference to an object that does not exist answers 422', async () => {
    const { bot } = await gitArena()
    const created = await refusal(bot.rest.git.createRef({ ...AT, ref: 'refs/heads/topic', sha: NOWHERE }))
    expect(created).toEqual({ status: 422, message: 'Object does not exist' })
    const moved = await refusal(bot.rest.git.updateRef({ ...AT, ref: 'heads/main', sha: NOWHERE }))
    expect(moved).toEqual({ status: 422, message: 'Object does not exist' })
    const short = await refusal(bot.rest.git.createRef({ ...AT, ref: 'refs/heads/topic', sha: 'abc1234' }))
    expect(short.status).toBe(422)
  })

  it('a branch cannot point at a tree or a blob', async () => {
    const { bot, repository } = await gitArena()
    const blob = await repository.git.writeBlob('text')
    const made = refusal(bot.rest.git.createRef({ ...AT, ref: 'refs/heads/topic', sha: blob }))
    expect(await made).toEqual({ status: 422, message: 'Reference update failed' })
  })

  it('an update that is no fast-forward answers 422 without force, and moves with it', async () => {
    const { bot, repository } = await gitArena()
    const main = await headOf(repository)
    await commitOn(repository, 'topic', { a: 'a' }, { from: main })
    const other = await commitOn(repository, undefined, { b: 'b' }, { from: main })
    const move = { ...AT, ref: 'heads/topic', sha: other }
    expect(await refusal(bot.rest.git.updateRef(move))).toEqual({
      status: 422,
      message: 'Update is not a fast forward',
    })
    await bot.rest.git.updateRef({ ...move, force: true })
    expect(await headOf(repository, 'topic')).toBe(other)
  })

  it('moving or deleting a reference that does not exist answers 422', async () => {
    const { bot, repository } = await gitArena()
    const sha = await headOf(repository)
    const moved = await refusal(bot.rest.git.updateRef({ ...AT, ref: 'heads/none', sha }))
    expect(moved).toEqual({ status: 422, message: 'Reference does not exist' })
    expect((await refusal(bot.rest.git.deleteRef({ ...AT, ref: 'heads/none' }))).status).toBe(422)
    expect((await refusal(bot.rest.git.updateRef({ ...AT, ref: 'refs/heads/main', sha }))).status).toBe(422)
  })

  it('reading wants the whole name, and matching-refs lists every reference that begins so', async () => {
    const { bot, octokit, repository } = await gitArena()
    const from = await headOf(repository)
    for (const name of ['feature-a', 'feature-b', 'other']) await commitOn(repository, name, {}, { from })
    expect((await refusal(bot.rest.git.getRef({ ...AT, ref: 'heads/feature' }))).status).toBe(404)
    const { data } = await octokit().rest.git.listMatchingRefs({ ...AT, ref: 'heads/feature' })
    expect(data.map(({ ref }) => ref)).toEqual(['refs/heads/feature-a', 'refs/heads/feature-b'])
    const { data: first } = await bot.rest.git.listMatchingRefs({ ...AT, ref: 'heads/' })
    expect(first).toHaveLength(4)
  })

  it('an empty repository answers 409 to git data', async () => {
    const { bot, loopback } = await gitArena()
    await loopback.repository({ owner: 'acme', name: 'hollow' })
    const at = { owner: 'acme', repo: 'hollow' }
    const empty = { status: 409, message: 'Git Repository is empty.' }
    expect(await refusal(bot.rest.git.getRef({ ...at, ref: 'heads/main' }))).toEqual(empty)
    expect(await refusal(bot.rest.git.createBlob({ ...at, content: 'x' }))).toEqual(empty)
    expect(await refusal(bot.rest.git.getTree({ ...at, tree_sha: 'main' }))).toEqual(empty)
    expect(await refusal(bot.rest.git.createRef({ ...at, ref: 'refs/heads/a', sha: NOWHERE }))).toEqual(empty)
    expect(await refusal(bot.rest.repos.listCommits(at))).toEqual(empty)
  })

  it('refs of pull requests cannot be written', async () => {
    const { ana, repository } = await gitArena()
    const sha = await headOf(repository)
    await repository.git.syncPullRef({ number: 7, head: sha })
    const made = refusal(ana.rest.git.createRef({ ...AT, ref: 'refs/pull/8/head', sha }))
    expect((await made).status).toBe(422)
    expect((await refusal(ana.rest.git.deleteRef({ ...AT, ref: 'pull/7/head' }))).status).toBe(422)
    const { data } = await ana.rest.git.getRef({ ...AT, ref: 'pull/7/head' })
    expect(data.object.sha).toBe(sha)
  })
})

describe('what is told of moved references', () => {
  it('create, push and delete, with zeros for what was not there, and `forced`', async () => {
    const { bot, hooks, heard, repository } = await gitArena()
    const main = await headOf(repository)
    const next = await commitOn(repository, undefined, { a: 'a' }, { from: main })
    const at = { ...AT, ref: 'heads/topic' }
    await bot.rest.git.createRef({ ...AT, ref: 'refs/heads/topic', sha: next })
    await bot.rest.git.updateRef({ ...at, sha: main, force: true })
    await bot.rest.git.deleteRef(at)
    expect((await heard()).filter((one) => /^(create|push|delete)$/.test(one))).toHaveLength(5)
    const pushes = hooks.filter(({ event }) => event === 'push').map(({ payload }) => payload)
    const zeros = '0'.repeat(40)
    expect(pushes).toMatchObject([
      { before: zeros, after: next, created: true, forced: false },
      { before: next, after: main, forced: true },
      { before: main, after: zeros, deleted: true },
    ])
    expect(pushes[0].sender.login).toBe('tool[bot]')
  })
})

describe('references of a protected branch', () => {
  it('a branch that wants reviews is moved by nobody', async () => {
    const { ana, bot, repository } = await gitArena()
    const main = await headOf(repository)
    const next = await commitOn(repository, undefined, { a: 'a' }, { from: main })
    protect(repository, { requiredReviews: REVIEWS })
    for (const client of [ana, bot]) {
      expect(await refusal(client.rest.git.updateRef({ ...AT, ref: 'heads/main', sha: next }))).toEqual({
        status: 422,
        message: 'Changes must be made through a pull request.',
      })
    }
    expect(await headOf(repository)).toBe(main)
  })

  it('the default branch cannot be deleted', async () => {
    const { ana } = await gitArena()
    expect((await refusal(ana.rest.git.deleteRef({ ...AT, ref: 'heads/main' }))).status).toBe(422)
  })

  it('a protected branch refuses force-pushes and deletion, unless they are allowed', async () => {
    const { ana, repository } = await gitArena()
    const main = await headOf(repository)
    await commitOn(repository, 'kept', { a: 'a' }, { from: main })
    protect(repository, { branch: 'kept' })
    const back = { ...AT, ref: 'heads/kept', sha: main, force: true }
    expect((await refusal(ana.rest.git.updateRef(back))).status).toBe(422)
    expect((await refusal(ana.rest.git.deleteRef({ ...AT, ref: 'heads/kept' }))).status).toBe(422)
    protect(repository, { branch: 'kept', allowForcePushes: true, allowDeletions: true })
    await ana.rest.git.updateRef(back)
    expect((await ana.rest.git.deleteRef({ ...AT, ref: 'heads/kept' })).status).toBe(204)
  })

  it('restrictions name who may push: people, teams and Apps', async () => {
    const { ana, bot, loopback, repository } = await gitArena()
    loopback.team({ organization: 'acme', slug: 'core', members: ['ana'] })
    const nobody = { users: [], teams: [], apps: [] }
    const moved = async (client: typeof ana): Promise<boolean> => {
      const sha = await commitOn(repository, undefined, {}, { from: await headOf(repository) })
      const work = client.rest.git.updateRef({ ...AT, ref: 'heads/main', sha })
      return work.then(
        () => true,
        () => false,
      )
    }
    protect(repository, { restrictions: nobody })
    expect([await moved(ana), await moved(bot)]).toEqual([false, false])
    protect(repository, { restrictions: { ...nobody, teams: ['core'] } })
    expect([await moved(ana), await moved(bot)]).toEqual([true, false])
    protect(repository, { restrictions: { ...nobody, apps: ['tool'] } })
    expect([await moved(ana), await moved(bot)]).toEqual([false, true])
    protect(repository, { restrictions: { ...nobody, apps: ['tool'] }, locked: true })
    expect(await moved(bot)).toBe(false)
  })

  it('an administrator passes rules that do not include administrators, and no others', async () => {
    const { octokit, loopback, repository } = await gitArena()
    const root = loopback.user('root')
    repository.collaborators.set(root.account.id, 'admin')
    const next = await commitOn(repository, undefined, {}, { from: await headOf(repository) })
    const { rest } = octokit(root.token)
    protect(repository, { requiredReviews: REVIEWS })
    const move = { ...AT, ref: 'heads/main', sha: next }
    expect((await refusal(rest.git.updateRef(move))).status).toBe(422)
    protect(repository, { requiredReviews: REVIEWS, enforceAdmins: false })
    expect((await rest.git.updateRef(move)).status).toBe(200)
  })
})
