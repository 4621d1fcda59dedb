// Owns what shows git itself against the loopback GitHub: whose token may clone and push, and what is refused.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GitArena } from './api/git-arena.ts'
import { REVIEWS, WORKFLOW, commitOn, gitArena, headOf, protect } from './api/git-arena.ts'
import { git, person, temporaryFolder, writeFiles } from './git/fixture.ts'

function address({ loopback }: Pick<GitArena, 'loopback'>, token?: string, name = 'acme/widgets'): string {
  const login = token === undefined ? '' : `x-access-token:${token}@`
  return `${loopback.origin.replace('//', `//${login}`)}/${name}.git`
}

async function clone(arena: GitArena, token?: string, name?: string): Promise<string> {
  const folder = await temporaryFolder()
  await git(folder, 'clone', '--quiet', address(arena, token, name), 'clone')
  return join(folder, 'clone')
}

/** Commits files in a clone and pushes; the answer of git. */
async function push(folder: string, files: Record<string, string>, ...args: string[]) {
  await writeFiles(folder, files)
  await git(folder, 'add', '--all')
  const author = ['-c', 'user.email=ana@example.test']
  await git(folder, ...author, 'commit', '--quiet', '--allow-empty', '--message', 'Change')
  return person(folder, 'push', 'origin', ...(args.length === 0 ? ['HEAD'] : args))
}

describe('git over HTTP', () => {
  it('a public repository is cloned without a token, and never pushed to without one', async () => {
    const arena = await gitArena()
    const folder = await clone(arena)
    expect(await git(folder, 'rev-parse', 'HEAD')).toBe(await headOf(arena.repository))
    const pushed = await push(folder, { a: 'a' })
    expect(pushed.code).not.toBe(0)
    expect(arena.loopback.oracle.counts().exempt['git']).toBeGreaterThan(0)
  })

  it('a person with write pushes; a reader and a stranger are refused', async () => {
    const arena = await gitArena()
    const folder = await clone(arena, arena.anaToken)
    expect((await push(folder, { a: 'a' })).code).toBe(0)
    expect(await headOf(arena.repository)).toBe(await git(folder, 'rev-parse', 'HEAD'))
    const eve = arena.loopback.user('eve')
    const refused = await push(await clone(arena, eve.token), { b: 'b' })
    expect(refused.code).not.toBe(0)
    expect(refused.err).toContain('403')
  })

  it('a private repository is not found by a stranger, and asks for a token where none is sent', async () => {
    const arena = await gitArena({ private: true })
    const folder = await temporaryFolder()
    const eve = arena.loopback.user('eve')
    const ask = (token?: string, name?: string) => person(folder, 'ls-remote', address(arena, token, name))
    expect((await ask(eve.token)).err).toContain('not found')
    expect((await ask(eve.token, 'acme/none')).err).toContain('not found')
    expect((await ask()).err).toMatch(/could not read Username|Authentication failed/)
    expect((await ask('ghp_wrong')).err).toContain('Authentication failed')
    expect((await ask(arena.anaToken)).code).toBe(0)
  })

  it('an installation token is the password of git, and needs `contents`', async () => {
    const arena = await gitArena({ private: true })
    const folder = await clone(arena, arena.botToken)
    expect((await push(folder, { a: 'a' })).code).toBe(0)
    const reader = await clone(arena, arena.tokenWith({ contents: 'read' }))
    const refused = await push(reader, { b: 'b' })
    expect(refused.err).toContain('403')
    const blind = await person(folder, 'ls-remote', address(arena, arena.tokenWith({ issues: 'write' })))
    expect(blind.err).toContain('403')
  })

  it('an expired token, and one of a removed or suspended installation, are refused', async () => {
    const arena = await gitArena({ private: true })
    const { world, clock } = arena.loopback.forge
    const folder = await temporaryFolder()
    const token = world.tokens.get(arena.botToken)
    if (token?.kind !== 'installation') throw new Error('no installation token')
    const code = async () => (await person(folder, 'ls-remote', address(arena, arena.botToken))).code
    expect(await code()).toBe(0)
    token.installation.suspendedAt = clock.iso()
    expect(await code()).not.toBe(0)
    token.installation.suspendedAt = null
    expect(await code()).toBe(0)
    clock.advance(3_600_001)
    expect(await code()).not.toBe(0)
  })

  it('a token reaches no repository that the installation has not selected', async () => {
    const arena = await gitArena()
    const { loopback } = arena
    loopback.organization('other')
    await loopback.repository({ owner: 'other', name: 'open', files: { a: 'a' } })
    await loopback.repository({ owner: 'other', name: 'closed', private: true, files: { a: 'a' } })
    const folder = await clone(arena, arena.botToken, 'other/open')
    expect((await push(folder, { b: 'b' })).err).toContain('403')
    const hidden = await person(folder, 'ls-remote', address(arena, arena.botToken, 'other/closed'))
    expect(hidden.err).toContain('not found')
  })

  it('a push that touches a workflow file needs `workflows: write`; otherwise nothing changes', async () => {
    const arena = await gitArena()
    const main = await headOf(arena.repository)
    const refused = await push(await clone(arena, arena.botToken), { [WORKFLOW]: 'on: issues\n' })
    expect(refused.err).toContain('refusing to allow a GitHub App to create or update workflow')
    expect(await headOf(arena.repository)).toBe(main)
    const able = arena.tokenWith({ contents: 'write', workflows: 'write' })
    expect((await push(await clone(arena, able), { [WORKFLOW]: 'on: issues\n' })).code).toBe(0)
    expect((await push(await clone(arena, arena.anaToken), { [WORKFLOW]: 'on: push\n' })).code).toBe(0)
  })

  it('a protected branch is refused as GitHub says it', async () => {
    const arena = await gitArena()
    protect(arena.repository, { requiredReviews: REVIEWS })
    const refused = await push(await clone(arena, arena.anaToken), { a: 'a' })
    expect(refused.err).toContain('GH006: Protected branch update failed for refs/heads/main')
    expect(refused.err).toContain('Changes must be made through a pull request.')
  })

  it('a push with a lease that is out of date is refused, and the branch stays', async () => {
    const arena = await gitArena()
    const folder = await clone(arena, arena.anaToken)
    const moved = await commitOn(arena.repository, 'main', { b: 'b' })
    const refused = await push(folder, { a: 'a' }, '--force-with-lease', 'HEAD')
    expect(refused.err).toContain('stale info')
    expect(await headOf(arena.repository)).toBe(moved)
  })

  it('refs of pull requests can be fetched and not pushed', async () => {
    const arena = await gitArena()
    const { repository } = arena
    const from = await headOf(repository)
    const head = await commitOn(repository, undefined, { a: 'a' }, { from })
    await repository.git.syncPullRef({ number: 7, head })
    const folder = await clone(arena, arena.anaToken)
    await git(folder, 'fetch', '--quiet', 'origin', 'refs/pull/7/head')
    expect(await git(folder, 'rev-parse', 'FETCH_HEAD')).toBe(head)
    expect((await push(folder, {}, 'HEAD:refs/pull/7/head')).code).not.toBe(0)
  })

  it('an archived repository refuses pushes and can be cloned', async () => {
    const arena = await gitArena()
    arena.repository.archived = true
    const refused = await push(await clone(arena, arena.anaToken), { a: 'a' })
    expect(refused.err).toContain('403')
  })

  it('a renamed repository is cloned and pushed to by its old address', async () => {
    const arena = await gitArena()
    const { repository, loopback } = arena
    await loopback.forge.git.rename('acme/widgets', 'acme/gears')
    repository.name = 'gears'
    loopback.forge.world.names.set('acme/gears', repository)
    const folder = await clone(arena, arena.anaToken, 'acme/widgets')
    expect((await push(folder, { a: 'a' })).code).toBe(0)
    expect(await headOf(repository)).toBe(await git(folder, 'rev-parse', 'HEAD'))
  })

  it('a push is told to the App with its commits, and with who pushed', async () => {
    const arena = await gitArena()
    const before = await headOf(arena.repository)
    const folder = await clone(arena, arena.anaToken)
    await push(folder, { a: 'a' })
    await arena.heard()
    const [told] = arena.hooks.filter(({ event }) => event === 'push').map(({ payload }) => payload)
    expect(told).toMatchObject({
      ref: 'refs/heads/main',
      before,
      after: await git(folder, 'rev-parse', 'HEAD'),
    })
    expect(told.sender.login).toBe('ana')
    expect(told.commits).toHaveLength(1)
  })
})

