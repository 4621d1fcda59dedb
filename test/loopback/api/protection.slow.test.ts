// Owns what branch protection is shown to say and to hold back.
import { describe, expect, it } from 'vitest'
import type { Acme } from '../pulls-fixture.ts'
import { OFF, at, openAcme, refusal } from '../pulls-fixture.ts'

const main = { ...at, branch: 'main' } as const

async function mergeRefusal(acme: Acme, number: number) {
  return refusal(acme.ben.rest.pulls.merge({ ...at, pull_number: number }))
}

describe('branch protection', () => {
  it('an unprotected branch answers 404 Branch not protected', async () => {
    const acme = await openAcme()
    expect(await refusal(acme.ana.rest.repos.getBranchProtection(main))).toMatchObject({
      status: 404,
      message: expect.stringContaining('Branch not protected'),
    })
  })

  it('PUT replaces the whole protection, and each change sends branch_protection_rule', async () => {
    const acme = await openAcme()
    acme.loopback.team({
      organization: 'acme',
      slug: 'core',
      members: ['ben'],
      on: { 'acme/widgets': 'write' },
    })
    await acme.ana.rest.repos.updateBranchProtection({
      ...main,
      ...OFF,
      required_status_checks: {
        strict: true,
        contexts: ['loose'],
        checks: [{ context: 'ci', app_id: acme.app.id }],
      },
      required_pull_request_reviews: {
        required_approving_review_count: 2,
        dismissal_restrictions: { users: ['ana'], teams: ['core'], apps: ['tool'] },
      },
      restrictions: { users: ['ben'], teams: ['core'], apps: ['tool'] },
      required_linear_history: true,
    })
    const { data } = await acme.ana.rest.repos.getBranchProtection(main)
    expect(data.required_status_checks?.checks).toEqual([
      { context: 'ci', app_id: acme.app.id },
      { context: 'loose', app_id: null },
    ])
    const { data: policy } = await acme.ana.rest.repos.getStatusChecksProtection(main)
    expect(policy.strict).toBe(true)
    await acme.ana.rest.repos.updateBranchProtection({ ...main, ...OFF })
    const { data: bare } = await acme.ana.rest.repos.getBranchProtection(main)
    expect(bare).not.toHaveProperty('required_status_checks')
    expect(bare.required_linear_history?.enabled).toBe(false)
    await acme.ana.rest.repos.deleteBranchProtection(main)
    const actions = (await acme.told('branch_protection_rule')).map(({ action }) => action)
    expect(actions).toEqual(['created', 'edited', 'deleted'])
  })

  it('only administrators may read or change it', async () => {
    const acme = await openAcme()
    expect((await refusal(acme.ben.rest.repos.updateBranchProtection({ ...main, ...OFF }))).status).toBe(403)
    expect((await refusal(acme.ben.rest.repos.getBranchProtection(main))).status).toBe(403)
  })

  it('rules of a branch that does not exist are listed all the same', async () => {
    const acme = await openAcme()
    const { data } = await acme.ana.rest.repos.getBranchRules({ ...at, branch: 'nowhere' })
    expect(data).toEqual([])
  })
})

