// Owns what a person does to checks on the web page, where the API has no operation for it.
import { rerequestRun, rerequestSuite } from '../checks/runs.ts'
import { sayCheckRun } from '../checks/say.ts'
import type { Forge } from '../forge.ts'
import type { Account } from '../world/accounts.ts'
import type { CheckRun, CheckSuite } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import { atLeast, roleOf } from '../world/roles.ts'

function named<T>(what: string, found: T | undefined): T {
  if (found === undefined) throw new Error(`no ${what} of that id on the repository`)
  return found
}

/** Source: docs.github.com, "About status checks": who may push may ask again. */
function mayPush(forge: Forge, repository: Repository, person: Account): void {
  if (atLeast(roleOf(forge.world, person, repository), 'write')) return
  throw new Error(`${person.login} has no button to press: it needs write on ${repository.name}`)
}

/** Presses one of the buttons that a check run shows: its App hears `requested_action`. */
export async function pressAction(
  forge: Forge,
  repository: Repository,
  press: { readonly run: number; readonly identifier: string; readonly person: Account },
): Promise<void> {
  const run: CheckRun = named('check run', repository.checkRuns.get(press.run))
  mayPush(forge, repository, press.person)
  if (!run.actions.some(({ identifier }) => identifier === press.identifier)) {
    throw new Error(`the check run shows no button "${press.identifier}"`)
  }
  await sayCheckRun(forge, repository, run, {
    action: 'requested_action',
    requestedAction: press.identifier,
    sender: press.person,
    byJob: false,
  })
}

/** Presses «Re-run» of a check run, or «Re-run all checks» of a suite. */
export async function pressRerun(
  forge: Forge,
  repository: Repository,
  press: { readonly run?: number; readonly suite?: number; readonly person: Account },
): Promise<void> {
  mayPush(forge, repository, press.person)
  const by = { sender: press.person, byJob: false }
  if (press.run !== undefined) {
    await rerequestRun(forge, repository, named('check run', repository.checkRuns.get(press.run)), by)
    return
  }
  const suite: CheckSuite = named('check suite', repository.checkSuites.get(press.suite ?? 0))
  await rerequestSuite(forge, repository, suite, by)
}
