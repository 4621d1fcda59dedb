// Owns what pull requests are shown to do: opened, read, listed, changed.
import { describe, expect, it } from 'vitest'
import { at, openAcme, refusal } from '../pulls-fixture.ts'

describe('opening a pull request', () => {
  it('answers 201 with the pull request and sends pull_request opened', async () => {
    const acme = await openAcme()
    const pull = await acme.propose()
    expect([pull.number, pull.state, pull.head.label, pull.base.ref]).toEqual([
      1,
      'open',
      'acme:feature',
      'main',
    ])
    expect([pull.commits, pull.additions, pull.changed_files, pull.merged]).toEqual([1, 1, 1, false])
    const [opened] = await acme.told('pull_request', 'opened')
    expect(opened.pull_request.head.sha).toBe(pull.head.sha)
    expect(opened.sender.login).toBe('ben')
  })

  it('a second open pull request of the same head and base answers 422 A pull request already exists', async () => {
    const acme = await openAcme()
    await acme.propose()
    const again = await refusal(
      acme.ben.rest.pulls.create({ ...at, head: 'feature', base: 'main', title: 'Again' }),
    )
    expect(again.status).toBe(422)
    expect(again.message).toContain('A pull request already exists for acme:feature.')
  })

  it('a head without a commit beyond the base answers 422 No commits between', async () => {
    const acme = await openAcme()
    const same = await refusal(
      acme.ben.rest.pulls.create({ ...at, head: 'main', base: 'main', title: 'Same' }),
    )
    expect(same.status).toBe(422)
    expect(same.message).toContain('No commits between main and main')
  })

  it('branches that do not exist answer 422 for their field', async () => {
    const acme = await openAcme()
    await acme.push('feature', { a: 'a' })
    const head = await refusal(
      acme.ben.rest.pulls.create({ ...at, head: 'nowhere', base: 'main', title: 'x' }),
    )
    expect(head).toMatchObject({ status: 422, message: expect.stringContaining('"field":"head"') })
    const base = await refusal(
      acme.ben.rest.pulls.create({ ...at, head: 'feature', base: 'nowhere', title: 'x' }),
    )
    expect(base).toMatchObject({ status: 422, message: expect.stringContaining('"field":"base"') })
  })

  it('a reader of the repository cannot propose its branch', async () => {
    const acme = await openAcme()
    await acme.push('feature', { a: 'a' })
    const eve = acme.eve.rest.pulls.create({ ...at, head: 'feature', base: 'main', title: 'x' })
    expect((await refusal(eve)).status).toBe(403)
  })

  it('a draft in a private repository of a free plan answers 422', async () => {
    const acme = await openAcme({ private: true, settings: { draftsOffered: false } })
    await acme.push('feature', { a: 'a' })
    const draft = acme.ben.rest.pulls.create({
      ...at,
      head: 'feature',
      base: 'main',
      title: 'x',
      draft: true,
    })
    expect(await refusal(draft)).toMatchObject({
      status: 422,
      message: expect.stringContaining('Draft pull requests are not supported in this repository.'),
    })
  })

  it('a job token is refused unless the repository lets Actions open pull requests', async () => {
    const acme = await openAcme()
    await acme.push('feature', { a: 'a' })
    const job = { runId: 1, actor: acme.accounts.ben }
    const token = acme.loopback.jobToken(acme.repository, { pull_requests: 'write', contents: 'write' }, job)
    const octokit = acme.octokit(token.token)
    const create = () => octokit.rest.pulls.create({ ...at, head: 'feature', base: 'main', title: 'x' })
    expect(await refusal(create())).toMatchObject({
      status: 403,
      message: expect.stringContaining('GitHub Actions is not permitted to create or approve pull requests.'),
    })
    acme.repository.settings.actionsMayOpenPulls = true
    expect((await create()).data.user.login).toBe('github-actions[bot]')
  })

  it('an issue becomes a pull request and keeps its number', async () => {
    const acme = await openAcme()
    const first = await acme.propose('first')
    const issue = acme.repository.issues.get(first.number)
    acme.repository.issues.set(7, { ...issue!, id: 99, number: 7, title: 'An idea' })
    await acme.push('second', { b: 'b' })
    const { data } = await acme.ben.rest.pulls.create({ ...at, head: 'second', base: 'main', issue: 7 })
    expect([data.number, data.title]).toEqual([7, 'An idea'])
  })
})

