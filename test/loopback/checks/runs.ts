// Owns how a check run is made, changed and asked for again, and what webhooks follow; the API and the runner use it.
import type { Forge } from '../forge.ts'
import type { Account, App } from '../world/accounts.ts'
import type { Annotation, CheckRun, CheckStatus, CheckSuite, Conclusion } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import { foldSuite } from './rollup.ts'
import { sayCheckRun, sayCheckSuite } from './say.ts'
import { addSuite, branchAt, suiteOf } from './suites.ts'

/** Source: docs.github.com, "Create a check run": more of one name in a suite delete the oldest. */
const MOST_OF_ONE_NAME = 1000

/** What an App says of its run; what is undefined stays as it is. */
export interface RunChange {
  readonly name?: string | undefined
  readonly externalId?: string | undefined
  readonly detailsUrl?: string | undefined
  readonly status?: CheckStatus | undefined
  readonly conclusion?: Conclusion | undefined
  readonly startedAt?: string | undefined
  readonly completedAt?: string | undefined
  readonly output?: Partial<CheckRun['output']> | undefined
  /** appended to those there are */
  readonly annotations?: readonly Annotation[] | undefined
  readonly actions?: CheckRun['actions'] | undefined
}

export interface NewRun extends RunChange {
  readonly app: App
  readonly name: string
  readonly sha: string
  /** the suite of a workflow run; else the App's of that commit, made where there is none */
  readonly suite?: CheckSuite
}

export interface By {
  readonly sender: Account
  /** done with a GITHUB_TOKEN */
  readonly byJob: boolean
}

/** A conclusion completes the run, and a run that goes on has none. */
function settle(forge: Forge, run: CheckRun, change: RunChange): void {
  if (change.conclusion !== undefined) {
    run.status = 'completed'
    run.conclusion = change.conclusion
    run.completedAt = change.completedAt ?? forge.clock.iso()
  } else if (change.status !== undefined) {
    run.status = change.status
    run.conclusion = null
    run.completedAt = null
  }
}

function apply(forge: Forge, run: CheckRun, change: RunChange): void {
  run.name = change.name ?? run.name
  run.externalId = change.externalId ?? run.externalId
  run.detailsUrl = change.detailsUrl ?? run.detailsUrl
  run.startedAt = change.startedAt ?? run.startedAt
  run.actions = change.actions ?? run.actions
  run.output = { ...run.output, ...change.output }
  run.annotations.push(...(change.annotations ?? []))
  settle(forge, run, change)
}

async function suiteFor(forge: Forge, repository: Repository, wanted: NewRun): Promise<CheckSuite> {
  const known = wanted.suite ?? suiteOf(repository, wanted.app, wanted.sha)
  if (known !== undefined) return known
  const branch = await branchAt(repository, wanted.sha)
  // another call may have made it meanwhile
  return (
    suiteOf(repository, wanted.app, wanted.sha) ??
    addSuite(forge, repository, { app: wanted.app, sha: wanted.sha, branch })
  )
}

function touch(forge: Forge, suite: CheckSuite): void {
  suite.rerequestedAt = undefined
  suite.updatedAt = forge.clock.iso()
}

async function sayCompleted(forge: Forge, repository: Repository, run: CheckRun, by: By): Promise<void> {
  await sayCheckRun(forge, repository, run, { ...by, action: 'completed' })
  const suite = repository.checkSuites.get(run.suite)
  if (suite !== undefined && foldSuite(repository, suite).status === 'completed') {
    await sayCheckSuite(forge, repository, suite, { ...by, action: 'completed' })
  }
}

function dropOldest(repository: Repository, suite: CheckSuite, name: string): void {
  const same = [...repository.checkRuns.values()].filter((run) => run.suite === suite.id && run.name === name)
  for (const { id } of same.slice(0, Math.max(0, same.length - MOST_OF_ONE_NAME))) {
    repository.checkRuns.delete(id)
  }
}

/** Says `created`, and `completed` where the run is born so. */
export async function addCheckRun(
  forge: Forge,
  repository: Repository,
  wanted: NewRun,
  by: By,
): Promise<CheckRun> {
  const suite = await suiteFor(forge, repository, wanted)
  const now = forge.clock.iso()
  const run: CheckRun = {
    id: forge.world.nextId(),
    suite: suite.id,
    app: wanted.app,
    name: wanted.name,
    headSha: wanted.sha,
    externalId: '',
    // source: "Create a check run": without one, the homepage of the App
    detailsUrl: `${forge.origin}/apps/${wanted.app.slug}`,
    status: 'queued',
    conclusion: null,
    startedAt: now,
    completedAt: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    actions: [],
    createdAt: now,
  }
  apply(forge, run, wanted)
  repository.checkRuns.set(run.id, run)
  dropOldest(repository, suite, run.name)
  touch(forge, suite)
  await sayCheckRun(forge, repository, run, { ...by, action: 'created' })
  if (run.status === 'completed') await sayCompleted(forge, repository, run, by)
  return run
}

/** Says `completed` with each conclusion given, also a second one. */
export async function changeCheckRun(
  forge: Forge,
  repository: Repository,
  run: CheckRun,
  change: RunChange,
  by: By,
): Promise<void> {
  apply(forge, run, change)
  const suite = repository.checkSuites.get(run.suite)
  if (suite !== undefined) touch(forge, suite)
  if (change.conclusion !== undefined) await sayCompleted(forge, repository, run, by)
}

/**
 * The suite waits again, the run stays as it is: its App decides.
 * Source: docs.github.com, "Rerequest a check run".
 */
export async function rerequestRun(
  forge: Forge,
  repository: Repository,
  run: CheckRun,
  by: By,
): Promise<void> {
  const suite = repository.checkSuites.get(run.suite)
  if (suite !== undefined) suite.rerequestedAt = forge.clock.iso()
  await sayCheckRun(forge, repository, run, { ...by, action: 'rerequested' })
}

export async function rerequestSuite(
  forge: Forge,
  repository: Repository,
  suite: CheckSuite,
  by: By,
): Promise<void> {
  suite.rerequestedAt = forge.clock.iso()
  await sayCheckSuite(forge, repository, suite, { ...by, action: 'rerequested' })
}
