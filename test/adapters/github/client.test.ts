// What becomes of a call when GitHub is slow, broken, limited, or has had enough of a token.
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { githubApp } from '../../../src/adapters/github/app.ts'
import { jobForge } from '../../../src/adapters/github/forge.ts'
import { at } from '../../loopback/pulls-fixture.ts'
import { GITHUB_LIMITS } from '../../loopback/server/limits.ts'
import { failureOf, openStage } from './stage.ts'
import type { Stage } from './stage.ts'

const GET = 'repos/get'
const comment = (stage: Stage, number: number) =>
  stage.forge.writer.putComment({ number, key: 'status', body: 'Working.' })
const issue = async (stage: Stage) => (await stage.ben.rest.issues.create({ ...at, title: 'x' })).data.number

describe('a read', () => {
  test.each([
    ['a server error', { kind: 'status', status: 502 }],
    ['a reply that was cut off', { kind: 'cut' }],
    ['a reply that is no JSON', { kind: 'malformed' }],
    ['a connection that was refused', { kind: 'refuse' }],
  ] as const)('is tried three times at %s, waiting longer each time', async (_what, fault) => {
    const stage = await openStage()
    stage.strike(GET, fault, 2)
    expect(await stage.forge.reader.about()).toMatchObject({ defaultBranch: 'main', archived: false })
    expect(stage.clock.slept).toEqual([250, 1000])
    stage.strike(GET, fault, 3)
    const failure = await failureOf(stage.forge.reader.about())
    expect(failure).toMatchObject({
      code: fault.kind === 'malformed' ? 'malformed' : 'unavailable',
      operation: GET,
      retryAt: null,
    })
    expect(failure.message).toContain(GET)
  })

  test('is given up when it takes too long', async () => {
    const stage = await openStage()
    const { loopback, own, privateKey, clock, installation, ref } = stage
    const hasty = { appId: own.id, privateKey, baseUrl: loopback.api, clock, timeoutMs: 500 }
    const { reader } = githubApp(hasty).forge(installation.id, ref)
    await reader.about()
    stage.strike(GET, { kind: 'slow', ms: 2000 }, 3)
    expect(await failureOf(reader.about())).toMatchObject({ code: 'unavailable', status: null })
  })

  test('of GraphQL is tried three times too', async () => {
    const stage = await openStage()
    const head = await stage.main()
    for (const fault of [{ kind: 'status', status: 502 }, { kind: 'cut' }, { kind: 'malformed' }] as const) {
      stage.strike('graphql', fault, 2)
      expect(await stage.forge.reader.checks(head)).toEqual([])
    }
    stage.strike('graphql', { kind: 'malformed' }, 3)
    const failure = await failureOf(stage.forge.reader.checks(head))
    expect(failure).toMatchObject({ code: 'unavailable', operation: 'graphql CommitChecks' })
  })

  test('that is repeated while nothing changed costs nothing of the budget', async () => {
    const stage = await openStage()
    const { reader, meter } = stage.forge
    await reader.about()
    const before = meter.budget()?.remaining
    expect(await reader.about()).toEqual(await reader.about())
    expect(meter.budget()?.remaining).toBe(before)
    expect(stage.calls.at(-1)).toMatchObject({ path: '/repos/acme/widgets', status: 304 })
    await stage.ana.rest.repos.update({ ...at, archived: true })
    expect(await reader.about()).toMatchObject({ archived: true })
  })
})

describe('a write', () => {
  test.each([
    [{ kind: 'status', status: 502, when: 'after' }, 'unavailable', 1],
    [{ kind: 'status', status: 502 }, 'unavailable', 0],
    [{ kind: 'cut' }, 'unavailable', 1],
    [{ kind: 'malformed' }, 'malformed', 1],
    [{ kind: 'refuse' }, 'unavailable', 0],
    [{ kind: 'expired_token' }, 'unavailable', 0],
    [{ kind: 'status', status: 401, when: 'after' }, 'unavailable', 1],
  ] as const)('is never repeated by itself: %j', async (fault, code, made) => {
    const stage = await openStage()
    const number = await issue(stage)
    stage.strike('issues/create-comment', fault)
    expect(await failureOf(comment(stage, number))).toMatchObject({ code })
    expect(stage.repository.comments.size).toBe(made)
    const put = await comment(stage, number)
    expect([...stage.repository.comments.keys()]).toEqual([put.id])
  })
})

