// What the oracle finds in requests, replies and webhooks, and what it lets through.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Json } from './convert.ts'
import type { Operation } from './description.ts'
import { operations } from './description.ts'
import { makeOracle } from './oracle.ts'
import { TOLERANCES } from './tolerances.ts'
import { problemsIn } from './validators.ts'

const { examples } = JSON.parse(readFileSync(new URL('examples.json', import.meta.url), 'utf8')) as {
  examples: Record<string, Json>
}
const issue = { owner: 'o', repo: 'r', issue_number: '7' }
const json = 'application/json; charset=utf-8'

function operation(id: string): Operation {
  const found = operations().get(id)
  if (found === undefined) throw new Error(`no operation ${id}`)
  return found
}

function request(
  id: string,
  given: { params?: Record<string, string>; query?: string; body?: unknown },
): string[] {
  const query = new URLSearchParams(given.query ?? '')
  return makeOracle().request(operation(id), { params: given.params ?? issue, query, body: given.body })
}

function reply(id: string, status: number, body: unknown, contentType: string | undefined = json): string[] {
  return makeOracle().reply(operation(id), { status, contentType, body })
}

const label = {
  id: 1,
  node_id: 'x',
  url: 'http://127.0.0.1/api/v3/repos/o/r/labels/bug',
  name: 'bug',
  description: null,
  color: 'ff0000',
  default: false,
}

/** Where GitHub's own example of a reply does not fit GitHub's own description of it. */
const DRIFT: Record<string, readonly string[]> = {
  'apps/create-installation-access-token 201 default': [
    'at /repositories/0/template_repository: is not a field that GitHub describes',
    'at /repositories/0/subscribers_count: is not a field that GitHub describes',
    'at /repositories/0/network_count: is not a field that GitHub describes',
  ],
  'repos/get-collaborator-permission-level 200 response-if-user-has-admin-permissions': [
    'at /user/role_name: is required and absent',
  ],
  'repos/list-teams 200 default': ['at /0/type: is required and absent'],
}

test.each(Object.keys(examples).filter((key) => !key.startsWith('issues/get ')))(
  'the example of GitHub for %s is judged as known',
  (key) => {
    const [id = '', status = ''] = key.split(' ')
    expect(reply(id, Number(status), examples[key])).toEqual(DRIFT[key] ?? [])
  },
)

test('the old example of an issue lacks what GitHub requires today', () => {
  const problems = reply('issues/get', 200, examples['issues/get 200 default'])
  expect(problems).toContain('at /comments: is required and absent')
  expect(problems).toHaveLength(21)
})

test.each([
  [
    'a parameter of the path',
    { params: { ...issue, issue_number: 'seven' } },
    'at /path/issue_number: must be integer',
  ],
  [
    'a missing parameter',
    { params: { owner: 'o', repo: 'r' } },
    'at /path/issue_number: is required and absent',
  ],
  ['a query parameter', { query: 'per_page=many' }, 'at /query/per_page: must be integer'],
  ['a repeated parameter', { query: 'page=1&page=2' }, 'at /query/page: is given more than once'],
  [
    'an unknown parameter',
    { query: 'per-page=9' },
    'at /query/per-page: is not a query parameter of issues/list-comments',
  ],
  ['a body', { body: { a: 1 } }, 'at /body: is given, and issues/list-comments takes none'],
])('%s that does not fit is a problem of the request', (_what, given, problem) => {
  expect(request('issues/list-comments', given)).toEqual([problem])
})

test.each([
  ['an absent body', undefined, ['at /body: is required and absent']],
  ['an absent property', {}, ['at /body/body: is required and absent']],
  ['a wrong property', { body: 7 }, ['at /body/body: must be string']],
  [
    'an unknown property',
    { body: 'x', text: 'y' },
    ['at /body/text: is not a property that GitHub describes'],
  ],
])('%s is a problem of the body', (_what, body, problems) => {
  expect(request('issues/create-comment', { body })).toEqual(problems)
})

test('what fits is no problem of the request', () => {
  expect(
    request('issues/list-comments', { query: 'per_page=100&page=2&since=2026-01-01T00:00:00Z' }),
  ).toEqual([])
  expect(request('issues/list-comments', { body: {} })).toEqual([])
  expect(request('issues/create-comment', { body: { body: 'Done.' } })).toEqual([])
  expect(request('issues/update', {})).toEqual([])
  expect(
    request('actions/get-workflow', { params: { owner: 'o', repo: 'r', workflow_id: 'ci.yml' } }),
  ).toEqual([])
})

