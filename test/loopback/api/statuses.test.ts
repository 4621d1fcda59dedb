// Owns what is shown of commit statuses, and of what checks and statuses of a commit amount to together.
import { describe, expect, it } from 'vitest'
import { at, openChecked } from '../checks/fixture.ts'
import { checksState, rollupState } from '../checks/rollup.ts'

const refused = (status: number) => ({ status })

describe('commit statuses', () => {
  it('everybody with push access may set a status, of whatever context', async () => {
    const { ana, head, ours, theirs, loopback, octokit } = await openChecked()
    const wanted = { ...at, sha: head, state: 'success' as const, context: 'ci/required' }
    const { data } = await ana.client.rest.repos.createCommitStatus({ ...wanted, description: 'forged' })
    expect([data.context, data.creator?.login]).toEqual(['ci/required', 'ana'])
    expect((await ours.bot.rest.repos.createCommitStatus(wanted)).status).toBe(201)
    await expect(theirs.bot.rest.repos.createCommitStatus(wanted)).rejects.toMatchObject(refused(403))
    const eve = octokit(loopback.user('eve').token)
    await expect(eve.rest.repos.createCommitStatus(wanted)).rejects.toMatchObject(refused(403))
  })

  it('a status of an unknown commit answers 422', async () => {
    const { ours } = await openChecked()
    for (const sha of ['1'.repeat(40), 'main']) {
      await expect(
        ours.bot.rest.repos.createCommitStatus({ ...at, sha, state: 'success' }),
      ).rejects.toMatchObject(refused(422))
    }
    const list = ours.bot.rest.repos.listCommitStatusesForRef({ ...at, ref: 'nowhere' })
    await expect(list).rejects.toMatchObject(refused(404))
  })

  it('a description above 140 characters or an address that is not of the web answers 422', async () => {
    const { head, ours } = await openChecked()
    const wanted = { ...at, sha: head, state: 'success' as const }
    for (const wrong of [{ description: 'x'.repeat(141) }, { target_url: 'javascript:alert(1)' }]) {
      await expect(ours.bot.rest.repos.createCommitStatus({ ...wanted, ...wrong })).rejects.toMatchObject(
        refused(422),
      )
    }
  })

  it('the 1,001st status of one commit and context answers 422', async () => {
    const { head, ours, repository } = await openChecked()
    const { bot } = ours
    const set = (context: string) =>
      bot.rest.repos.createCommitStatus({ ...at, sha: head, state: 'pending', context })
    await set('ci')
    const [first] = repository.statuses
    if (first !== undefined) repository.statuses.push(...Array.from({ length: 998 }, () => first))
    await set('ci')
    await expect(set('CI')).rejects.toMatchObject(refused(422))
    expect((await set('other')).status).toBe(201)
  })

  it('the combined state is `failure` with one failure or error, `pending` with one pending or none at all, else `success`', async () => {
    const { head, ours } = await openChecked()
    const { repos } = ours.bot.rest
    const state = async () => (await repos.getCombinedStatusForRef({ ...at, ref: 'main' })).data.state
    const set = (context: string, wanted: 'error' | 'failure' | 'pending' | 'success') =>
      repos.createCommitStatus({ ...at, sha: head, state: wanted, context })
    expect(await state()).toBe('pending')
    await set('a', 'success')
    expect(await state()).toBe('success')
    await set('b', 'pending')
    expect(await state()).toBe('pending')
    await set('c', 'error')
    expect(await state()).toBe('failure')
    await set('c', 'success')
    await set('b', 'failure')
    expect(await state()).toBe('failure')
  })

  it('statuses are listed newest first, only the newest of a context counts, and contexts are the same in whatever letter case', async () => {
    const { head, ours } = await openChecked()
    const { repos } = ours.bot.rest
    for (const [context, state] of [
      ['ci', 'failure'],
      ['lint', 'success'],
      ['CI', 'success'],
    ] as const) {
      await repos.createCommitStatus({ ...at, sha: head, state, context })
    }
    const { data: all } = await repos.listCommitStatusesForRef({ ...at, ref: 'main' })
    expect(all.map((one) => one.context)).toEqual(['CI', 'lint', 'ci'])
    const { data: combined } = await repos.getCombinedStatusForRef({ ...at, ref: head })
    expect(combined.state).toBe('success')
    expect(combined.statuses.map((one) => one.context)).toEqual(['CI', 'lint'])
  })

  it('the combined state knows nothing of check runs', async () => {
    const { head, ours } = await openChecked()
    await ours.bot.rest.checks.create({ ...at, name: 'ci', head_sha: head, conclusion: 'failure' })
    await ours.bot.rest.repos.createCommitStatus({ ...at, sha: head, state: 'success' })
    const { data } = await ours.bot.rest.repos.getCombinedStatusForRef({ ...at, ref: head })
    expect([data.state, data.total_count]).toEqual(['success', 1])
  })

  it('a status is told with the branches that hold its commit', async () => {
    const { head, ours, push, heard, hooks } = await openChecked()
    const topic = await push('topic')
    await ours.bot.rest.repos.createCommitStatus({ ...at, sha: head, state: 'success', context: 'ci' })
    expect(await heard()).toContain('status')
    const { payload } = hooks.find((hook) => hook.event === 'status') ?? {}
    expect([payload.context, payload.state, payload.sha]).toEqual(['ci', 'success', head])
    expect(
      payload.branches.map((branch: { name: string; commit: { sha: string } }) => [
        branch.name,
        branch.commit.sha,
      ]),
    ).toEqual([
      ['main', head],
      ['topic', topic],
    ])
  })
})

describe('what checks and statuses amount to', () => {
  it('the newest run of a name and App counts, neutral and skipped pass, and a status stands beside', async () => {
    const { head, ours, theirs, ana, loopback, repository } = await openChecked()
    const report = (
      { bot }: typeof ours,
      name: string,
      conclusion: 'success' | 'failure' | 'neutral' | 'skipped' | 'cancelled',
    ) => bot.rest.checks.create({ ...at, name, head_sha: head, conclusion })
    const states = () => checksState(loopback.forge, repository, head)
    expect(rollupState(states())).toBeNull()
    await report(ours, 'ci', 'failure')
    await report(ours, 'ci', 'neutral')
    await report(ours, 'lint', 'skipped')
    expect(rollupState(states())).toBe('SUCCESS')
    await report(theirs, 'ci', 'cancelled')
    const status = { ...at, sha: head, context: 'ci' }
    await ana.client.rest.repos.createCommitStatus({ ...status, state: 'pending' })
    expect(states()).toEqual([
      { context: 'ci', appId: theirs.app.id, state: 'failure' },
      { context: 'lint', appId: ours.app.id, state: 'success' },
      { context: 'ci', appId: ours.app.id, state: 'success' },
      { context: 'ci', appId: null, state: 'pending' },
    ])
    expect(rollupState(states())).toBe('FAILURE')
    await report(theirs, 'ci', 'success')
    expect(rollupState(states())).toBe('PENDING')
    await ana.client.rest.repos.createCommitStatus({ ...status, state: 'error' })
    expect(rollupState(states())).toBe('ERROR')
  })
})
