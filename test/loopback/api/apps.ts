// Owns the operations of Apps: who the App is, its installations and their tokens.
import { installationShape, integration } from '../shapes/account.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { secretToken } from '../furnish/accounts.ts'
import { sayInstallation, uninstall } from '../furnish/apps.ts'
import type { App, Installation, InstallationToken, Level, Permissions } from '../world/accounts.ts'
import { accountNamed, appNamed, covers, installationOn, repositoriesOf } from '../world/world.ts'
import { ApiError, notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { created, noContent, numberParam, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'

/** Source: docs.github.com, "Generating an installation access token for a GitHub App": it expires after one hour. */
const TOKEN_MS = 3_600_000
const MOST_REPOSITORIES = 500
const LEVELS: readonly Level[] = ['read', 'write', 'admin']

function appIn(call: Pick<Call, 'actor'>): App {
  if (call.actor.kind !== 'app') throw new ApiError(401, 'A JSON web token could not be decoded')
  return call.actor.app
}

function ownInstallation(call: Pick<Call, 'actor' | 'forge' | 'params'>): Installation {
  const found = call.forge.world.installations.get(numberParam(call, 'installation_id'))
  if (found === undefined || found.app.id !== appIn(call).id) throw notFound()
  return found
}

function narrowed(
  installation: Installation,
  asked: Readonly<Record<string, unknown>> | undefined,
): Permissions {
  if (asked === undefined) return installation.permissions
  for (const [name, level] of Object.entries(asked)) {
    const held = installation.permissions[name]
    if (held === undefined || LEVELS.indexOf(held) < LEVELS.indexOf(level as Level)) {
      throw unprocessable('The permissions requested are not granted to this installation.')
    }
  }
  return { metadata: 'read', ...(asked as Permissions) }
}

function chosenRepositories(
  call: Pick<Call, 'forge'>,
  installation: Installation,
  body: { repositories?: string[]; repository_ids?: number[] } | undefined,
): ReadonlySet<number> | undefined {
  const names = body?.repositories
  const ids = body?.repository_ids
  if (names === undefined && ids === undefined) return undefined
  if ((names ?? ids ?? []).length > MOST_REPOSITORIES) {
    throw unprocessable(`At most ${MOST_REPOSITORIES} repositories may be listed.`)
  }
  const own = repositoriesOf(call.forge.world, installation)
  const chosen = [
    ...(names ?? []).map((name) => own.find((r) => r.name.toLowerCase() === name.toLowerCase())),
    ...(ids ?? []).map((id) => own.find((r) => r.id === id)),
  ]
  if (chosen.includes(undefined)) {
    throw unprocessable(
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    )
  }
  return new Set(chosen.flatMap((repository) => repository?.id ?? []))
}

function tokenShape(call: Pick<Call, 'forge'>, token: InstallationToken) {
  const { forge } = call
  const { installation, repositories } = token
  const shown =
    repositories === undefined
      ? undefined
      : repositoriesOf(forge.world, installation).filter((repository) => repositories.has(repository.id))
  return {
    token: token.token,
    expires_at: forge.clock.iso(token.expiresAt),
    permissions: token.permissions,
    repository_selection:
      installation.repositories === 'all' && repositories === undefined ? 'all' : 'selected',
    ...(shown === undefined
      ? {}
      : { repositories: shown.map((repository) => repositoryShape(forge, repository)) }),
  }
}

function installationOfAccount(call: Pick<Call, 'actor' | 'forge'>, login: string) {
  const account = accountNamed(call.forge.world, login)
  const app = appIn(call)
  const found = [...call.forge.world.installations.values()].find(
    (installation) => installation.app.id === app.id && installation.account.id === account?.id,
  )
  if (found === undefined) throw notFound()
  return ok(installationShape(call.forge, found))
}

function suspend(call: Pick<Call, 'actor' | 'forge' | 'params'>, at: string | null) {
  const installation = ownInstallation(call)
  installation.suspendedAt = at
  installation.suspendedBy = at === null ? null : installation.account
  sayInstallation(call.forge, at === null ? 'unsuspend' : 'suspend', installation)
  return noContent()
}

export const appOperations: Operations = {
  'apps/get-authenticated': (call) => {
    const app = appIn(call)
    const count = [...call.forge.world.installations.values()].filter((i) => i.app.id === app.id).length
    return ok({ ...integration(call.forge, app), installations_count: count })
  },
  'apps/get-by-slug': (call) => {
    const app = appNamed(call.forge.world, call.params['app_slug'] ?? '')
    if (app === undefined) throw notFound()
    return ok(integration(call.forge, app))
  },
  'apps/list-installations': (call) => {
    const app = appIn(call)
    const own = [...call.forge.world.installations.values()].filter((i) => i.app.id === app.id)
    return page(call, own, (installation) => {
      const { client_id: _, ...listed } = installationShape(call.forge, installation)
      return listed
    })
  },
  'apps/get-installation': (call) => ok(installationShape(call.forge, ownInstallation(call))),
  'apps/delete-installation': (call) => {
    uninstall(call.forge, ownInstallation(call))
    return noContent()
  },
  'apps/suspend-installation': (call) => suspend(call, call.forge.clock.iso()),
  'apps/unsuspend-installation': (call) => suspend(call, null),
  'apps/create-installation-access-token': (call) => {
    const { world, clock } = call.forge
    const installation = ownInstallation(call)
    if (installation.suspendedAt !== null) throw new ApiError(403, 'This installation has been suspended')
    const token: InstallationToken = {
      kind: 'installation',
      token: secretToken('ghs'),
      installation,
      permissions: narrowed(installation, call.body?.permissions),
      repositories: chosenRepositories(call, installation, call.body),
      expiresAt: clock.now() + TOKEN_MS,
      revoked: false,
    }
    world.tokens.set(token.token, token)
    return created(tokenShape(call, token))
  },
  'apps/revoke-installation-access-token': (call) => {
    if (call.actor.kind !== 'installation') throw new ApiError(401, 'Bad credentials')
    call.actor.token.revoked = true
    return noContent()
  },
  'apps/get-repo-installation': (call) => {
    const app = appIn(call)
    const found = installationOn(call.forge.world, app, call.repository)
    if (found === undefined) throw notFound()
    return ok(installationShape(call.forge, found))
  },
  'apps/get-org-installation': (call) => installationOfAccount(call, call.params['org'] ?? ''),
  'apps/get-user-installation': (call) => installationOfAccount(call, call.params['username'] ?? ''),
  'apps/list-repos-accessible-to-installation': (call) => {
    if (call.actor.kind !== 'installation')
      throw new ApiError(403, 'You must authenticate with an installation access token')
    const { token } = call.actor
    const { installation, repositories } = token
    const seen = [...call.forge.world.repositories.values()].filter(
      (repository) =>
        covers(installation, repository) && (repositories === undefined || repositories.has(repository.id)),
    )
    return page(
      call,
      seen,
      (repository) => repositoryShape(call.forge, repository),
      (slice, total) => ({
        total_count: total,
        repository_selection: installation.repositories === 'all' ? 'all' : 'selected',
        repositories: slice,
      }),
    )
  },
}