describe('a limit', () => {
  test('with retry-after stops every call until then', async () => {
    const stage = await openStage()
    const number = await issue(stage)
    stage.strike('issues/create-comment', { kind: 'status', status: 429, retryAfter: 30 })
    const failure = await failureOf(comment(stage, number))
    expect(failure).toMatchObject({ code: 'rate_limited', status: 429 })
    const wait = Date.parse(failure.retryAt ?? '') - stage.clock.now().getTime()
    expect(wait).toBeGreaterThan(25_000)
    expect(wait).toBeLessThanOrEqual(30_000)
    expect(stage.forge.meter.waitUntil()).toBe(failure.retryAt)
    const sent = stage.github.meter.calls()
    expect(await failureOf(stage.forge.reader.about())).toMatchObject({
      code: 'rate_limited',
      retryAt: failure.retryAt,
    })
    expect(await failureOf(stage.forge.reader.checks(await stage.main()))).toMatchObject({
      code: 'rate_limited',
    })
    expect(stage.github.meter.calls()).toBe(sent)
    stage.clock.pass(30_000)
    expect(stage.forge.meter.waitUntil()).toBeUndefined()
    expect(await comment(stage, number)).toMatchObject({ id: expect.any(Number) })
  })

  test('without retry-after is waited out for a minute', async () => {
    const stage = await openStage()
    stage.strike(GET, { kind: 'status', status: 403, retryAfter: 0 })
    stage.strike('pulls/list', { kind: 'status', status: 429 })
    const failure = await failureOf(stage.forge.reader.pullFrom('x'))
    const wait = Date.parse(failure.retryAt ?? '') - stage.clock.now().getTime()
    expect(wait).toBeGreaterThan(55_000)
    stage.clock.pass(61_000)
    expect(await failureOf(stage.forge.reader.about())).toMatchObject({ code: 'rate_limited', status: 403 })
  })

  test('of the hour is waited out until it is reset, by our own clock', async () => {
    const limits = { ...GITHUB_LIMITS, installation: 4 }
    const stage = await openStage({ loopback: { limits } })
    // GitHub's clock is an hour ahead of ours
    stage.loopback.forge.clock.advance(3_600_000)
    for (let asked = 0; asked < 4; asked++) await stage.forge.reader.branch(`b${asked}`)
    const failure = await failureOf(stage.forge.reader.branch('more'))
    expect(failure).toMatchObject({ code: 'rate_limited', status: 403 })
    const wait = Date.parse(failure.retryAt ?? '') - stage.clock.now().getTime()
    expect(wait).toBeGreaterThan(3_500_000)
    expect(wait).toBeLessThanOrEqual(3_602_000)
    // another budget
    expect(await stage.forge.reader.checks(await stage.main())).toEqual([])
  })

  test('of GraphQL stops its own calls alone', async () => {
    const limits = { ...GITHUB_LIMITS, installation: 3 }
    const stage = await openStage({ loopback: { limits } })
    const head = await stage.main()
    for (let asked = 0; asked < 3; asked++) await stage.forge.reader.checks(head)
    expect(await failureOf(stage.forge.reader.checks(head))).toMatchObject({
      code: 'rate_limited',
      operation: 'graphql CommitChecks',
      retryAt: expect.any(String),
    })
    expect(await stage.forge.reader.about()).toMatchObject({ defaultBranch: 'main' })
  })
})

describe('a token', () => {
  test('that is refused is replaced once, without the caller noticing', async () => {
    const stage = await openStage()
    await stage.forge.reader.about()
    stage.strike('git/get-ref', { kind: 'expired_token' })
    const asked = await stage.counted(() => stage.forge.reader.branch('main'))
    expect(asked).toEqual({ 'git/get-ref': 2, 'apps/create-installation-access-token': 1 })
  })

  test('that is new and not known everywhere yet is tried again a second later', async () => {
    const stage = await openStage()
    stage.strike(GET, { kind: 'expired_token' }, 2)
    expect(await stage.forge.reader.about()).toMatchObject({ defaultBranch: 'main' })
    expect(stage.clock.slept).toEqual([1000])
    stage.strike(GET, { kind: 'expired_token' }, 9)
    expect(await failureOf(stage.forge.reader.about())).toMatchObject({ code: 'unauthorized', status: 401 })
  })

  test('whose reply was cut off is asked for anew', async () => {
    const stage = await openStage()
    stage.strike('apps/create-installation-access-token', { kind: 'cut' }, 2)
    expect(await stage.forge.reader.about()).toMatchObject({ defaultBranch: 'main' })
  })

  test('reaches its own repository with what the App needs, and nothing more', async () => {
    const stage = await openStage({ private: true })
    await stage.loopback.repository({ owner: 'acme', name: 'secrets', private: true, files: { a: 'a' } })
    const { installation, github, ref } = stage
    const wrong = github.forge(installation.id, { ...ref, name: 'secrets' })
    expect(await failureOf(wrong.reader.about())).toMatchObject({ code: 'not_found' })
    await stage.forge.reader.about()
    const [token] = [...stage.loopback.forge.world.tokens.values()].filter(
      (one) => one.kind === 'installation' && one.installation === installation,
    )
    expect(token).toMatchObject({ repositories: new Set([ref.id]) })
    expect(token).not.toHaveProperty('permissions.workflows')
  })

  test('is not to be had after the App was removed, suspended, or given less than it asks for', async () => {
    const stage = await openStage()
    const { loopback, installation, github, ref } = stage
    installation.permissions = { metadata: 'read', contents: 'read' }
    const less = await failureOf(stage.forge.reader.about())
    expect(less).toMatchObject({ code: 'forbidden', status: 422 })
    expect(less.message).toContain("accept the App's permissions")
    installation.suspendedAt = '2026-01-01T00:00:00Z'
    expect(await failureOf(stage.forge.reader.about())).toMatchObject({ code: 'forbidden', status: 403 })
    loopback.uninstall(installation)
    const gone = await failureOf(github.forge(installation.id, ref).reader.about())
    expect(gone).toMatchObject({ code: 'unauthorized', status: 404 })
    expect(gone.message).toBe('The App is not installed there any more.')
  })

  test('is never in what is thrown or logged, nor is the key', async () => {
    const stage = await openStage()
    await stage.forge.reader.about()
    const failures = []
    for (const fault of [
      { kind: 'status', status: 404 },
      { kind: 'refuse' },
      { kind: 'malformed' },
    ] as const) {
      stage.strike('repos/get', fault, 3)
      failures.push(await failureOf(stage.forge.reader.about()))
      stage.strike('graphql', fault.kind === 'refuse' ? fault : { kind: 'status', status: 403 }, 3)
      failures.push(await failureOf(stage.forge.reader.checks(await stage.main())))
    }
    const shown = inspect([failures, stage.calls, stage.forge], { depth: 12, showHidden: true })
    for (const token of stage.loopback.forge.world.tokens.keys()) expect(shown).not.toContain(token)
    expect(shown).not.toContain('PRIVATE KEY')
    expect(shown).not.toMatch(/authorization/i)
  })
})

