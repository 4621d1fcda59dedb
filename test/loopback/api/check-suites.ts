// Owns the operations of check suites and of the setting that turns them off for an App.
import { rerequestSuite } from '../checks/runs.ts'
import { runsOfSuite } from '../checks/rollup.ts'
import { expireRuns } from '../checks/stale.ts'
import { addSuite, branchAt, suiteOf } from '../checks/suites.ts'
import { checkSuiteShape } from '../shapes/checks.ts'
import { simpleRepository } from '../shapes/repository.ts'
import type { CheckSuite } from '../world/checks.ts'
import { installationOn } from '../world/world.ts'
import { ApiError, notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { created, numberParam, ok } from '../server/call.ts'
import { pageAsync } from '../server/paging.ts'
import { by, checkingApp, commitIn } from './checks-call.ts'

export function suiteIn(call: Pick<Call, 'forge' | 'params' | 'repository'>): CheckSuite {
  expireRuns(call.forge, call.repository)
  const suite = call.repository.checkSuites.get(numberParam(call, 'check_suite_id'))
  if (suite === undefined) throw notFound()
  return suite
}

export const checkSuiteOperations: Operations = {
  'checks/create-suite': async (call) => {
    const { forge, repository } = call
    const app = checkingApp(call)
    const sha = await commitIn(call, call.body.head_sha)
    const known = suiteOf(repository, app, sha)
    if (known !== undefined) return ok(await checkSuiteShape(forge, repository, known))
    const branch = await branchAt(repository, sha)
    const suite = addSuite(forge, repository, { app, sha, branch })
    return created(await checkSuiteShape(forge, repository, suite))
  },
  'checks/get-suite': async (call) => ok(await checkSuiteShape(call.forge, call.repository, suiteIn(call))),
  'checks/list-suites-for-ref': async (call) => {
    const { forge, repository, query } = call
    const sha = await commitIn(call, call.params['ref'] ?? '')
    expireRuns(forge, repository)
    const [name, app] = [query.get('check_name'), query.get('app_id')]
    const suites = [...repository.checkSuites.values()].filter(
      (suite) =>
        suite.headSha === sha &&
        (app === null || String(suite.app.id) === app) &&
        (name === null || runsOfSuite(repository, suite).some((run) => run.name === name)),
    )
    return pageAsync(
      call,
      suites,
      (suite) => checkSuiteShape(forge, repository, suite),
      (slice, total) => ({ total_count: total, check_suites: slice }),
    )
  },
  'checks/rerequest-suite': async (call) => {
    const suite = suiteIn(call)
    if (suite.app.id !== checkingApp(call).id) {
      throw new ApiError(403, 'The check suite belongs to another GitHub App.')
    }
    await rerequestSuite(call.forge, call.repository, suite, by(call))
    return created({})
  },
  'checks/set-suites-preferences': (call) => {
    const { forge, repository } = call
    const settings = call.body.auto_trigger_checks ?? []
    const apps = settings.map(({ app_id: id }) => forge.world.apps.get(id))
    if (apps.some((app) => app === undefined || installationOn(forge.world, app, repository) === undefined)) {
      throw unprocessable('One of the Apps is not installed on the repository.')
    }
    for (const [at, app] of apps.entries()) {
      if (app === undefined) continue
      if (settings[at]?.setting === false) repository.suitesOff.add(app)
      else repository.suitesOff.delete(app)
    }
    return ok({
      preferences: { auto_trigger_checks: settings },
      repository: simpleRepository(forge, repository),
    })
  },
}
