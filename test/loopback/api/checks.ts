// Owns the operations of check runs: made, changed, read, listed and asked for again.
import { addCheckRun, changeCheckRun, rerequestRun } from '../checks/runs.ts'
import { latestRuns, runsOfSuite } from '../checks/rollup.ts'
import { expireRuns } from '../checks/stale.ts'
import { annotationShape, checkRunShape } from '../shapes/checks.ts'
import type { CheckRun } from '../world/checks.ts'
import { ApiError, notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { created, numberParam, ok } from '../server/call.ts'
import { page, pageAsync } from '../server/paging.ts'
import { parseRunChange } from './check-run-body.ts'
import { suiteIn } from './check-suites.ts'
import { by, checkingApp, commitIn } from './checks-call.ts'

/** Source: docs.github.com, "List check runs for a Git reference": of the newest 1,000 suites only. */
const MOST_SUITES = 1000

function runIn(call: Pick<Call, 'forge' | 'params' | 'repository'>): CheckRun {
  expireRuns(call.forge, call.repository)
  const run = call.repository.checkRuns.get(numberParam(call, 'check_run_id'))
  if (run === undefined) throw notFound()
  return run
}

/** @throws {ApiError} 403 for another App's run: on that rest the checks that are pinned to an App */
function ownRun(call: Pick<Call, 'actor' | 'forge' | 'params' | 'repository'>): CheckRun {
  const run = runIn(call)
  if (run.app.id !== checkingApp(call).id) {
    throw new ApiError(403, 'A check run can be changed only by the GitHub App that created it.')
  }
  return run
}

function listed(
  call: Pick<Call, 'forge' | 'repository' | 'query' | 'url'>,
  runs: readonly CheckRun[],
): Promise<Reply> {
  const { query } = call
  const [name, status, app] = ['check_name', 'status', 'app_id'].map((key) => query.get(key))
  const newest = query.get('filter') === 'all' ? [...runs].sort((a, b) => b.id - a.id) : latestRuns(runs)
  const chosen = newest.filter(
    (run) =>
      (name === null || run.name === name) &&
      (status === null || run.status === status) &&
      (app === null || String(run.app.id) === app),
  )
  return pageAsync(
    call,
    chosen,
    (run) => checkRunShape(call.forge, call.repository, run),
    (slice, total) => ({ total_count: total, check_runs: slice }),
  )
}

export const checkOperations: Operations = {
  'checks/create': async (call) => {
    const { forge, repository, body } = call
    const app = checkingApp(call)
    const change = parseRunChange(body)
    if (body.name.trim() === '') throw unprocessable('Invalid request.\n\n"name" wasn\'t supplied.')
    const sha = await commitIn(call, body.head_sha)
    if (sha !== body.head_sha) throw unprocessable(`No commit found for SHA: ${body.head_sha}`)
    const run = await addCheckRun(forge, repository, { ...change, app, sha, name: body.name }, by(call))
    const shape = await checkRunShape(forge, repository, run)
    return created(shape, shape.url)
  },
  'checks/update': async (call) => {
    const { forge, repository } = call
    const run = ownRun(call)
    await changeCheckRun(forge, repository, run, parseRunChange(call.body), by(call))
    return ok(await checkRunShape(forge, repository, run))
  },
  'checks/get': async (call) => ok(await checkRunShape(call.forge, call.repository, runIn(call))),
  'checks/list-annotations': (call) => {
    const run = runIn(call)
    return page(call, run.annotations, (one) => annotationShape(call.forge, call.repository, run, one))
  },
  'checks/list-for-ref': async (call) => {
    const { repository } = call
    const sha = await commitIn(call, call.params['ref'] ?? '')
    expireRuns(call.forge, repository)
    const suites = [...repository.checkSuites.values()].filter((suite) => suite.headSha === sha)
    return listed(
      call,
      suites.slice(-MOST_SUITES).flatMap((suite) => runsOfSuite(repository, suite)),
    )
  },
  'checks/list-for-suite': (call) => {
    expireRuns(call.forge, call.repository)
    return listed(call, runsOfSuite(call.repository, suiteIn(call)))
  },
  'checks/rerequest-run': async (call) => {
    const run = ownRun(call)
    if (run.status !== 'completed') throw unprocessable('This check run is not rerequestable')
    await rerequestRun(call.forge, call.repository, run, by(call))
    return created({})
  },
}
