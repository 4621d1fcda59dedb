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

export const TOLERANCES: readonly Tolerance[] = [
  { of: 'checks/get', part: 'reply', field: '/conclusion', reason: STALE },
  { of: 'checks/list-for-ref', part: 'reply', field: '/check_runs/*/conclusion', reason: STALE },
  { of: 'checks/list-for-suite', part: 'reply', field: '/check_runs/*/conclusion', reason: STALE },
  { of: 'actions/list-workflow-runs', part: 'request', field: '/query/created', reason: RANGE },
  { of: 'actions/list-workflow-runs-for-repo', part: 'request', field: '/query/created', reason: RANGE },
]

export function tolerates(tolerance: Tolerance, pointer: string): boolean {
  const wanted = tolerance.field.split('/')
  const given = pointer.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((name, at) => (name === '*' ? /^\d+$/.test(given[at] ?? '') : name === given[at]))
  )
}
