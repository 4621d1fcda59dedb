// Owns what reviews and review comments are shown to do, and what they hold back.
import { describe, expect, it } from 'vitest'
import { reviewDecision } from '../reviews/decision.ts'
import { threadChanged } from '../reviews/comments.ts'
import type { Acme } from '../pulls-fixture.ts'
import { OFF, at, openAcme, refusal } from '../pulls-fixture.ts'

type Event = 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT'

const one = { ...at, pull_number: 1 } as const

const review = (octokit: Acme['ana'], event: Event | undefined, more: object = {}) =>
  octokit.rest.pulls.createReview({
    ...one,
    ...(event === undefined ? {} : { event }),
    ...(event === undefined || event === 'APPROVE' ? {} : { body: 'Because.' }),
    ...more,
  })

const requireReviews = (acme: Acme, more: object = {}) =>
  acme.ana.rest.repos.updateBranchProtection({
    ...at,
    branch: 'main',
    ...OFF,
    required_pull_request_reviews: { required_approving_review_count: 1, ...more },
  })

const blocked = async (acme: Acme) => (await refusal(acme.ben.rest.pulls.merge(one))).message

describe('reviews', () => {
  it('nobody may approve, or request changes on, the own pull request: 422', async () => {
    const acme = await openAcme()
    await acme.propose()
    expect(await refusal(review(acme.ben, 'APPROVE'))).toMatchObject({
      status: 422,
      message: expect.stringContaining('Can not approve your own pull request'),
    })
    expect((await refusal(review(acme.ben, 'REQUEST_CHANGES'))).status).toBe(422)
    expect((await review(acme.ben, 'COMMENT')).data.state).toBe('COMMENTED')
  })

  it('REQUEST_CHANGES and COMMENT need a body: 422 without', async () => {
    const acme = await openAcme()
    await acme.propose()
    expect((await refusal(review(acme.cleo, 'COMMENT', { body: '' }))).status).toBe(422)
    expect((await refusal(review(acme.cleo, 'REQUEST_CHANGES', { body: ' ' }))).status).toBe(422)
  })

  it('a pending review is seen by its author only, has no submitted_at and sends nothing until submitted', async () => {
    const acme = await openAcme()
    await acme.propose()
    const { data } = await review(acme.cleo, undefined, {
      body: 'Draft',
      comments: [{ path: 'src/new.js', line: 1, body: 'Why?' }],
    })
    expect([data.state, data.submitted_at]).toEqual(['PENDING', undefined])
    expect((await acme.ben.rest.pulls.listReviews(one)).data).toEqual([])
    expect((await acme.ben.rest.pulls.listReviewComments(one)).data).toEqual([])
    expect((await refusal(acme.ben.rest.pulls.getReview({ ...one, review_id: data.id }))).status).toBe(404)
    expect((await refusal(review(acme.cleo, undefined))).status).toBe(422)
    expect(await acme.told('pull_request_review')).toEqual([])
    await acme.cleo.rest.pulls.submitReview({ ...one, review_id: data.id, event: 'REQUEST_CHANGES' })
    const [told] = await acme.told('pull_request_review', 'submitted')
    expect([told.review.state, told.review.body]).toEqual(['changes_requested', 'Draft'])
  })

  it('an App submits its pending review, and one that is submitted cannot be deleted', async () => {
    const acme = await openAcme()
    await acme.propose()
    const { data: gone } = await review(acme.bot, undefined)
    await acme.bot.rest.pulls.deletePendingReview({ ...one, review_id: gone.id })
    const comments = [{ path: 'src/new.js', line: 1, body: 'Why?' }]
    const { data } = await review(acme.bot, undefined, { comments })
    await acme.bot.rest.pulls.submitReview({ ...one, review_id: data.id, event: 'COMMENT', body: 'Seen.' })
    const remove = acme.bot.rest.pulls.deletePendingReview({ ...one, review_id: data.id })
    expect((await refusal(remove)).status).toBe(422)
    expect((await acme.told('pull_request_review')).map(({ action }) => action)).toEqual(['submitted'])
    expect((await acme.told('pull_request_review_comment')).map(({ action }) => action)).toEqual(['created'])
  })

  it('dismissing keeps the review as DISMISSED; on a protected branch it needs admin or a place in the list', async () => {
    const acme = await openAcme()
    await acme.propose()
    const { data } = await review(acme.cleo, 'REQUEST_CHANGES')
    await requireReviews(acme)
    const dismiss = (octokit: Acme['ana'], message = 'Settled.') =>
      octokit.rest.pulls.dismissReview({ ...one, review_id: data.id, message })
    expect((await refusal(dismiss(acme.ben))).status).toBe(403)
    expect((await refusal(dismiss(acme.ana, ' '))).status).toBe(422)
    expect((await dismiss(acme.ana)).data.state).toBe('DISMISSED')
    expect((await refusal(dismiss(acme.ana))).status).toBe(422)
    const [told] = await acme.told('pull_request_review', 'dismissed')
    expect(told.review.state).toBe('dismissed')
  })
})