describe('reading a pull request', () => {
  it('mergeable is null and the state unknown until somebody asked, and again after a push to head or base', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    const read = async () => {
      const { data } = await acme.ana.rest.pulls.get({ ...at, pull_number: number })
      await acme.loopback.settled()
      return [data.mergeable, data.mergeable_state]
    }
    await acme.loopback.settled()
    expect(await read()).toEqual([true, 'clean'])
    await acme.push('feature', { 'src/new.js': 'newer\n' })
    expect(await read()).toEqual([null, 'unknown'])
    expect(await read()).toEqual([true, 'clean'])
    await acme.push('main', { 'src/new.js': 'other\n' })
    expect(await read()).toEqual([null, 'unknown'])
    expect(await read()).toEqual([false, 'dirty'])
    acme.loopback.faults.add({ on: 'pulls/get', fault: { kind: 'mergeable_null' } })
    expect(await read()).toEqual([null, 'unknown'])
  })

  it('merge_commit_sha is that of a test merge, whose ref can be fetched', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    await acme.loopback.settled()
    const { data } = await acme.ana.rest.pulls.get({ ...at, pull_number: number })
    expect(data.merge_commit_sha).toBe((await acme.repository.git.ref('refs/pull/1/merge'))?.sha)
    const { data: listed } = await acme.ana.rest.pulls.list(at)
    expect(listed[0]).not.toHaveProperty('mergeable')
  })

  it('mergeable_state is draft for a draft and unstable when a check that is not required failed', async () => {
    const acme = await openAcme()
    const { number, head } = await acme.propose('feature', { a: 'a' }, { draft: true })
    await acme.loopback.settled()
    const state = async () =>
      (await acme.ana.rest.pulls.get({ ...at, pull_number: number })).data.mergeable_state
    expect(await state()).toBe('draft')
    acme.repository.pulls.get(number)!.draft = false
    await acme.bot.rest.checks.create({
      ...at,
      name: 'lint',
      head_sha: head.sha,
      status: 'completed',
      conclusion: 'failure',
    })
    expect(await state()).toBe('unstable')
  })

  it('media types give the diff and the patch', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    const raw = async (format: string) =>
      (await acme.ana.rest.pulls.get({ ...at, pull_number: number, mediaType: { format } })).data
    expect(await raw('diff')).toMatch(/^diff --git a\/src\/new\.js b\/src\/new\.js/)
    expect(await raw('patch')).toMatch(/^From [0-9a-f]{40}/)
  })

  it('files show a rename as one entry, and a binary file without a patch', async () => {
    const acme = await openAcme()
    const text = 'one\ntwo\nthree\nfour\nfive\n'
    const { number } = await acme.propose('feature', {
      'src/sum.js': null,
      'lib/sum.js': text,
      'a.bin': '\0\u0001',
    })
    const { data } = await acme.ana.rest.pulls.listFiles({ ...at, pull_number: number })
    const sum = data.find((file) => file.filename === 'lib/sum.js')
    expect([sum?.status, sum?.previous_filename]).toEqual(['renamed', 'src/sum.js'])
    expect(data.find((file) => file.filename === 'a.bin')).not.toHaveProperty('patch')
  })

  it('list-commits gives the commits oldest first', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    await acme.push('feature', { b: 'b' }, { message: 'Second' })
    const { data } = await acme.ana.rest.pulls.listCommits({ ...at, pull_number: number })
    expect(data.map(({ commit }) => commit.message)).toEqual(['change', 'Second'])
  })
})

