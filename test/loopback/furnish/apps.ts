// Owns how Apps come to be on the loopback GitHub, are installed and removed, and how a job gets its token.
import { generateKeyPairSync } from 'node:crypto'
import type { Forge } from '../forge.ts'
import { installationRepositories, installationShape } from '../shapes/account.ts'
import type { Account, App, Installation, InstallationToken, Permissions } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { installationOn } from '../world/world.ts'
import { accountCalled, makeAccount, repositoryCalled, secretToken } from './accounts.ts'

/** GitHub's own App for Actions; every GITHUB_TOKEN and every job's check run is of this one App. */
export const ACTIONS_APP_ID = 15_368

/** A job's token ends with the job, and at the latest after a day; source: "Automatic token authentication". */
const JOB_TOKEN_MS = 24 * 3_600_000

let keys: ReturnType<typeof keyPair> | undefined

/** One key pair a process: making one takes longer than starting the server. */
export function keyPair(): { readonly privateKey: string; readonly publicKey: App['publicKey'] } {
  if (keys !== undefined) return keys
  const made = generateKeyPairSync('rsa', { modulusLength: 2048 })
  keys = {
    publicKey: made.publicKey,
    privateKey: made.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  }
  return keys
}

export interface NewApp {
  readonly slug: string
  readonly name?: string
  readonly owner?: string
  readonly permissions: Permissions
  readonly events: readonly string[]
  readonly webhook?: { readonly url?: string; readonly secret?: string; readonly active?: boolean }
  /** the process's one key unless told */
  readonly publicKey?: App['publicKey']
}

export function makeApp(forge: Forge, wanted: NewApp, id = forge.world.nextShortId()): App {
  const { world, clock } = forge
  const { slug, owner } = wanted
  const app: App = {
    id,
    clientId: `Iv23loopback${id}`,
    slug,
    name: wanted.name ?? slug,
    owner:
      owner === undefined ? makeAccount(forge, `${slug}-owner`, 'Organization') : accountCalled(world, owner),
    bot: makeAccount(forge, `${slug}[bot]`, 'Bot'),
    permissions: { metadata: 'read', ...wanted.permissions },
    events: wanted.events,
    publicKey: wanted.publicKey ?? keyPair().publicKey,
    createdAt: clock.iso(),
    webhook: {
      url: wanted.webhook?.url,
      secret: wanted.webhook?.secret,
      active: wanted.webhook?.active ?? true,
      contentType: 'json',
      insecureSsl: '0',
    },
    hookId: world.nextId(),
  }
  world.apps.set(id, app)
  return app
}

export function actionsApp(forge: Forge): App {
  const names = ['actions', 'checks', 'contents', 'deployments', 'issues', 'pull_requests', 'statuses']
  const permissions = Object.fromEntries(names.map((name) => [name, 'write'] as const))
  return (
    forge.world.apps.get(ACTIONS_APP_ID) ??
    makeApp(
      forge,
      { slug: 'github-actions', name: 'GitHub Actions', permissions, events: [] },
      ACTIONS_APP_ID,
    )
  )
}

/** Installs without a webhook; `install` says that it happened. */
export function installApp(
  { world, clock }: Forge,
  app: App,
  account: Account,
  repositories: 'all' | Set<number>,
): Installation {
  const installation: Installation = {
    id: world.nextId(),
    app,
    account,
    repositories,
    permissions: app.permissions,
    events: app.events,
    createdAt: clock.iso(),
    suspendedAt: null,
    suspendedBy: null,
  }
  world.installations.set(installation.id, installation)
  return installation
}

export function sayInstallation(
  forge: Forge,
  action: 'created' | 'deleted' | 'suspend' | 'unsuspend' | 'new_permissions_accepted',
  installation: Installation,
): void {
  forge.emit({
    name: 'installation',
    action,
    sender: installation.account,
    installation,
    only: installation.app,
    payload: {
      installation: installationShape(forge, installation),
      repositories: installationRepositories(forge, installation),
      ...(action === 'created' || action === 'deleted' ? { requester: null } : {}),
    },
    byJob: false,
  })
}

/** `repositories` are full names. */
export function install(
  forge: Forge,
  app: App,
  login: string,
  repositories: 'all' | readonly string[],
): Installation {
  const { world } = forge
  const ids =
    repositories === 'all'
      ? repositories
      : new Set(repositories.map((name) => repositoryCalled(world, name).id))
  const installation = installApp(forge, app, accountCalled(world, login), ids)
  sayInstallation(forge, 'created', installation)
  return installation
}

/** The owner of the account accepts what the App asks for by now; until then its installation has what it had. */
export function acceptPermissions(forge: Forge, installation: Installation): void {
  const { permissions, events } = installation.app
  Object.assign(installation, { permissions, events } satisfies Partial<Installation>)
  sayInstallation(forge, 'new_permissions_accepted', installation)
}

/** A person removes the App: its tokens die with it. */
export function uninstall(forge: Forge, installation: Installation): void {
  forge.world.installations.delete(installation.id)
  sayInstallation(forge, 'deleted', installation)
}

/** A job's GITHUB_TOKEN, as the runner is given it. */
export function jobToken(
  forge: Forge,
  repository: Repository,
  permissions: Permissions,
  job: { readonly runId: number; readonly actor: Account },
): InstallationToken {
  const installation = installationOn(forge.world, actionsApp(forge), repository)
  if (installation === undefined) throw new Error('Actions is not installed on the repository')
  const token: InstallationToken = {
    kind: 'installation',
    token: secretToken('ghs'),
    installation,
    permissions: { metadata: 'read', ...permissions },
    repositories: new Set([repository.id]),
    expiresAt: forge.clock.now() + JOB_TOKEN_MS,
    job,
    revoked: false,
  }
  forge.world.tokens.set(token.token, token)
  return token
}