test('a body that GitHub describes by alternatives takes the properties of all of them, and no other', () => {
  const params = { owner: 'o', repo: 'r' }
  const done = { name: 'x', head_sha: 'a'.repeat(40), status: 'completed', conclusion: 'success' }
  expect(request('checks/create', { params, body: done })).toEqual([])
  expect(request('checks/create', { params, body: { ...done, sumary: 'x' } })).toEqual([
    'at /body/sumary: is not a property that GitHub describes',
  ])
  expect(request('issues/add-labels', { body: { labels: ['a'] } })).toEqual([])
})

test('a field of a reply that GitHub does not describe is a problem, at any depth', () => {
  expect(reply('issues/get-label', 200, label)).toEqual([])
  expect(reply('issues/get-label', 200, { ...label, colour: 'x', name: 7 })).toEqual([
    'at /colour: is not a field that GitHub describes',
    'at /name: must be string',
  ])
  const comment = examples['issues/create-comment 201 default'] as { user: object }
  const user = { ...comment.user, twitter: 'x' }
  // user may be null, and is not what null would be
  expect(reply('issues/create-comment', 201, { ...comment, user })).toEqual([
    'at /user/twitter: is not a field that GitHub describes',
  ])
  expect(reply('issues/create-comment', 201, { ...comment, user: null })).toEqual([])
})

test('a field beside a composition of several schemas is a problem too', () => {
  const read = reply('apps/list-repos-accessible-to-installation', 200, {
    total_count: 1,
    repositories: [{ custom_properties: {}, stars: 1 }],
  })
  expect(read).toContain('at /repositories/0/stars: is not a field that GitHub describes')
  expect(read.join(' ')).not.toContain('custom_properties')
})

test('where a reply may have several forms, the problems are those of the form that fits best', () => {
  const file = examples['repos/get-content 200 response-if-content-is-a-file'] as object
  expect(reply('repos/get-content', 200, { ...file, size: 'large', mode: '100644' })).toEqual([
    'at /mode: is not a field that GitHub describes (in the closest of 4 forms)',
    'at /size: must be integer (in the closest of 4 forms)',
  ])
})

test('what is wrong beside a choice is said beside what is wrong in it', () => {
  const schema = { enum: ['a'], oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }
  const judged = { half: 'rest', variant: 'as-is', key: 'test of a choice', schema } as const
  expect(problemsIn(judged, ['b', 7])).toEqual([
    { pointer: '', what: 'must be one of ["a"]' },
    { pointer: '/1', what: 'must be string (in the closest of 2 forms)' },
  ])
  expect(problemsIn(judged, 'a')).toEqual([])
})

test.each([
  ['a success that is not declared', 'issues/get', 202, {}, 'at /: 202 is not a status of issues/get ('],
  ['a body where there is none', 'issues/unlock', 204, {}, 'at /: a 204 has no body'],
  ['no body where there is one', 'issues/get', 200, undefined, 'at /: a 200 of issues/get has a body'],
  ['null where there is an object', 'actions/re-run-workflow', 201, null, 'at /: must be object'],
])('%s is a problem of the reply', (_what, id, status, body, problem) => {
  const [found, ...more] = reply(id, status, body)
  expect(found).toContain(problem)
  expect(more).toEqual([])
})

test('JSON that is not sent as JSON is a problem of the reply', () => {
  expect(reply('issues/get-label', 200, label, 'text/csv')).toHaveLength(1)
  expect(reply('issues/get-label', 200, label, 'image/png')).toEqual([
    'at /: a 200 of issues/get-label is not of type image/png',
  ])
})

test('an error that is not declared has the form of an error, and is counted apart', () => {
  const oracle = makeOracle()
  const answer = (status: number, body: unknown): string[] =>
    oracle.reply(operation('issues/list-comments'), { status, contentType: json, body })
  const page = { documentation_url: 'https://docs.github.com/rest', status: '502' }
  expect(answer(502, { message: 'Server Error', ...page })).toEqual([])
  expect(
    answer(422, { message: 'Validation Failed', documentation_url: 'x', errors: [{ code: 'missing' }] }),
  ).toEqual([])
  expect(answer(301, { message: 'Moved Permanently', url: 'x', documentation_url: 'y' })).toEqual([])
  expect(answer(502, { error: 'x' })).toEqual(['at /error: is not a field that GitHub describes'])
  expect(
    oracle.reply(operation('issues/list-comments'), { status: 502, contentType: 'text/html', body: '<p>' }),
  ).toEqual(['at /: a 502 is JSON, not of type text/html'])
  expect(oracle.counts()).toMatchObject({ replies: 0, undeclaredErrors: 5 })
})

test('a reply that has not changed needs no declaration', () => {
  expect(reply('issues/get-label', 304, undefined, undefined)).toEqual([])
  expect(reply('issues/update', 304, undefined, undefined)).toHaveLength(1)
})

