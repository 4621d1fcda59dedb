// Owns what merges are shown to do: at once, in the background, by auto-merge and through the queue.
import { describe, expect, it } from 'vitest'
import { enableAutoMerge } from '../merging/auto-merge.ts'
import type { Acme } from '../pulls-fixture.ts'
import { OFF, at, openAcme, refusal } from '../pulls-fixture.ts'
import type { Actor } from '../world/accounts.ts'

const merge = (acme: Acme, number: number, more: object = {}) =>
  acme.ben.rest.pulls.merge({ ...at, pull_number: number, ...more })

const requireCheck = (acme: Acme) =>
  acme.ana.rest.repos.updateBranchProtection({
    ...at,
    branch: 'main',
    ...OFF,
    required_status_checks: { strict: false, contexts: [], checks: [{ context: 'ci', app_id: acme.app.id }] },
  })

const report = (acme: Acme, head_sha: string, conclusion: 'success' | 'failure') =>
  acme.bot.rest.checks.create({ ...at, name: 'ci', head_sha, status: 'completed', conclusion })

describe('merging at once', () => {
  it('merge keeps the commits of the head below a signed merge commit, and sends closed and push', async () => {
    const acme = await openAcme()
    const { number, head, base } = await acme.propose()
    const { data } = await merge(acme, number, { sha: head.sha, commit_title: 'Bring it in' })
    const commit = await acme.repository.git.commit(data.sha)
    expect(commit?.parents).toEqual([base.sha, head.sha])
    expect([commit?.message.split('\n')[0], commit?.verified]).toEqual(['Bring it in', true])
    const { data: pull } = await acme.ana.rest.pulls.get({ ...at, pull_number: number })
    expect([pull.merged, pull.merge_commit_sha, pull.merged_by?.login, pull.commits]).toEqual([
      true,
      data.sha,
      'ben',
      1,
    ])
    expect((await acme.heard()).filter((name) => /closed|push/.test(name)).slice(-2)).toEqual([
      'pull_request.closed',
      'push',
    ])
  })

  it('squash makes one commit on the base, rebase makes new commits', async () => {
    const acme = await openAcme()
    const one = await acme.propose('one', { a: 'a' })
    await acme.push('one', { b: 'b' }, { message: 'More' })
    const { data: squashed } = await merge(acme, one.number, { merge_method: 'squash' })
    const commit = await acme.repository.git.commit(squashed.sha)
    expect([commit?.parents, commit?.message]).toEqual([
      [one.base.sha],
      'Add one (#1)\n\n* change\n\n* More\n',
    ])
    const two = await acme.propose('two', { c: 'c' })
    await acme.push('main', { d: 'd' })
    const { data: rebased } = await merge(acme, two.number, { merge_method: 'rebase' })
    expect((await acme.repository.git.commit(rebased.sha))?.parents).toHaveLength(1)
    expect(rebased.sha).not.toBe(two.head.sha)
  })

  it('a sha that is not the head answers 409 and merges nothing', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    expect(await refusal(merge(acme, number, { sha: '1'.repeat(40) }))).toMatchObject({
      status: 409,
      message: expect.stringContaining('Head branch was modified. Review and try the merge again.'),
    })
    expect(acme.repository.pulls.get(number)?.merged).toBeUndefined()
  })

  it('one that is closed, a draft, conflicting or already merged answers 405', async () => {
    const acme = await openAcme()
    const draft = await acme.propose('draft', { a: 'a' }, { draft: true })
    expect((await refusal(merge(acme, draft.number))).message).toContain('still a draft')
    const conflict = await acme.propose('conflict', { 'README.md': 'theirs' })
    await acme.push('main', { 'README.md': 'ours' })
    expect(await refusal(merge(acme, conflict.number))).toMatchObject({ status: 405 })
    await acme.ben.rest.pulls.update({ ...at, pull_number: conflict.number, state: 'closed' })
    expect(await refusal(merge(acme, conflict.number))).toMatchObject({ status: 405 })
    const merged = await acme.propose('merged', { m: 'm' })
    await merge(acme, merged.number)
    expect(await refusal(merge(acme, merged.number))).toMatchObject({ status: 405 })
  })

  it('a method that the repository does not allow, or a merge commit on linear history, answers 405', async () => {
    const acme = await openAcme({ settings: { allowRebaseMerge: false } })
    const { number } = await acme.propose()
    expect((await refusal(merge(acme, number, { merge_method: 'rebase' }))).message).toContain('not allowed')
    await acme.ana.rest.repos.updateBranchProtection({
      ...at,
      branch: 'main',
      ...OFF,
      required_linear_history: true,
    })
    expect((await refusal(merge(acme, number))).message).toContain('must not contain merge commits')
    expect((await merge(acme, number, { merge_method: 'squash' })).status).toBe(200)
  })

  it('GET merge answers 204 for a merged pull request and 404 else', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    const check = () => acme.ana.rest.pulls.checkIfMerged({ ...at, pull_number: number })
    expect((await refusal(check())).status).toBe(404)
    await merge(acme, number)
    expect((await check()).status).toBe(204)
  })

  it('closing keywords close each named issue on a merge into the default branch, and only there', async () => {
    const acme = await openAcme()
    await acme.push('next', { n: 'n' })
    const aside = await acme.propose('aside', { x: 'x' }, { base: 'next', body: 'Closes #41' })
    for (const number of [41, 42, 43]) {
      const issue = acme.repository.issues.get(aside.number)!
      acme.repository.issues.set(number, { ...issue, id: 900 + number, number })
    }
    await merge(acme, aside.number)
    const { number } = await acme.propose('feature', { y: 'y' }, { body: 'Closes #41, #42 and resolves #43' })
    await merge(acme, number)
    expect((await acme.told('issues', 'closed')).map(({ issue }) => issue.number)).toEqual([41, 43])
  })

  it('the head branch is deleted after a merge where the repository says so', async () => {
    const acme = await openAcme({ settings: { deleteBranchOnMerge: true } })
    const { number } = await acme.propose()
    await merge(acme, number)
    expect(await acme.repository.git.ref('refs/heads/feature')).toBeUndefined()
    expect((await acme.told('delete')).map(({ ref }) => ref)).toEqual(['feature'])
  })

  it('a 5xx on a merge may have merged: the state must be read again', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    acme.loopback.faults.add({ on: 'pulls/merge', fault: { kind: 'status', status: 502, when: 'after' } })
    expect((await refusal(merge(acme, number))).status).toBe(502)
    expect((await acme.ana.rest.pulls.get({ ...at, pull_number: number })).data.merged).toBe(true)
    expect((await refusal(merge(acme, number))).status).toBe(405)
  })

  it('an App without workflows cannot merge a workflow file', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose('feature', { '.github/workflows/ci.yml': 'on: push\n' })
    expect((await refusal(acme.bot.rest.pulls.merge({ ...at, pull_number: number }))).status).toBe(403)
  })
})

