// Owns what pushes are shown to do to pull requests.
import { describe, expect, it } from 'vitest'
import { ZERO_SHA } from './git/names.ts'
import { at, openAcme } from './pulls-fixture.ts'
import { afterPush } from './pushes.ts'
import { MOST_COMMITS, pushPayload } from './shapes/push.ts'

const pusher = (acme: Awaited<ReturnType<typeof openAcme>>) => ({
  sender: acme.accounts.ben,
  via: undefined,
  byJob: false,
})

describe('a push to the head', () => {
  it('moves head.sha and sends synchronize with before and after, and leaves the number', async () => {
    const acme = await openAcme()
    const { number, head } = await acme.propose()
    const after = await acme.push('feature', { b: 'b' })
    const [moved] = await acme.told('pull_request', 'synchronize')
    expect([moved.number, moved.before, moved.after]).toEqual([number, head.sha, after])
    expect((await acme.repository.git.ref('refs/pull/1/head'))?.sha).toBe(after)
  })

  it('a force-push keeps the pull request open and shows on its timeline', async () => {
    const acme = await openAcme()
    const { head } = await acme.propose()
    const { git } = acme.repository
    const main = (await git.ref('refs/heads/main'))!.sha
    const after = await acme.push('other', { c: 'c' }, { from: main })
    await git.updateRef({ name: 'refs/heads/feature', to: after, force: true })
    const change = { ref: 'refs/heads/feature', before: head.sha, after, forced: true }
    await afterPush(acme.loopback.forge, acme.repository, [change], pusher(acme))
    expect(acme.repository.issues.get(1)?.state).toBe('open')
    expect(acme.repository.events.map(({ event }) => event)).toContain('head_ref_force_pushed')
    const pushes = await acme.told('push')
    expect(pushes.at(-1)).toMatchObject({ forced: true, before: head.sha, after })
  })

  it('deleting the head branch closes it without merging, and sends delete', async () => {
    const acme = await openAcme()
    const { head } = await acme.propose()
    await acme.repository.git.deleteRef('refs/heads/feature')
    const change = { ref: 'refs/heads/feature', before: head.sha, after: ZERO_SHA, forced: false }
    await afterPush(acme.loopback.forge, acme.repository, [change], pusher(acme))
    const [closed] = await acme.told('pull_request', 'closed')
    expect([closed.pull_request.merged, closed.pull_request.head.sha]).toEqual([false, head.sha])
    expect((await acme.heard()).slice(-3).sort()).toEqual(['delete', 'pull_request.closed', 'push'])
    expect((await acme.told('push')).at(-1)).toMatchObject({ after: ZERO_SHA, deleted: true })
  })
})

describe('a push to the base', () => {
  it("pushing the head's commits onto the base marks the pull request as merged", async () => {
    const acme = await openAcme()
    const { head, base } = await acme.propose('feature', { b: 'b' }, { body: 'Closes #9, fixes #8' })
    await acme.repository.git.updateRef({ name: 'refs/heads/main', to: head.sha })
    const change = { ref: 'refs/heads/main', before: base.sha, after: head.sha, forced: false }
    await afterPush(acme.loopback.forge, acme.repository, [change], pusher(acme))
    const [closed] = await acme.told('pull_request', 'closed')
    expect([closed.pull_request.merged, closed.pull_request.merge_commit_sha]).toEqual([true, head.sha])
    expect(closed.pull_request.commits).toBe(1)
  })

  it('changes neither head nor number and sends no synchronize', async () => {
    const acme = await openAcme()
    await acme.propose()
    await acme.push('main', { other: 'other' })
    expect(await acme.told('pull_request', 'synchronize')).toEqual([])
  })

  it('open pull requests based on a branch that was merged and deleted move to its base', async () => {
    const acme = await openAcme({ settings: { deleteBranchOnMerge: true } })
    const first = await acme.propose('first', { a: 'a' })
    await acme.push('second', { b: 'b' }, { from: first.head.sha })
    const { data } = await acme.ben.rest.pulls.create({
      ...at,
      head: 'second',
      base: 'first',
      title: 'Second',
    })
    await acme.ben.rest.pulls.merge({ ...at, pull_number: first.number })
    const [edited] = await acme.told('pull_request', 'edited')
    expect([edited.number, edited.pull_request.base.ref]).toEqual([data.number, 'main'])
    expect(edited.changes.base.ref.from).toBe('first')
  })

  it('deleting the base closes what is based on it', async () => {
    const acme = await openAcme()
    const before = await acme.push('next', { n: 'n' })
    const { number } = await acme.propose('feature', { a: 'a' }, { base: 'next' })
    await acme.repository.git.deleteRef('refs/heads/next')
    const change = { ref: 'refs/heads/next', before, after: ZERO_SHA, forced: false }
    await afterPush(acme.loopback.forge, acme.repository, [change], pusher(acme))
    const { data } = await acme.ana.rest.pulls.get({ ...at, pull_number: number })
    expect([data.state, data.merged, data.base.sha]).toEqual(['closed', false, before])
  })
})

