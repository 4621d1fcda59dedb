// Owns the filters of lists of runs: actor, branch, event, status or conclusion, commit, suite and date.
import { unprocessable } from '../server/api-error.ts'
import type { RunAttempt, WorkflowRun } from '../world/runs.ts'

const FILTERS = ['actor', 'branch', 'event', 'status', 'created', 'check_suite_id', 'head_sha']

export const isFiltered = (query: URLSearchParams) => FILTERS.some((name) => query.has(name))

/** Source: docs.github.com, "Understanding the search syntax", Query for dates. */
const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d))?$/
const DAY_MS = 24 * 3_600_000

/** From the first to the last millisecond that a date without a time stands for. */
function spanOf(text: string): { readonly from: number; readonly to: number } {
  if (!DATE.test(text) || Number.isNaN(Date.parse(text))) {
    throw unprocessable(`Invalid value for parameter created: ${text}`)
  }
  const from = Date.parse(text)
  return { from, to: text.includes('T') ? from + 999 : from + DAY_MS - 1 }
}

function isCreated(at: string, wanted: string): boolean {
  const time = Date.parse(at)
  const [low = '', high] = wanted.split('..')
  if (high !== undefined) {
    return (low === '*' || time >= spanOf(low).from) && (high === '*' || time <= spanOf(high).to)
  }
  const [, sign = '', date = ''] = /^(>=|<=|>|<)?(.*)$/.exec(wanted) ?? []
  const { from, to } = spanOf(date)
  switch (sign) {
    case '>':
      return time > to
    case '>=':
      return time >= from
    case '<':
      return time < from
    case '<=':
      return time <= to
    default:
      return time >= from && time <= to
  }
}

/** @throws {ApiError} 422 for a date that is none */
export function matchesQuery(run: WorkflowRun, latest: RunAttempt, query: URLSearchParams): boolean {
  const is = (name: string, ...values: (string | null)[]) => {
    const wanted = query.get(name)
    return wanted === null || values.includes(wanted)
  }
  const created = query.get('created')
  return (
    is('actor', run.actor.login) &&
    is('branch', run.headBranch) &&
    is('event', run.event) &&
    is('status', latest.status, latest.conclusion) &&
    is('head_sha', run.headSha) &&
    is('check_suite_id', String(run.suite)) &&
    (created === null || isCreated(run.createdAt, created))
  )
}