describe('merging in the background', () => {
  const ask = (acme: Acme, pull_number: number, more: object = {}) =>
    acme.ben.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge-async', {
      ...at,
      pull_number,
      ...more,
    })
  const result = (acme: Acme, pull_number: number, uuid: string | undefined) =>
    acme.ben.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/merge-async/{uuid}', {
      ...at,
      pull_number,
      uuid: uuid ?? '',
    })

  it('a request answers 202 with an id and is carried out later, and a merged one answers 200', async () => {
    const acme = await openAcme()
    const { number, head } = await acme.propose()
    const { status, data } = await ask(acme, number, { sha: head.sha, merge_method: 'squash' })
    expect([status, data.status, data.details.merge_method]).toEqual([202, 'pending', 'squash'])
    await acme.loopback.settled()
    const { data: done } = await result(acme, number, data.details.uuid)
    expect([done.status, done.details.sha]).toEqual([
      'merged',
      acme.repository.pulls.get(number)?.merged?.sha,
    ])
    expect((await ask(acme, number)).status).toBe(200)
    acme.loopback.forge.clock.advance(24 * 3_600_000)
    expect((await refusal(result(acme, number, data.details.uuid))).status).toBe(404)
  })

  it('a second request answers 409 with the id of the first', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    const release = holdLock(acme)
    const { data } = await ask(acme, number)
    const second = await ask(acme, number, { merge_method: 'rebase' }).catch((error: unknown) => error)
    release()
    expect(second).toMatchObject({
      status: 409,
      response: { data: { details: { uuid: data.details.uuid } } },
    })
  })

  it('a push between the request and its execution fails the merge, with or without sha', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    const release = holdLock(acme)
    const { data } = await ask(acme, number)
    release(() => acme.push('feature', { late: 'late' }))
    await acme.loopback.settled()
    const { data: done } = await result(acme, number, data.details.uuid)
    expect([done.status, done.details.message]).toEqual([
      'failed',
      'Head branch was modified. Review and try the merge again.',
    ])
  })

  it('a closed or draft one answers 400 at once, whereas protection is judged when it is carried out', async () => {
    const acme = await openAcme()
    const draft = await acme.propose('draft', { a: 'a' }, { draft: true })
    expect((await refusal(ask(acme, draft.number))).status).toBe(400)
    const blocked = await acme.propose('blocked', { b: 'b' })
    await requireCheck(acme)
    const { status, data } = await ask(acme, blocked.number)
    await acme.loopback.settled()
    const { data: done } = await result(acme, blocked.number, data.details.uuid)
    expect([status, done.status]).toEqual([202, 'failed'])
  })

  /** Background merges wait until `release`; what it is given goes before them. */
  function holdLock(acme: Acme) {
    let free: (first?: () => Promise<unknown>) => void = () => {}
    const gate = new Promise<(() => Promise<unknown>) | undefined>((done) => {
      free = done
    })
    const held = acme.repository.git.exclusive(async () => {
      const first = await gate
      await first?.()
    })
    acme.loopback.forge.later(() => held)
    return free
  }
})