describe('what reviews hold back', () => {
  it('requested changes block until that person approves, and a comment afterwards takes nothing back', async () => {
    const acme = await openAcme()
    await acme.propose()
    await requireReviews(acme)
    await review(acme.ana, 'APPROVE')
    await review(acme.cleo, 'REQUEST_CHANGES')
    expect(await blocked(acme)).toContain('Changes have been requested by cleo.')
    expect(await reviewDecision(acme.loopback.forge, acme.repository, 1)).toBe('CHANGES_REQUESTED')
    await review(acme.cleo, 'APPROVE')
    await review(acme.cleo, 'COMMENT')
    expect(await reviewDecision(acme.loopback.forge, acme.repository, 1)).toBe('APPROVED')
    expect((await acme.ben.rest.pulls.merge(one)).data.merged).toBe(true)
  })

  it('an approval of somebody without write access does not count', async () => {
    const acme = await openAcme()
    await acme.propose()
    await requireReviews(acme)
    await review(acme.eve, 'APPROVE')
    expect(await blocked(acme)).toContain('At least 1 approving review is required')
    await review(acme.cleo, 'APPROVE')
    expect((await acme.ben.rest.pulls.merge(one)).status).toBe(200)
  })

  it('with dismiss_stale_reviews a push that changes the diff dismisses approvals, and a merge of the base does not', async () => {
    const acme = await openAcme()
    await acme.propose()
    await requireReviews(acme, { dismiss_stale_reviews: true })
    await review(acme.cleo, 'APPROVE')
    await acme.push('main', { other: 'other' })
    await acme.ben.rest.pulls.updateBranch(one)
    await acme.loopback.settled()
    expect(await reviewDecision(acme.loopback.forge, acme.repository, 1)).toBe('APPROVED')
    await acme.push('feature', { 'src/new.js': 'changed\n' })
    expect(await reviewDecision(acme.loopback.forge, acme.repository, 1)).toBe('REVIEW_REQUIRED')
    expect(await acme.told('pull_request_review', 'dismissed')).toHaveLength(1)
  })

  it('without it an approval stays after a push, with commit_id of the older commit', async () => {
    const acme = await openAcme()
    const { head } = await acme.propose()
    await requireReviews(acme)
    await review(acme.cleo, 'APPROVE')
    await acme.push('feature', { more: 'more' })
    const { data } = await acme.ana.rest.pulls.listReviews(one)
    expect(data.map(({ state, commit_id }) => [state, commit_id])).toEqual([['APPROVED', head.sha]])
    expect((await acme.ben.rest.pulls.merge(one)).status).toBe(200)
  })

  it('with require_last_push_approval the approval of whoever pushed last does not count', async () => {
    const acme = await openAcme()
    await acme.propose()
    await requireReviews(acme, { require_last_push_approval: true })
    await acme.push('feature', { more: 'more' }, { by: acme.accounts.cleo })
    await review(acme.cleo, 'APPROVE')
    expect(await blocked(acme)).not.toBe('it was not refused')
    await review(acme.ana, 'APPROVE')
    expect((await acme.ben.rest.pulls.merge(one)).status).toBe(200)
  })

  it('a job token may approve only where the repository lets Actions', async () => {
    const acme = await openAcme()
    await acme.propose()
    await requireReviews(acme)
    const job = { runId: 1, actor: acme.accounts.ben }
    const { token } = acme.loopback.jobToken(acme.repository, { pull_requests: 'write' }, job)
    expect((await refusal(review(acme.octokit(token), 'APPROVE'))).status).toBe(422)
    acme.repository.settings.actionsMayOpenPulls = true
    await review(acme.octokit(token), 'APPROVE')
    expect(await reviewDecision(acme.loopback.forge, acme.repository, 1)).toBe('APPROVED')
    acme.repository.settings.actionsMayOpenPulls = false
    expect(await reviewDecision(acme.loopback.forge, acme.repository, 1)).toBe('REVIEW_REQUIRED')
  })

  it('resolved conversations may be required: an open review thread then blocks the merge', async () => {
    const acme = await openAcme()
    const { head } = await acme.propose()
    const { data } = await comment(acme, { line: 1, commit_id: head.sha })
    await acme.ana.rest.repos.updateBranchProtection({
      ...at,
      branch: 'main',
      ...OFF,
      required_conversation_resolution: true,
    })
    expect(await blocked(acme)).toContain('A conversation must be resolved')
    const first = acme.repository.reviewComments.get(data.id)!
    first.resolvedBy = acme.accounts.ben
    const by = { sender: acme.accounts.ben, via: undefined, byJob: false }
    await threadChanged(acme.loopback.forge, acme.repository, first, by, 'resolved')
    const [resolved] = await acme.told('pull_request_review_thread', 'resolved')
    expect(resolved.thread.comments[0].id).toBe(data.id)
    expect((await acme.ben.rest.pulls.merge(one)).status).toBe(200)
  })
})