describe('the push event', () => {
  it('a new branch sends create and push with a before of zeros, and says what each commit touched', async () => {
    const acme = await openAcme()
    const after = await acme.push('feature', { 'new.md': 'n', 'README.md': null, 'src/sum.js': 'x\n' })
    expect(await acme.heard()).toEqual(['installation.created', 'check_suite.requested', 'create', 'push'])
    const [push] = await acme.told('push')
    expect(push).toMatchObject({ before: ZERO_SHA, after, created: true, deleted: false, forced: false })
    expect(push.head_commit).toMatchObject({
      id: after,
      added: ['new.md'],
      removed: ['README.md'],
      modified: ['src/sum.js'],
    })
    expect(push.pusher.name).toBe('ben')
  })

  it('more than three tags at once are told to nobody', async () => {
    const acme = await openAcme()
    const sha = (await acme.repository.git.ref('refs/heads/main'))!.sha
    const tags = ['a', 'b', 'c', 'd'].map((name) => ({
      ref: `refs/tags/${name}`,
      before: ZERO_SHA,
      after: sha,
      forced: false,
    }))
    for (const { ref, after } of tags) await acme.repository.git.updateRef({ name: ref, to: after })
    await afterPush(acme.loopback.forge, acme.repository, tags, pusher(acme))
    expect(await acme.heard()).toEqual(['installation.created'])
    await afterPush(acme.loopback.forge, acme.repository, tags.slice(0, 3), pusher(acme))
    expect((await acme.told('create')).map(({ ref_type }) => ref_type)).toEqual(['tag', 'tag', 'tag'])
  })

  it('more than 5,000 branches at once are told to nobody, and `push` has at most 2,048 commits', async () => {
    const acme = await openAcme()
    const { forge } = acme.loopback
    const before = (await acme.repository.git.ref('refs/heads/main'))!.sha
    const gone = Array.from({ length: 5001 }, (_, index) => ({
      ref: `refs/heads/b${index}`,
      before,
      after: ZERO_SHA,
      forced: false,
    }))
    await afterPush(forge, acme.repository, gone, pusher(acme))
    expect(await acme.heard()).toEqual(['installation.created'])
    expect(MOST_COMMITS).toBe(2048)
    await acme.push('feature', { one: '1' })
    await acme.push('feature', { two: '2' })
    const after = await acme.push('feature', { three: '3' })
    const change = { ref: 'refs/heads/feature', before, after, forced: false }
    const payload = await pushPayload(forge, acme.repository, change, acme.accounts.ben, 2)
    expect(payload.commits.map(({ added }) => added)).toEqual([['one'], ['two']])
  })

  it('a closing keyword in a commit message closes the issue when the commit reaches the default branch', async () => {
    const acme = await openAcme()
    const issue = async () => (await acme.told('issues', 'closed')).map(({ issue }) => issue.number)
    const first = await acme.propose()
    const pull = acme.repository.issues.get(first.number)!
    acme.repository.issues.set(8, { ...pull, id: 98, number: 8 })
    await acme.push('topic', { t: 't' }, { message: 'Topic\n\nFixes #8' })
    expect(await issue()).toEqual([])
    await acme.push('main', { t: 't' }, { message: 'Topic\n\nFixes #8' })
    expect(await issue()).toEqual([8])
  })
})
