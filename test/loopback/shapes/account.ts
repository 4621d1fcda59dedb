// Owns how accounts, Apps and installations look in replies and webhooks.
import type { Forge } from '../forge.ts'
import type { Account, App, Installation, Team } from '../world/accounts.ts'
import { GHOST, isGone } from '../world/ghost.ts'
import type { Repository } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'
import { repositoriesOf } from '../world/world.ts'
import { nodeId } from './node-id.ts'

/** GitHub's `simple-user`. */
export function simpleUser(forge: Forge, who: Account) {
  const account = isGone(who) ? GHOST : who
  const url = `${forge.api}/users/${encodeURIComponent(account.login)}`
  const page = account.type === 'Bot' ? `apps/${account.login.replace(/\[bot\]$/, '')}` : account.login
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `${forge.origin}/avatars/${account.id}`,
    gravatar_id: '',
    url,
    html_url: `${forge.origin}/${page}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: false,
  }
}

export const userOrNull = (forge: Forge, account: Account | null | undefined) =>
  account === null || account === undefined || isGone(account) ? null : simpleUser(forge, account)

/** GitHub's `public-user`. */
export function publicUser(forge: Forge, account: Account) {
  return {
    ...simpleUser(forge, account),
    name: account.name,
    company: null,
    blog: '',
    location: null,
    email: account.email,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: [...forge.world.repositories.values()].filter((r) => r.owner.id === account.id).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: account.createdAt,
    updated_at: account.createdAt,
  }
}

/** GitHub's `private-user`: what a person sees of themselves. */
export function privateUser(forge: Forge, account: Account) {
  const own = [...forge.world.repositories.values()].filter((r) => r.owner.id === account.id && r.private)
  return {
    ...publicUser(forge, account),
    user_view_type: 'private',
    private_gists: 0,
    total_private_repos: own.length,
    owned_private_repos: own.length,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
  }
}

/** GitHub's `integration`: an App as others see it. */
export function integration(forge: Forge, app: App) {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    owner: simpleUser(forge, app.owner),
    name: app.name,
    description: null,
    external_url: `${forge.origin}/apps/${app.slug}`,
    html_url: `${forge.origin}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: app.permissions,
    events: app.events,
  }
}

/** `performed_via_github_app`; GitHub's description of webhooks knows no `client_id` in it. */
export function integrationOrNull(forge: Forge, app: App | undefined) {
  if (app === undefined) return null
  const { client_id: _, ...shown } = integration(forge, app)
  return shown
}

/** GitHub's `installation`. */
export function installationShape(forge: Forge, installation: Installation) {
  const { account } = installation
  const all = installation.repositories === 'all'
  return {
    id: installation.id,
    account: simpleUser(forge, account),
    repository_selection: all ? 'all' : 'selected',
    access_tokens_url: `${forge.api}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${forge.api}/installation/repositories`,
    html_url: `${forge.origin}/organizations/${account.login}/settings/installations/${installation.id}`,
    app_id: installation.app.id,
    client_id: installation.app.clientId,
    app_slug: installation.app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: installation.permissions,
    events: installation.events,
    created_at: installation.createdAt,
    updated_at: installation.createdAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: userOrNull(forge, installation.suspendedBy),
    suspended_at: installation.suspendedAt,
  }
}

/** The short form that every webhook of an App carries. */
export const simpleInstallation = (installation: Installation) => ({
  id: installation.id,
  node_id: nodeId('Installation', installation.id),
})

/** A repository as the webhooks of installations list it. */
export const installationRepository = (repository: Repository) => ({
  id: repository.id,
  node_id: nodeId('Repository', repository.id),
  name: repository.name,
  full_name: fullName(repository),
  private: repository.private,
})

export const installationRepositories = (forge: Forge, installation: Installation) =>
  repositoriesOf(forge.world, installation).map(installationRepository)

/** GitHub's `team-simple`. */
export function simpleTeam(forge: Forge, team: Team) {
  const url = `${forge.api}/organizations/${team.organization.id}/team/${team.id}`
  return {
    id: team.id,
    node_id: nodeId('Team', team.id),
    url,
    html_url: `${forge.origin}/orgs/${team.organization.login}/teams/${team.slug}`,
    name: team.name,
    slug: team.slug,
    description: null,
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: 'pull',
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: 'organization',
    organization_id: team.organization.id,
  }
}