test('text of a media type is counted by its kind, and JSON of such a type is judged as JSON', () => {
  const oracle = makeOracle()
  const answer = (id: string, type: string, body: unknown): string[] =>
    oracle.reply(operation(id), { status: 200, contentType: `${type}; charset=utf-8`, body })
  expect(answer('pulls/get', 'application/vnd.github.diff', 'diff --git')).toEqual([])
  expect(answer('repos/get-content', 'application/vnd.github.raw+json', 'text')).toEqual([])
  expect(answer('pulls/get', 'application/vnd.github.patch', {})).toEqual([
    'at /: a body of type application/vnd.github.patch is text',
  ])
  expect(answer('issues/get-label', 'application/vnd.github.raw+json', label)).toEqual([])
  expect(oracle.counts()).toMatchObject({ replies: 1, exempt: { 'media type': 3 } })
})

test('a webhook is found by event and action, and is closed as a reply is', () => {
  const oracle = makeOracle()
  const body = { action: 'created', label, repository: {}, colour: 'x' }
  expect(oracle.webhook('label', 'created', body)).toContain(
    'at /colour: is not a field that GitHub describes',
  )
  expect(oracle.webhook('pull_request', 'ready_for_review', {})).toContain(
    'at /action: is required and absent',
  )
  expect(oracle.webhook('push', undefined, {})).toContain('at /ref: is required and absent')
  expect(oracle.webhook('repository_dispatch', 'deploy', {})).toContain('at /branch: is required and absent')
  expect(oracle.webhook('label', 'painted', {})).toEqual([
    'at /: GitHub describes no such webhook in the subset',
  ])
  expect(oracle.counts().webhooks).toBe(5)
})

test('problems are remembered with their operation until they are taken', () => {
  const oracle = makeOracle()
  oracle.request(operation('issues/create-comment'), {
    params: issue,
    query: new URLSearchParams(),
    body: {},
  })
  oracle.graphql('mergePullRequest', ['Cannot query field "x".'])
  oracle.outside('GET /nothing')
  oracle.fail('GET /x: a bug')
  oracle.exempt('git')
  oracle.exempt('git')
  const problems = [
    'request issues/create-comment at /body/body: is required and absent',
    'graphql mergePullRequest: Cannot query field "x".',
    "GET /nothing is not part of the subset of GitHub's description; add it to selection.json",
    'the loopback failed: GET /x: a bug',
  ]
  expect(oracle.counts()).toEqual({
    requests: 1,
    replies: 0,
    undeclaredErrors: 0,
    webhooks: 0,
    graphql: 1,
    exempt: { git: 2 },
    unvalidated: problems,
  })
  expect(oracle.takeProblems()).toEqual(problems)
  expect(oracle.counts().unvalidated).toEqual([])
})

test('a tolerance drops the problems of one field of one operation, and says that it was used', () => {
  const type = {
    of: 'repos/list-teams',
    part: 'reply',
    field: '/*/type',
    reason: 'GitHub leaves it out',
  } as const
  const other = { ...type, field: '/*/slug' }
  const oracle = makeOracle([type, other])
  const teams = examples['repos/list-teams 200 default'] as object[]
  const answer = (body: unknown): string[] =>
    oracle.reply(operation('repos/list-teams'), { status: 200, contentType: json, body })
  expect(answer(teams)).toEqual([])
  expect(answer(teams.map((team) => ({ ...team, color: 'x' })))).toEqual([
    'at /0/color: is not a field that GitHub describes',
  ])
  expect(oracle.usedTolerances()).toEqual([type])
})

test('there are at most 20 tolerances, each of a known message and with a reason', () => {
  expect(TOLERANCES.length).toBeLessThanOrEqual(20)
  for (const { field, reason } of TOLERANCES) {
    expect(field).toMatch(/^\//)
    expect(reason.length).toBeGreaterThan(20)
  }
})

test('an error whose forms overlap may have any of them', () => {
  const error = { message: 'No.', documentation_url: 'https://docs.github.com/rest' }
  expect(reply('repos/create-or-update-file-contents', 409, { ...error, status: '409' })).toEqual([])
  expect(reply('git/create-blob', 422, error)).toEqual([])
  expect(reply('git/create-blob', 422, { ...error, reason: 'x' })).not.toEqual([])
})

test('the e-mail address of a bot is one, and text without a host is not', () => {
  const found = (email: string) => {
    const author = { name: 'tool[bot]', email }
    const problems = makeOracle().webhook('push', undefined, { head_commit: { author } })
    return problems.filter((problem) => problem.includes('/head_commit/author/email'))
  }
  expect(found('7+tool[bot]@users.noreply.github.com')).toEqual([])
  expect(found('tool[bot]')).not.toEqual([])
})