describe('faults of git', () => {
  it.each([
    ['status', { kind: 'status', status: 503 }],
    ['refuse', { kind: 'refuse' }],
    ['expired_token', { kind: 'expired_token' }],
  ] as const)('%s ends a fetch, and the next one is answered', async (_, fault) => {
    const arena = await gitArena()
    const folder = await temporaryFolder()
    arena.loopback.faults.add({ on: 'git', fault })
    const look = () => person(folder, 'ls-remote', address(arena))
    expect((await look()).code).not.toBe(0)
    expect((await look()).code).toBe(0)
  })

  it('slow answers late and completely', async () => {
    const arena = await gitArena()
    arena.loopback.faults.add({ on: 'git', fault: { kind: 'slow', ms: 20 } })
    expect((await person(await temporaryFolder(), 'ls-remote', address(arena))).code).toBe(0)
    expect(arena.loopback.faults.struck()).toEqual({ slow: 1 })
  })

  it.each([
    ['a status after', { kind: 'status', status: 502, when: 'after' }],
    ['a cut', { kind: 'cut' }],
  ] as const)('%s tells the client that the push failed although it took effect', async (_, fault) => {
    const arena = await gitArena()
    const folder = await clone(arena, arena.anaToken)
    // a push asks twice for the refs, once without and once with its token, and sends the pack then
    arena.loopback.faults.add({ on: 'git', nth: 3, fault })
    const pushed = await push(folder, { a: 'a' })
    expect(pushed.code).not.toBe(0)
    expect(await headOf(arena.repository)).toBe(await git(folder, 'rev-parse', 'HEAD'))
  })
})
