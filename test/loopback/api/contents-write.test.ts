// Owns what shows writing and deleting files through the contents API.
import { describe, expect, it } from 'vitest'
import { AT, REVIEWS, gitArena, headOf, protect, refusal } from './git-arena.ts'

const encoded = (text: string) => Buffer.from(text).toString('base64')
const write = { ...AT, message: 'Write it', content: encoded('new\n') }

async function shaOf({ repository }: Awaited<ReturnType<typeof gitArena>>, path: string, branch = 'main') {
  return (await repository.git.blobAt(`refs/heads/${branch}`, path))?.sha ?? ''
}

describe('writing contents', () => {
  it('a file is made with 201, changed with 200 and deleted, each a commit on the branch', async () => {
    const arena = await gitArena()
    const { bot, repository } = arena
    const before = await headOf(repository)
    const made = await bot.rest.repos.createOrUpdateFileContents({ ...write, path: 'docs/a b.md' })
    expect(made.status).toBe(201)
    expect(made.data.content).toMatchObject({ name: 'a b.md', path: 'docs/a b.md', size: 4 })
    expect(made.data.commit).toMatchObject({ message: 'Write it', parents: [{ sha: before }] })
    expect(await headOf(repository)).toBe(made.data.commit.sha)
    const sha = made.data.content?.sha ?? ''
    const changed = await bot.rest.repos.createOrUpdateFileContents({
      ...write,
      path: 'docs/a b.md',
      content: encoded('newer\n'),
      sha,
    })
    expect(changed.status).toBe(200)
    const gone = await bot.rest.repos.deleteFile({
      ...AT,
      path: 'docs/a b.md',
      message: 'Away',
      sha: changed.data.content?.sha ?? '',
    })
    expect(gone.data.content).toBeNull()
    expect(await shaOf(arena, 'docs/a b.md')).toBe('')
    expect(await shaOf(arena, 'src/sum.js')).not.toBe('')
  })

  it('changing a file without `sha` answers 422, with another than the present one 409', async () => {
    const arena = await gitArena()
    const { bot } = arena
    const path = 'README.md'
    expect(await refusal(bot.rest.repos.createOrUpdateFileContents({ ...write, path }))).toEqual({
      status: 422,
      message: 'Invalid request.\n\n"sha" wasn\'t supplied.',
    })
    const stale = await shaOf(arena, 'src/sum.js')
    const conflict = { status: 409, message: `README.md does not match ${stale}` }
    expect(await refusal(bot.rest.repos.createOrUpdateFileContents({ ...write, path, sha: stale }))).toEqual(
      conflict,
    )
    expect(await refusal(bot.rest.repos.deleteFile({ ...AT, message: 'x', path, sha: stale }))).toEqual(
      conflict,
    )
    const absent = bot.rest.repos.createOrUpdateFileContents({ ...write, path: 'none', sha: stale })
    expect((await refusal(absent)).status).toBe(409)
  })

  it('two writes of contents at once conflict: one answers 409', async () => {
    const { bot, repository } = await gitArena()
    const one = (path: string) => bot.rest.repos.createOrUpdateFileContents({ ...write, path })
    const settle = (work: Promise<unknown>) =>
      work.then(
        () => 'written',
        (error: { status: number }) => error.status,
      )
    let both: Promise<string | number>[] = []
    // the branch cannot move while the lock is held, so the first of the two is still under way
    const first = await repository.git.exclusive(() => {
      both = [settle(one('a')), settle(one('b'))]
      return Promise.race(both)
    })
    expect(first).toBe(409)
    expect(await Promise.all(both)).toEqual(expect.arrayContaining([409, 'written']))
  })

  it('the branch must exist, and is made by the first file of an empty repository', async () => {
    const { bot, loopback } = await gitArena()
    const missing = bot.rest.repos.createOrUpdateFileContents({ ...write, path: 'a', branch: 'none' })
    expect(await refusal(missing)).toEqual({ status: 404, message: 'Branch none not found' })
    const hollow = await loopback.repository({ owner: 'acme', name: 'hollow' })
    const made = await bot.rest.repos.createOrUpdateFileContents({ ...write, repo: 'hollow', path: 'a' })
    expect(made.status).toBe(201)
    expect(await headOf(hollow)).toBe(made.data.commit.sha)
  })

  it('content that is no base64, a folder, a path below a file or out of the repository answer 422', async () => {
    const { bot } = await gitArena()
    const put = (more: object) =>
      refusal(bot.rest.repos.createOrUpdateFileContents({ ...write, path: 'a', ...more }))
    expect((await put({ content: '%%%' })).status).toBe(422)
    expect((await put({ path: 'src' })).status).toBe(422)
    expect((await put({ path: 'README.md/a' })).status).toBe(422)
    expect((await put({ path: 'a/../../b' })).status).toBe(422)
    expect((await put({ path: '.git/hooks/update' })).status).toBe(422)
  })

  it('deleting what does not exist answers 404', async () => {
    const { bot } = await gitArena()
    const gone = refusal(bot.rest.repos.deleteFile({ ...AT, message: 'x', path: 'a', sha: '1'.repeat(40) }))
    expect((await gone).status).toBe(404)
  })

  it('the mode of a file is kept', async () => {
    const arena = await gitArena()
    const { bot, repository } = arena
    const blob = await repository.git.writeBlob('run\n')
    const base = await headOf(repository)
    const tree = await repository.git.writeTree({
      base,
      entries: [{ path: 'run.sh', mode: '100755', sha: blob }],
    })
    const { data } = await bot.rest.git.createCommit({
      ...AT,
      message: 'Run',
      tree: tree.ok ? tree.sha : '',
      parents: [base],
    })
    await bot.rest.git.updateRef({ ...AT, ref: 'heads/main', sha: data.sha })
    await bot.rest.repos.createOrUpdateFileContents({ ...write, path: 'run.sh', sha: blob })
    expect(await repository.git.blobAt('refs/heads/main', 'run.sh')).toMatchObject({ mode: '100755' })
  })

  it('a bot writes Verified commits, a person does not, and a committer stands in for the author', async () => {
    const { ana, bot } = await gitArena()
    const { data: byBot } = await bot.rest.repos.createOrUpdateFileContents({ ...write, path: 'a' })
    expect(byBot.commit.verification?.verified).toBe(true)
    expect(byBot.commit.author?.name).toBe('tool[bot]')
    const { data: byAna } = await ana.rest.repos.createOrUpdateFileContents({ ...write, path: 'b' })
    expect(byAna.commit.verification?.verified).toBe(false)
    const committer = { name: 'Somebody', email: 'somebody@example.test' }
    const { data: custom } = await bot.rest.repos.createOrUpdateFileContents({
      ...write,
      path: 'c',
      committer,
    })
    expect(custom.commit.author).toMatchObject(committer)
    expect(custom.commit.verification?.verified).toBe(false)
    const half = ana.rest.repos.deleteFile({
      ...AT,
      path: 'c',
      message: 'x',
      sha: custom.content?.sha ?? '',
      author: { name: 'Somebody' },
    })
    expect((await refusal(half)).status).toBe(422)
  })

  it('a protected branch answers 409 and stays', async () => {
    const { ana, repository } = await gitArena()
    const main = await headOf(repository)
    protect(repository, { requiredChecks: { strict: true, checks: [{ context: 'build', appId: null }] } })
    expect(await refusal(ana.rest.repos.createOrUpdateFileContents({ ...write, path: 'a' }))).toEqual({
      status: 409,
      message: 'Could not create file: Required status check "build" is expected.',
    })
    protect(repository, { requiredReviews: REVIEWS })
    const put = ana.rest.repos.createOrUpdateFileContents({ ...write, path: 'a' })
    expect((await refusal(put)).status).toBe(409)
    expect(await headOf(repository)).toBe(main)
  })
})