describe('a repository that is not where it was', () => {
  test('is followed to its new name', async () => {
    const stage = await openStage()
    const number = await issue(stage)
    await stage.ana.rest.repos.update({ ...at, name: 'gadgets' })
    expect(await stage.forge.reader.about()).toMatchObject({
      repository: { id: stage.ref.id, name: 'gadgets' },
    })
    expect(await comment(stage, number)).toMatchObject({ id: expect.any(Number) })
    expect(stage.repository.comments.size).toBe(1)
  })

  test('is not taken for another one that has its name by now', async () => {
    const stage = await openStage()
    await stage.ana.rest.repos.update({ ...at, name: 'gadgets' })
    const other = await stage.loopback.repository({ owner: 'acme', name: 'widgets', files: { a: 'a' } })
    const fix = await other.git.resolve('refs/heads/main')
    await other.git.updateRef({ name: 'refs/heads/fix', to: fix ?? '' })
    await stage.push('fix', { b: 'b' }, { on: other })
    const { data } = await stage.ana.rest.pulls.create({ ...at, title: 'x', head: 'fix', base: 'main' })
    const { reader } = stage.forge
    for (const work of [reader.about(), reader.pull(data.number), reader.facts(data.number)]) {
      const failure = await failureOf(work)
      expect(failure).toMatchObject({ code: 'not_found' })
      expect(failure.message).toBe('acme/widgets is the name of another repository now.')
    }
  })

  test('nor is an issue that was moved to another one', async () => {
    const stage = await openStage()
    await stage.loopback.repository({ owner: 'acme', name: 'other', files: { a: 'a' } })
    const number = await issue(stage)
    expect(await stage.forge.reader.issue(number)).toMatchObject({ number })
    stage.loopback.transferIssue({ repository: 'acme/widgets', by: 'ana', number, to: 'acme/other' })
    expect(await stage.forge.reader.issue(number)).toBeUndefined()
    expect(await failureOf(comment(stage, number))).toMatchObject({ code: 'not_found' })
  })
})

test('a refusal says what GitHub said, and what it would have taken', async () => {
  const stage = await openStage()
  const { loopback, repository } = stage
  const made = loopback.jobToken(repository, { contents: 'read' }, { runId: 1, actor: stage.accounts.ben })
  const forge = jobForge({
    token: made.token,
    baseUrl: loopback.api,
    repository: stage.ref,
    clock: stage.clock,
  })
  expect(forge.appId).toBeNull()
  expect(await forge.reader.about()).toMatchObject({ defaultBranch: 'main' })
  const failure = await failureOf(forge.writer.addLabel(await issue(stage), 'x'))
  expect(failure).toMatchObject({
    code: 'forbidden',
    status: 403,
    said: 'Resource not accessible by integration',
  })
  expect(failure.message).toContain('issues=write')
})

test('calls and points are counted as they are sent, those for tokens included', async () => {
  const stage = await openStage()
  const number = await issue(stage)
  await comment(stage, number)
  // the token, a look, and the comment
  expect([stage.github.meter.calls(), stage.github.meter.points()]).toEqual([3, 11])
  expect([stage.forge.meter.calls(), stage.forge.meter.points()]).toEqual([2, 6])
  expect(stage.forge.meter.budget()).toMatchObject({ limit: 5000, remaining: 4998 })
  expect(stage.calls.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
    `POST /app/installations/${stage.installation.id}/access_tokens 201`,
    'GET /repos/acme/widgets/issues/1/comments 200',
    'POST /repos/acme/widgets/issues/1/comments 201',
  ])
})
