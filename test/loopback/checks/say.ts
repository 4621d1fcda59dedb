// Owns what webhooks tell of check runs and suites, and whom: asking again concerns the owning App alone.
import type { Forge } from '../forge.ts'
import { checkRunEvent, checkSuiteEvent } from '../shapes/checks.ts'
import type { Account } from '../world/accounts.ts'
import type { CheckRun, CheckSuite } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'

interface Said<Action extends string> {
  readonly action: Action
  readonly sender: Account
  /** done with a GITHUB_TOKEN */
  readonly byJob: boolean
}

/** Source: docs.github.com, "Webhook events and payloads", check_run: the two others go to the owner only. */
const FOR_EVERYONE: readonly string[] = ['created', 'completed']

export async function sayCheckRun(
  forge: Forge,
  repository: Repository,
  run: CheckRun,
  {
    action,
    sender,
    byJob,
    requestedAction,
  }: Said<'created' | 'completed' | 'rerequested' | 'requested_action'> & {
    readonly requestedAction?: string
  },
): Promise<void> {
  forge.emit({
    name: 'check_run',
    action,
    repository,
    sender,
    byJob,
    ...(FOR_EVERYONE.includes(action) ? {} : { only: run.app }),
    payload: {
      check_run: await checkRunEvent(forge, repository, run),
      ...(requestedAction === undefined ? {} : { requested_action: { identifier: requestedAction } }),
    },
  })
}

export async function sayCheckSuite(
  forge: Forge,
  repository: Repository,
  suite: CheckSuite,
  { action, sender, byJob }: Said<'requested' | 'rerequested' | 'completed'>,
): Promise<void> {
  forge.emit({
    name: 'check_suite',
    action,
    repository,
    sender,
    byJob,
    ...(FOR_EVERYONE.includes(action) ? {} : { only: suite.app }),
    payload: { check_suite: await checkSuiteEvent(forge, repository, suite) },
  })
}