describe('required checks', () => {
  const require = (acme: Acme, check: { context: string; app_id?: number }, strict = false) =>
    acme.ana.rest.repos.updateBranchProtection({
      ...main,
      ...OFF,
      required_status_checks: { strict, contexts: [], checks: [check] },
    })
  const complete = (
    acme: Acme,
    name: string,
    head_sha: string,
    conclusion: 'success' | 'failure' | 'skipped',
  ) => acme.bot.rest.checks.create({ ...at, name, head_sha, status: 'completed', conclusion })

  it('a check that nobody reported keeps the merge blocked, and skipped counts as success', async () => {
    const acme = await openAcme()
    const { number, head } = await acme.propose()
    await require(acme, { context: 'ci' })
    expect(await mergeRefusal(acme, number)).toMatchObject({
      status: 405,
      message: expect.stringContaining('Required status check "ci" is expected.'),
    })
    const { data } = await acme.ana.rest.pulls.get({ ...at, pull_number: number })
    expect(data.mergeable_state).toBe('blocked')
    await complete(acme, 'ci', head.sha, 'skipped')
    expect((await acme.ben.rest.pulls.merge({ ...at, pull_number: number })).data.merged).toBe(true)
  })

  it('a check of an older commit does not count', async () => {
    const acme = await openAcme()
    const { number, head } = await acme.propose()
    await require(acme, { context: 'ci' })
    await complete(acme, 'ci', head.sha, 'success')
    await acme.push('feature', { more: 'more' })
    expect((await mergeRefusal(acme, number)).status).toBe(405)
  })

  it('a pin to an App is not met by a status of the same name', async () => {
    const acme = await openAcme()
    const { number, head } = await acme.propose()
    await require(acme, { context: 'ci', app_id: acme.app.id })
    status(acme, head.sha, 'success')
    expect((await mergeRefusal(acme, number)).message).toContain('"ci" is expected')
    await complete(acme, 'ci', head.sha, 'success')
    expect((await acme.ben.rest.pulls.merge({ ...at, pull_number: number })).status).toBe(200)
  })

  it('a check and a status of one required name are both required', async () => {
    const acme = await openAcme()
    const { number, head } = await acme.propose()
    await require(acme, { context: 'ci' })
    await complete(acme, 'ci', head.sha, 'success')
    status(acme, head.sha, 'error')
    expect((await mergeRefusal(acme, number)).message).toContain('"ci" is failing')
  })

  it('where the test merge commit has a status of a required name, that one must pass', async () => {
    const acme = await openAcme()
    const { number, head } = await acme.propose()
    await require(acme, { context: 'ci' })
    await complete(acme, 'ci', head.sha, 'success')
    await acme.loopback.settled()
    const merge = (await acme.repository.git.ref('refs/pull/1/merge'))!.sha
    status(acme, merge, 'error')
    expect((await mergeRefusal(acme, number)).message).toContain('"ci" is failing')
  })

  it('a required check without App is met by whoever may write statuses', async () => {
    const acme = await openAcme()
    const { number, head } = await acme.propose()
    await require(acme, { context: 'ci' })
    status(acme, head.sha, 'success')
    expect((await acme.ben.rest.pulls.merge({ ...at, pull_number: number })).status).toBe(200)
  })

  it('strict protection refuses a head that lacks a commit of the base', async () => {
    const acme = await openAcme()
    const { number, head } = await acme.propose()
    await require(acme, { context: 'ci' }, true)
    await complete(acme, 'ci', head.sha, 'success')
    await acme.push('main', { other: 'other' })
    expect((await mergeRefusal(acme, number)).message).toContain('not up to date')
    await acme.loopback.settled()
    const { data } = await acme.ana.rest.pulls.get({ ...at, pull_number: number })
    expect(data.mergeable_state).toBe('behind')
  })

  function status(acme: Acme, sha: string, state: 'success' | 'error') {
    acme.repository.statuses.push({
      id: 1,
      sha,
      context: 'ci',
      state,
      description: null,
      targetUrl: null,
      creator: acme.accounts.eve,
      createdAt: acme.loopback.forge.clock.iso(),
    })
  }
})

describe('who passes', () => {
  it('administrators pass protection unless enforce_admins is set, and an App never does', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    const reviews = { required_approving_review_count: 1 }
    await acme.ana.rest.repos.updateBranchProtection({
      ...main,
      ...OFF,
      enforce_admins: true,
      required_pull_request_reviews: reviews,
    })
    const merge = (octokit: Acme['ana']) => octokit.rest.pulls.merge({ ...at, pull_number: number })
    expect((await refusal(merge(acme.ana))).message).toContain('At least 1 approving review is required')
    await acme.ana.rest.repos.updateBranchProtection({
      ...main,
      ...OFF,
      required_pull_request_reviews: reviews,
    })
    expect((await refusal(merge(acme.bot))).status).toBe(405)
    expect((await merge(acme.ana)).data.merged).toBe(true)
  })

  it('restrictions let only those merge whom they name', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    await acme.ana.rest.repos.updateBranchProtection({
      ...main,
      ...OFF,
      restrictions: { users: ['cleo'], teams: [] },
    })
    expect((await mergeRefusal(acme, number)).message).toContain(
      "You're not authorized to push to this branch",
    )
    expect((await acme.cleo.rest.pulls.merge({ ...at, pull_number: number })).status).toBe(200)
  })
})
