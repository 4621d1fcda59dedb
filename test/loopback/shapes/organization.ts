// Owns how organizations and their teams look in full.
import type { Forge } from '../forge.ts'
import type { Account, Role, Team } from '../world/accounts.ts'
import { simpleTeam } from './account.ts'
import { nodeId } from './node-id.ts'

/** GitHub's `organization-simple-webhooks`. */
export function simpleOrganization(forge: Forge, organization: Account) {
  const url = `${forge.api}/orgs/${organization.login}`
  return {
    login: organization.login,
    id: organization.id,
    node_id: nodeId('Organization', organization.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${forge.origin}/avatars/${organization.id}`,
    description: null,
  }
}

/** GitHub's `organization-full`, and what a team says of its organization. */
export function organizationShape(forge: Forge, organization: Account) {
  const own = [...forge.world.repositories.values()].filter((r) => r.owner.id === organization.id)
  return {
    ...simpleOrganization(forge, organization),
    has_organization_projects: false,
    has_repository_projects: false,
    public_repos: own.filter((repository) => !repository.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${forge.origin}/${organization.login}`,
    type: 'Organization',
    created_at: organization.createdAt,
    updated_at: organization.createdAt,
    archived_at: null,
  }
}

const withParent = (forge: Forge, team: Team) => ({
  ...simpleTeam(forge, team),
  parent: team.parent === undefined ? null : simpleTeam(forge, team.parent),
})

/** GitHub's words for roles in `permission` and `permissions`. */
export const LEGACY: Readonly<Record<Role, string>> = {
  read: 'pull',
  triage: 'triage',
  write: 'push',
  maintain: 'maintain',
  admin: 'admin',
}

const RISING: readonly Role[] = ['read', 'triage', 'write', 'maintain', 'admin']

/** `permissions` of teams and collaborators: a role has what is below it. */
export function rolePermissions(role: Role | undefined) {
  const reached = role === undefined ? -1 : RISING.indexOf(role)
  const has = (at: Role) => RISING.indexOf(at) <= reached
  return {
    pull: has('read'),
    triage: has('triage'),
    push: has('write'),
    maintain: has('maintain'),
    admin: has('admin'),
  }
}

/** GitHub's `team`; with its role where it is listed for a repository. */
export function teamShape(forge: Forge, team: Team, role?: Role) {
  return {
    ...withParent(forge, team),
    ...(role === undefined ? {} : { permission: LEGACY[role], permissions: rolePermissions(role) }),
  }
}

/** GitHub's `team-full`. */
export function fullTeam(forge: Forge, team: Team, members: number) {
  return {
    ...withParent(forge, team),
    members_count: members,
    repos_count: team.repositories.size,
    created_at: team.organization.createdAt,
    updated_at: team.organization.createdAt,
    organization: organizationShape(forge, team.organization),
  }
}
