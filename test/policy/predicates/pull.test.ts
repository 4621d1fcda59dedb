// What is merged at all: own-pull, not-fork, base-branch, not-draft, labels.
import { expect, test } from 'vitest'
import { said } from '../ask.ts'
import { BOT, HEAD, pull } from '../pull.ts'

test('own-pull knows the App by its id, and the branch by its start', () => {
  expect(said('own-pull', { facts: { author: { ...BOT, app_id: 1 } } })).toMatch(/^fail: .*not by this App/)
  expect(said('own-pull', { facts: { author: { ...BOT, kind: 'user' } } })).toMatch(/^fail/)
  const onBranch = (ref: string) => ({ facts: { head: { ...pull().head, ref } } })
  expect(said('own-pull', onBranch('autopilotx/fix'))).toBe('fail: the branch does not start with autopilot/')
  expect(said('own-pull', { ...onBranch('bot/fix'), with: { branch: 'bot/' } })).toMatch(/^pass/)
})

test('not-draft waits, not-fork denies', () => {
  expect(said('not-draft', { facts: { draft: true } })).toBe('pending: a draft; mark it ready for review')
  expect(said('not-fork', { facts: { fork: true } })).toMatch(/^fail: the head lies in a fork/)
})

test('base-branch is the default branch, without conflict, and what is not known yet is awaited', () => {
  expect(said('base-branch', { facts: { base: { ref: 'release', sha: HEAD } } })).toMatch(
    /^fail: it goes into release/,
  )
  expect(said('base-branch', { facts: { mergeable: 'no' } })).toMatch(/^fail: conflicts with main/)
  expect(said('base-branch', { facts: { mergeable: 'unknown' } })).toMatch(/^pending/)
})

test('labels are required or forbidden, in either case of letters', () => {
  expect(said('labels', { facts: { labels: ['Needs-Human'] } })).toMatch(
    /^fail: take off the label needs-human/,
  )
  expect(said('labels', { with: { require: ['ok', 'BUG'] } })).toBe('fail: add the label ok')
  expect(said('labels', { with: {} })).toMatch(/^error/)
})
