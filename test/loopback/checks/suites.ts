// Owns how check suites come to be: by a push, by an App's wish, or because a check run needs one.
import { sayCheckSuite } from './say.ts'
import type { Forge } from '../forge.ts'
import { ACTIONS_APP_ID } from '../furnish/apps.ts'
import { ZERO_SHA } from '../git/names.ts'
import type { Pusher, RefChange } from '../pushes.ts'
import type { App } from '../world/accounts.ts'
import type { CheckSuite } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import { installationOn } from '../world/world.ts'

const BRANCH = 'refs/heads/'
/** Source: docs.github.com, "About status checks", Skipping checks: a trailer at the end of the message. */
const SKIP = /(?:^|\n)skip-checks:\s*true\s*$/i

export interface NewSuite {
  readonly app: App
  readonly sha: string
  readonly branch: string | null
  readonly before?: string | null
  readonly after?: string | null
  /** the workflow run that the suite belongs to */
  readonly run?: number
}

export function addSuite(forge: Forge, repository: Repository, wanted: NewSuite): CheckSuite {
  const now = forge.clock.iso()
  const suite: CheckSuite = {
    id: forge.world.nextId(),
    app: wanted.app,
    headSha: wanted.sha,
    headBranch: wanted.branch,
    before: wanted.before ?? null,
    after: wanted.after ?? null,
    createdAt: now,
    updatedAt: now,
    rerequestedAt: undefined,
    run: wanted.run,
  }
  repository.checkSuites.set(suite.id, suite)
  return suite
}

/** Of an App and commit there is one suite; those of Actions belong to its workflow runs. */
export function suiteOf(repository: Repository, app: App, sha: string): CheckSuite | undefined {
  const own = [...repository.checkSuites.values()].filter(
    (suite) => suite.app.id === app.id && suite.headSha === sha,
  )
  return own.find((suite) => suite.run === undefined) ?? own[0]
}

/** The branch of the repository that stands at a commit; null for a commit known from a fork only. */
export async function branchAt(repository: Repository, sha: string): Promise<string | null> {
  const branches = await repository.git.refs(BRANCH)
  const at = branches.filter((ref) => ref.sha === sha).map((ref) => ref.name.slice(BRANCH.length))
  return at.find((name) => name !== repository.defaultBranch) ?? at[0] ?? null
}

function appsChecking(forge: Forge, repository: Repository): App[] {
  return [...forge.world.apps.values()].filter((app) => {
    const installation = installationOn(forge.world, app, repository)
    return (
      app.id !== ACTIONS_APP_ID &&
      installation?.suspendedAt === null &&
      installation.permissions['checks'] === 'write' &&
      !repository.suitesOff.has(app)
    )
  })
}

/**
 * A push of a commit makes one suite for each App that may write checks, and asks it alone for runs.
 * Source: docs.github.com, "Using the REST API to interact with checks".
 */
export async function suitesForPush(
  forge: Forge,
  repository: Repository,
  changes: readonly RefChange[],
  pusher: Pusher,
): Promise<void> {
  for (const { ref, before, after } of changes) {
    if (!ref.startsWith(BRANCH) || after === ZERO_SHA) continue
    const commit = await repository.git.commit(after)
    if (commit === undefined || SKIP.test(commit.message.trimEnd())) continue
    const branch = ref.slice(BRANCH.length)
    for (const app of appsChecking(forge, repository)) {
      if (suiteOf(repository, app, after) !== undefined) continue
      const suite = addSuite(forge, repository, { app, sha: after, branch, before, after })
      const { sender, byJob } = pusher
      await sayCheckSuite(forge, repository, suite, { action: 'requested', sender, byJob })
    }
  }
}
