// Who wrote it, who approved it and who asked for changes: approvals, changes-requested, committers.
import { describe, expect, test } from 'vitest'
import { said } from '../ask.ts'
import type { Case } from '../ask.ts'
import type { Commit, Review } from '../pull.ts'
import { ANA, BEN, BOT, BOT_ACCOUNT, commit, CYD, OLD_HEAD, review, WEB_FLOW } from '../pull.ts'

describe('approvals', () => {
  const of = (reviews: Review[], part: Case = {}) =>
    said('approvals', { inForce: [2], ...part, facts: { reviews, ...part.facts } })

  test('as many as the tier asks for, by the stricter of two tiers', () => {
    expect(of([], { inForce: [3] })).toBe('pass: tier 3 needs no approval')
    expect(of([])).toBe('fail: ask 1 maintainer to approve a1b2c3d')
    expect(of([], { inForce: [3, 2] })).toBe('fail: ask 1 maintainer to approve a1b2c3d')
    expect(of([review(ANA)])).toBe('pass: tier 2, approved by ana on a1b2c3d')
    const two = { with: { count: { 1: 2, 2: 2, 3: 0 } } }
    expect(of([review(ANA), review(ANA, { id: 9 })], two)).toBe('fail: ask 1 maintainer to approve a1b2c3d')
    expect(of([review(ANA), review(BEN)], two)).toMatch(/^pass/)
  })

  test('of this very head, never of another, however late', () => {
    const late = { at: '2026-12-01T00:00:00.000Z', id: 99 }
    expect(of([review(ANA, { ...late, commit: OLD_HEAD })])).toBe(
      'fail: ask 1 maintainer to approve a1b2c3d (ana approved b1b2c3d)',
    )
    expect(of([review(ANA, { ...late, commit: null })])).toMatch(/approved no known commit/)
  })

  test('by a person who may write', () => {
    expect(of([review(ANA, { may_write: false })])).toMatch(/^fail.*ana may not write here/)
    expect(of([review({ ...ANA, kind: 'bot' })])).toMatch(/^fail.*ana is a bot/)
    expect(of([review(ANA, { state: 'dismissed' })])).toMatch(/^fail/)
    expect(of([review(ANA, { state: 'commented' })])).toMatch(/^fail/)
  })

  test.each([{ author: ANA }, { committer: ANA, parents: 2 }])(
    'by nobody who is author or committer of a commit, merges too: %o',
    (part) => {
      const commits = [commit(), commit({ sha: OLD_HEAD, ...part })]
      expect(of([review(ANA)], { facts: { commits } })).toMatch(/^fail.*ana wrote part of it/)
      expect(of([review(BEN)], { facts: { commits } })).toMatch(/^pass/)
    },
  )

  test('not where commits are not listed: anybody may be an author', () => {
    expect(of([review(ANA)], { facts: { commits_complete: false } })).toMatch(/^fail: not all commits/)
  })

  test('not after a request for changes by the same person, nor where the order is not known', () => {
    const no = { state: 'changes_requested' } as const
    expect(of([review(ANA), review(ANA, { ...no, id: 9 })])).toMatch(/^fail.*asked for changes afterwards/)
    expect(of([review(ANA, { ...no, id: 1 }), review(ANA, { id: 9 })])).toMatch(/^pass/)
    // by number before, by time after
    const odd = review(ANA, { ...no, at: '2026-11-22T02:00:00.000Z' })
    expect(of([review(ANA, { id: 9 }), odd])).toMatch(/^fail.*afterwards/)
    expect(of([review(ANA), review(BEN, { ...no, id: 9 })])).toMatch(/^pass/)
  })
})

describe('changes-requested', () => {
  const of = (...reviews: Review[]) => said('changes-requested', { facts: { reviews } })
  const no = { state: 'changes_requested' } as const

  test('of those who may write, on whatever head', () => {
    expect(of(review(ANA, no))).toMatch(/^fail: ana asked for changes/)
    expect(of(review(ANA, { ...no, commit: OLD_HEAD }))).toMatch(/^fail: ana/)
    expect(of(review(ANA, { ...no, may_write: false }))).toMatch(/^pass/)
  })

  test('ends by dismissal, or by that person’s approval of the head', () => {
    expect(of(review(ANA, { state: 'dismissed' }))).toMatch(/^pass/)
    expect(of(review(ANA, no), review(ANA, { id: 5 }))).toMatch(/^pass/)
    expect(of(review(ANA, no), review(ANA, { id: 5, commit: OLD_HEAD }))).toMatch(/^fail: ana/)
    expect(of(review(ANA, no), review(BEN, { id: 5 }))).toMatch(/^fail: ana/)
    expect(of(review(ANA, { ...no, id: 7 }), review(ANA, { id: 5 }))).toMatch(/^fail: ana/)
  })
})

describe('committers', () => {
  const of = (commits: Commit[], reviews: Review[] = []) =>
    said('committers', { facts: { commits, reviews } })
  const cyd = commit({ sha: OLD_HEAD, author: CYD, committer: WEB_FLOW })

  test('a person’s commit needs an approval by somebody who wrote none, a merge as well', () => {
    expect(of([commit(), cyd])).toBe('fail: b1b2c3d by people; it needs 1 approval of this head by others')
    expect(of([commit(), cyd], [review(CYD)])).toMatch(/^fail/)
    expect(of([commit(), cyd], [review(ANA)])).toBe('pass: 1 commit by others, approved by ana')
    expect(of([commit({ author: CYD, parents: 2 })])).toMatch(/^fail: a1b2c3d by people/)
  })

  test.each([
    ['our name without a signature', { verified: false }],
    ['no known author', { author: null }],
    ['no known committer', { committer: null }],
  ])('where it is not proven who wrote it, two must approve: %s', (_what, part) => {
    expect(of([commit(part)], [review(ANA)])).toBe(
      'fail: who wrote a1b2c3d is not proven; it needs 2 approvals of this head by others',
    )
    expect(of([commit(part)], [review(ANA), review(BEN)])).toMatch(/^pass: .* approved by ana and ben/)
  })

  test('our App is known by its account’s id and GitHub’s signature, not by a name', () => {
    expect(of([commit({ committer: BOT_ACCOUNT })])).toMatch(/^pass/)
    expect(of([commit({ author: BOT })])).toMatch(/^pass/)
    expect(of([commit({ committer: CYD })])).toMatch(/^fail: a1b2c3d by people/)
    expect(of([commit({ author: { ...BOT_ACCOUNT, id: 901 } })])).toMatch(/^fail/)
    expect(of([commit({ author: { ...BOT_ACCOUNT, kind: 'user' } })])).toMatch(/^fail/)
    expect(of([commit({ committer: { ...WEB_FLOW, kind: 'bot' } })])).toMatch(/^fail/)
  })

  test('all commits are known, and the head is among them', () => {
    expect(said('committers', { facts: { commits_complete: false } })).toMatch(/^fail: not all commits/)
    expect(of([commit({ sha: OLD_HEAD })])).toBe('fail: the commits do not lead to the head')
    expect(of([])).toMatch(/^fail/)
  })
})