describe('listing and changing', () => {
  it('lists are filtered by state, head and base', async () => {
    const acme = await openAcme()
    const one = await acme.propose('one', { a: 'a' })
    const two = await acme.propose('two', { b: 'b' })
    await acme.ben.rest.pulls.update({ ...at, pull_number: one.number, state: 'closed' })
    const numbers = async (more: object) =>
      (await acme.ana.rest.pulls.list({ ...at, ...more })).data.map((p) => p.number)
    expect(await numbers({})).toEqual([two.number])
    expect(await numbers({ state: 'all' })).toEqual([two.number, one.number])
    expect(await numbers({ state: 'all', head: 'acme:one' })).toEqual([one.number])
    expect(await numbers({ base: 'other' })).toEqual([])
  })

  it('title, body and base are changed by one event edited that says what they were', async () => {
    const acme = await openAcme()
    await acme.push('next', { 'next.md': 'next\n' })
    const { number } = await acme.propose()
    await acme.ben.rest.pulls.update({ ...at, pull_number: number, title: 'Better', base: 'next' })
    const [edited] = await acme.told('pull_request', 'edited')
    expect(edited.changes).toMatchObject({ title: { from: 'Add feature' }, base: { ref: { from: 'main' } } })
    expect(edited.pull_request.base.ref).toBe('next')
    const eve = acme.eve.rest.pulls.update({ ...at, pull_number: number, title: 'Mine' })
    expect((await refusal(eve)).status).toBe(403)
  })

  it('a closed one can be reopened only while its branch exists and no other is open for it', async () => {
    const acme = await openAcme()
    const { number } = await acme.propose()
    const state = (wanted: 'open' | 'closed') =>
      acme.ben.rest.pulls.update({ ...at, pull_number: number, state: wanted })
    await state('closed')
    expect((await state('open')).data.state).toBe('open')
    await state('closed')
    await acme.ben.rest.pulls.create({ ...at, head: 'feature', base: 'main', title: 'Other' })
    expect((await refusal(state('open'))).status).toBe(422)
    await acme.repository.git.deleteRef('refs/heads/feature')
    expect((await refusal(state('open'))).status).toBe(422)
    expect((await acme.told('pull_request')).map(({ action }) => action)).toEqual([
      'opened',
      'closed',
      'reopened',
      'closed',
      'opened',
    ])
  })

  it('pull requests of a commit are those that hold it', async () => {
    const acme = await openAcme()
    const { head, number } = await acme.propose()
    const { data } = await acme.ana.rest.repos.listPullRequestsAssociatedWithCommit({
      ...at,
      commit_sha: head.sha,
    })
    expect(data.map((pull) => pull.number)).toEqual([number])
  })

  it('update-branch answers 202 and merges the base afterwards', async () => {
    const acme = await openAcme()
    const { number, head } = await acme.propose()
    await acme.push('main', { other: 'other\n' })
    const wrong = acme.ben.rest.pulls.updateBranch({
      ...at,
      pull_number: number,
      expected_head_sha: '1'.repeat(40),
    })
    expect(await refusal(wrong)).toMatchObject({ status: 422 })
    const { status } = await acme.ben.rest.pulls.updateBranch({
      ...at,
      pull_number: number,
      expected_head_sha: head.sha,
    })
    expect(status).toBe(202)
    const [moved] = await acme.told('pull_request', 'synchronize')
    expect(moved.before).toBe(head.sha)
    const { data } = await acme.ana.rest.pulls.get({ ...at, pull_number: number })
    expect([data.head.sha, data.commits]).toEqual([moved.after, 2])
    expect((await refusal(acme.ben.rest.pulls.updateBranch({ ...at, pull_number: number }))).status).toBe(422)
  })
})
