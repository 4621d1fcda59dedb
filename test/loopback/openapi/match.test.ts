// Which operation a path belongs to, and the values of its parameters.
import { expect, test } from 'vitest'
import { matchOperation, operations } from './description.ts'

function match(line: string): unknown {
  const [method = '', path = ''] = line.split(' ')
  const found = matchOperation(method, path)
  return found && [found.operation.id, found.params]
}

const repo = { owner: 'o', repo: 'r' }

test.each([
  ['GET /repos/o/r/issues/7', ['issues/get', { ...repo, issue_number: '7' }]],
  ['PATCH /repos/o/r/issues/7', ['issues/update', { ...repo, issue_number: '7' }]],
  ['GET /repos/o/r/issues/comments', ['issues/list-comments-for-repo', repo]],
  ['GET /user', ['users/get-authenticated', {}]],
])('%s is matched, literals before parameters', (line, expected) => {
  expect(match(line)).toEqual(expected)
})

test.each([
  ['GET /repos/o/r/contents/src/a/b.ts', ['repos/get-content', { ...repo, path: 'src/a/b.ts' }]],
  ['GET /repos/o/r/contents/', ['repos/get-content', { ...repo, path: '' }]],
  ['GET /repos/o/r/contents', ['repos/get-content', { ...repo, path: '' }]],
  ['GET /repos/o/r/git/matching-refs', ['git/list-matching-refs', { ...repo, ref: '' }]],
  ['GET /repos/o/r/git/ref/heads/fix/one', ['git/get-ref', { ...repo, ref: 'heads/fix/one' }]],
  [
    'GET /repos/o/r/compare/a/b...c/d',
    ['repos/compare-commits-with-basehead', { ...repo, basehead: 'a/b...c/d' }],
  ],
  ['GET /repos/o/r/branches/a/b', ['repos/get-branch', { ...repo, branch: 'a/b' }]],
  ['GET /repos/o/r/branches/a/b/protection', ['repos/get-branch-protection', { ...repo, branch: 'a/b' }]],
  ['GET /repos/o/r/commits/a/b/status', ['repos/get-combined-status-for-ref', { ...repo, ref: 'a/b' }]],
  ['GET /repos/o/r/commits/status', ['repos/get-commit', { ...repo, ref: 'status' }]],
])('%s has a value of several segments, or of none', (line, expected) => {
  expect(match(line)).toEqual(expected)
})

test.each([
  [
    'DELETE /repos/o/r/issues/7/labels/a%2Fb%20c',
    ['issues/remove-label', { ...repo, issue_number: '7', name: 'a/b c' }],
  ],
  ['GET /repos/o/r/contents/a%20b/c%23.md', ['repos/get-content', { ...repo, path: 'a b/c#.md' }]],
])('%s is decoded segment by segment', (line, expected) => {
  expect(match(line)).toEqual(expected)
})

test.each([
  'GET /repos/o/r/nothing',
  'GET /repos/o/r/issues/7/labels/a/b',
  'GET /repos/o//issues/7',
  'GET /repos/o/r/issues/7/',
  'GET repos/o/r',
  'TRACE /repos/o/r',
  'GET /repos/o/r/contents/100%',
])('%s is no operation', (line) => {
  expect(match(line)).toBeUndefined()
})

test('an operation says whether it replies with a list', () => {
  const lists = [
    'issues/list-comments',
    'issues/add-labels',
    'checks/list-for-ref',
    'issues/get',
    'repos/get-content',
  ]
  expect(lists.filter((id) => operations().get(id)?.repliesWithArray)).toEqual([
    'issues/list-comments',
    'issues/add-labels',
  ])
})

test('every operation of the subset is found by its own path', () => {
  const lost = [...operations().values()].filter(({ id, method, path }) => {
    const found = matchOperation(method, path.replaceAll(/\{[^}]+\}/g, '1'))
    return found?.operation.id !== id
  })
  expect(lost.map((operation) => operation.id)).toEqual([])
})
