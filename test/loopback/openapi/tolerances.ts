// Owns the list of fields where GitHub's description is wrong about what GitHub sends: at most 20.

export interface Tolerance {
  /** Id of an operation, or the name of a webhook. */
  of: string
  part: 'request' | 'reply' | 'webhook'
  /** Pointer of exactly one field; `*` stands for the index of a list. */
  field: string
  /** What GitHub sends instead, and where GitHub itself shows it. */
  reason: string
}

/** The schema check-run lists no `stale`, which the guide about checks and the schema of the webhook both have. */
const STALE =
  'GitHub itself concludes a check run as stale: docs.github.com, "Using the REST API to interact with checks"'

/** The schema says date-time, and the operation's own text points to ranges such as `>=2026-01-01`. */
const RANGE =
  'GitHub takes a range of dates: docs.github.com, "Understanding the search syntax", Query for dates'
/** The schema pull-request wants an object, which the schemas of the other webhooks of a pull request do not. */
const FORK_GONE =
  'GitHub itself gives null once the fork is deleted: the schema of the webhook pull_request synchronize has it nullable'

/** The list's schema says that an account is a person and an enterprise at once (`allOf`). */
const EITHER =
  'an account is one of the two: the schema of a single installation (apps/get-installation) says anyOf'

/** The webhooks' schemas name the events and permissions of an App, and were not told of the merge queue's. */
const MERGE_QUEUE =
  'Apps may ask for them: docs.github.com, "Permissions required for GitHub Apps" and "Webhook events and payloads", merge_group'

export const TOLERANCES: readonly Tolerance[] = [
  ...['name', 'slug', 'created_at', 'updated_at'].map((field): Tolerance => ({
    of: 'apps/list-installations',
    part: 'reply',
    field: `/*/account/${field}`,
    reason: EITHER,
  })),
  { of: 'checks/get', part: 'reply', field: '/conclusion', reason: STALE },
  { of: 'checks/list-for-ref', part: 'reply', field: '/check_runs/*/conclusion', reason: STALE },
  { of: 'checks/list-for-suite', part: 'reply', field: '/check_runs/*/conclusion', reason: STALE },
  { of: 'actions/list-workflow-runs', part: 'request', field: '/query/created', reason: RANGE },
  { of: 'actions/list-workflow-runs-for-repo', part: 'request', field: '/query/created', reason: RANGE },
  { of: 'pulls/get', part: 'reply', field: '/head/repo', reason: FORK_GONE },
  { of: 'pulls/list', part: 'reply', field: '/*/head/repo', reason: FORK_GONE },
  { of: 'pulls/update', part: 'reply', field: '/head/repo', reason: FORK_GONE },
  ...['issue-comment-created', 'issue-comment-edited'].flatMap((of) =>
    ['events/*', 'permissions/merge_queues'].map((field): Tolerance => ({
      of,
      part: 'webhook',
      field: `/issue/performed_via_github_app/${field}`,
      reason: MERGE_QUEUE,
    })),
  ),
  {
    of: 'check-suite-completed',
    part: 'webhook',
    field: '/check_suite/app/permissions/merge_queues',
    reason: MERGE_QUEUE,
  },
  { of: 'pull-request-closed', part: 'webhook', field: '/pull_request/head/repo', reason: FORK_GONE },
]

export function tolerates(tolerance: Tolerance, pointer: string): boolean {
  const wanted = tolerance.field.split('/')
  const given = pointer.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((name, at) => (name === '*' ? /^\d+$/.test(given[at] ?? '') : name === given[at]))
  )
}