const comment = (acme: Acme, more: { commit_id: string; [key: string]: unknown }) =>
  acme.cleo.rest.pulls.createReviewComment({ ...one, path: 'src/new.js', body: 'Why?', ...more })

describe('review comments', () => {
  it('a comment on a line outside of the diff answers 422', async () => {
    const acme = await openAcme()
    const { head } = await acme.propose('feature', { 'src/new.js': 'a\nb\nc\n' })
    const commit_id = head.sha
    expect((await refusal(comment(acme, { commit_id, line: 9 }))).status).toBe(422)
    expect((await refusal(comment(acme, { commit_id, line: 1, path: 'README.md' }))).status).toBe(422)
    expect((await refusal(comment(acme, { commit_id, line: 1, side: 'LEFT' }))).status).toBe(422)
    expect((await refusal(comment(acme, { commit_id: '1'.repeat(40), line: 1 }))).status).toBe(422)
    const { data } = await comment(acme, {
      commit_id,
      line: 3,
      start_line: 2,
      start_side: 'RIGHT',
      side: 'RIGHT',
    })
    expect([data.line, data.start_line, data.position, data.diff_hunk]).toEqual([
      3,
      2,
      3,
      '@@ -0,0 +1,3 @@\n+a\n+b\n+c',
    ])
    const { data: file } = await comment(acme, { commit_id, subject_type: 'file' })
    expect([file.subject_type, file.line]).toEqual(['file', undefined])
  })

  it('a reply to a reply answers 422 or 404: only the top comment takes replies', async () => {
    const acme = await openAcme()
    const { head } = await acme.propose()
    const { data: top } = await comment(acme, { commit_id: head.sha, line: 1 })
    const reply = (comment_id: number) =>
      acme.ben.rest.pulls.createReplyForReviewComment({ ...one, comment_id, body: 'So.' })
    const { data } = await reply(top.id)
    expect(data.in_reply_to_id).toBe(top.id)
    expect([404, 422]).toContain((await refusal(reply(data.id))).status)
  })

  it('a push makes a comment outdated when its line left the diff, and moves it when the line moved', async () => {
    const acme = await openAcme()
    const { head } = await acme.propose('feature', { 'src/new.js': 'a\nb\n' })
    const { data: stays } = await comment(acme, { commit_id: head.sha, line: 2 })
    const { data: leaves } = await comment(acme, { commit_id: head.sha, line: 1 })
    const after = await acme.push('feature', { 'src/new.js': 'x\ny\nb\n' })
    const read = async (comment_id: number) =>
      (await acme.ana.rest.pulls.getReviewComment({ ...at, comment_id })).data
    const moved = await read(stays.id)
    expect([moved.line, moved.commit_id, moved.original_commit_id]).toEqual([3, after, head.sha])
    const outdated = await read(leaves.id)
    expect([outdated.line, outdated.position, outdated.original_line]).toEqual([undefined, undefined, 1])
  })

  it('its author edits and deletes it, and each is told', async () => {
    const acme = await openAcme()
    const { head } = await acme.propose()
    const { data } = await comment(acme, { commit_id: head.sha, line: 1 })
    const edit = (octokit: Acme['ana']) =>
      octokit.rest.pulls.updateReviewComment({ ...at, comment_id: data.id, body: 'Why not?' })
    expect((await refusal(edit(acme.eve))).status).toBe(403)
    await edit(acme.cleo)
    await acme.cleo.rest.pulls.deleteReviewComment({ ...at, comment_id: data.id })
    const actions = (await acme.told('pull_request_review_comment')).map(({ action }) => action)
    expect(actions).toEqual(['created', 'edited', 'deleted'])
  })
})