describe('auto-merge', () => {
  const actor = (acme: Acme): Actor => ({ kind: 'user', account: acme.accounts.ben })
  const arm = (acme: Acme, number: number, more: object = {}) =>
    enableAutoMerge(acme.loopback.forge, actor(acme), acme.repository, number, more)

  it('needs the repository setting, errors on clean status, and on another head than expected', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    expect(await arm(acme, number)).toMatchObject({
      message: 'Auto merge is not allowed for this repository',
    })
    acme.repository.settings.allowAutoMerge = true
    expect(await arm(acme, number)).toMatchObject({ message: 'Pull request is in clean status' })
    await requireCheck(acme)
    expect(await arm(acme, number, { expectedHeadOid: '1'.repeat(40) })).toMatchObject({ kind: 'refused' })
    expect(acme.repository.autoMerges.size).toBe(0)
  })

  it('merges when the last requirement is met, and sends auto_merge_enabled and then closed', async () => {
    const acme = await openAcme({ settings: { allowAutoMerge: true } })
    const { number, head } = await acme.propose()
    await requireCheck(acme)
    expect(await arm(acme, number, { method: 'squash' })).toEqual({ kind: 'armed' })
    await report(acme, head.sha, 'success')
    const actions = (await acme.told('pull_request')).map(({ action }) => action)
    expect(actions).toEqual(['opened', 'auto_merge_enabled', 'closed'])
    expect(acme.repository.pulls.get(number)?.merged?.by.login).toBe('ben')
  })

  it('a push by a writer leaves it armed, and then it merges what nobody looked at', async () => {
    const acme = await openAcme({ settings: { allowAutoMerge: true } })
    const { number } = await acme.propose()
    await requireCheck(acme)
    await arm(acme, number)
    const after = await acme.push('feature', { more: 'more' }, { by: acme.accounts.cleo })
    await report(acme, after, 'success')
    await acme.loopback.settled()
    const { data } = await acme.ana.rest.pulls.get({ ...at, pull_number: number })
    expect([data.merged, data.head.sha]).toEqual([true, after])
  })

  it('a push by somebody without write access disarms it, one by a writer leaves it armed', async () => {
    const acme = await openAcme({ settings: { allowAutoMerge: true } })
    const { number } = await acme.propose()
    await requireCheck(acme)
    await arm(acme, number)
    await acme.push('feature', { more: 'more' }, { by: acme.accounts.cleo })
    expect(acme.repository.autoMerges.has(number)).toBe(true)
    await acme.push('feature', { more: 'other' }, { by: acme.accounts.eve })
    expect(acme.repository.autoMerges.has(number)).toBe(false)
    expect(await acme.told('pull_request', 'auto_merge_disabled')).toHaveLength(1)
  })
})

describe('the merge queue', () => {
  async function queued() {
    const acme = await openAcme()
    const { number, head } = await acme.propose()
    await requireCheck(acme)
    acme.repository.protections.get('main')!.mergeQueue = true
    await report(acme, head.sha, 'success')
    expect((await refusal(merge(acme, number))).message).toContain(
      'Changes must be made through the merge queue',
    )
    await acme.ben.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge-async', {
      ...at,
      pull_number: number,
    })
    await acme.loopback.settled()
    return { acme, number, group: acme.repository.pulls.get(number)!.queued! }
  }
  const actions = async (acme: Acme) => (await acme.told('pull_request')).map(({ action }) => action)

  it('a pull request is merged when the required checks pass on its temporary branch', async () => {
    const { acme, number, group } = await queued()
    expect(group.ref).toMatch(/^refs\/heads\/gh-readonly-queue\/main\/pr-1-[0-9a-f]{40}$/)
    await report(acme, group.sha, 'success')
    expect(await actions(acme)).toEqual(['opened', 'enqueued', 'dequeued', 'closed'])
    expect(acme.repository.pulls.get(number)?.merged).toBeDefined()
  })

  it('a failing check throws it out of the queue', async () => {
    const { acme, number, group } = await queued()
    await report(acme, group.sha, 'failure')
    expect(await actions(acme)).toEqual(['opened', 'enqueued', 'dequeued'])
    expect(acme.repository.pulls.get(number)?.queued).toBeUndefined()
  })
})
