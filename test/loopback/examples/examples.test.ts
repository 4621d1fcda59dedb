// Shows that payloads are held against Octokit's recorded examples, and what counts as a difference.
import { expect, test } from 'vitest'
import { compareWithExamples, RECORDED } from './examples.ts'
import { KNOWN_DIFFERENCES } from './known-differences.ts'
import { compareShapes, knownOf } from './shape.ts'

test('every recorded example agrees with itself', () => {
  const hooks = RECORDED.flatMap(({ name, examples }) =>
    examples.map((payload) => ({ event: name, action: payload['action'] as string | undefined, payload })),
  )
  const { compared, differences } = compareWithExamples(hooks)
  expect(compared).toBe(hooks.length)
  expect(differences).toEqual([])
})

test('a key that no example has, one that all have, and another type are differences', () => {
  const known = knownOf([
    { issue: { id: 1, title: 'a', labels: [{ name: 'x' }] } },
    { issue: { id: 2, title: 'b', labels: [] } },
  ])
  const differences = compareShapes(
    'issues',
    { issue: { id: '1', labels: [{ nick: 'x' }], extra: {} } },
    known,
  )
  expect(differences.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    'type issue.id',
    'ours issue.labels[].nick',
    'ours issue.extra',
    'theirs issue.title',
  ])
})

test('null agrees with any type, and what an example leaves empty says nothing about its keys', () => {
  const known = knownOf([{ issue: { milestone: { id: 1 }, labels: [] } }])
  expect(compareShapes('issues', { issue: { milestone: null, labels: [{ name: 'x' }] } }, known)).toEqual([])
})

test('each known difference has a reason', () => {
  expect(KNOWN_DIFFERENCES.filter(({ reason }) => reason.length < 20)).toEqual([])
})
