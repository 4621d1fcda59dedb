// Owns the teams of organizations, which only their members and their own Apps see.
import { notFound } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { noContent, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { simpleUser } from '../shapes/account.ts'
import { LEGACY, fullTeam, rolePermissions, teamShape } from '../shapes/organization.ts'
import { repositoryShape } from '../shapes/repository.ts'
import type { Account, Role, Team } from '../world/accounts.ts'
import { teamMembers, teamRole } from '../world/roles.ts'
import { accountNamed, teamNamed } from '../world/world.ts'
import { organizationIn } from './people.ts'

type Asked = Pick<Call, 'forge' | 'actor' | 'params'>

function visibleOrganization(call: Asked): Account {
  const organization = organizationIn(call)
  const { actor, forge } = call
  const inside =
    actor.kind === 'installation'
      ? actor.token.installation.account.id === organization.id
      : actor.kind === 'user' && forge.world.members.get(organization.id)?.has(actor.account.id) === true
  if (!inside) throw notFound()
  return organization
}

function teamIn(call: Asked): Team {
  const found = teamNamed(call.forge.world, visibleOrganization(call), call.params['team_slug'] ?? '')
  if (found === undefined) throw notFound()
  return found
}

/** Source: docs.github.com, "Assigning the team maintainer role": owners of the organization always are maintainers. */
function roleIn(call: Asked, team: Team, account: Account): 'member' | 'maintainer' {
  const membership = call.forge.world.members.get(team.organization.id)?.get(account.id)
  return membership === 'admin' ? 'maintainer' : 'member'
}

function membersOf(call: Asked, team: Team): Account[] {
  return [...teamMembers(call.forge.world, team)].flatMap((id) => call.forge.world.accounts.get(id) ?? [])
}

function repositoryOfTeam(call: Call<'teams/check-permissions-for-repo-in-org'>, role: Role): Reply {
  // GitHub answers without a body unless it is asked for one by the media type
  if (!call.accept.includes('repository+json')) return noContent()
  const { has_discussions: _, ...repository } = repositoryShape(call.forge, call.repository)
  const { pull, triage, push, maintain, admin } = rolePermissions(role)
  return ok({ ...repository, permissions: { admin, maintain, push, triage, pull }, role_name: LEGACY[role] })
}

export const teamOperations: Operations = {
  'teams/list': (call) => {
    const organization = visibleOrganization(call)
    const teams = [...call.forge.world.teams.values()].filter(
      (team) => team.organization.id === organization.id,
    )
    return page(call, call.query.get('team_type') === 'enterprise' ? [] : teams, (team) =>
      teamShape(call.forge, team),
    )
  },
  'teams/get-by-name': (call) => {
    const team = teamIn(call)
    return ok(fullTeam(call.forge, team, membersOf(call, team).length))
  },
  'teams/list-members-in-org': (call) => {
    const team = teamIn(call)
    const wanted = call.query.get('role') ?? 'all'
    const members = membersOf(call, team).filter(
      (account) => wanted === 'all' || roleIn(call, team, account) === wanted,
    )
    return page(call, members, (account) => simpleUser(call.forge, account))
  },
  'teams/get-membership-for-user-in-org': (call) => {
    const team = teamIn(call)
    const account = accountNamed(call.forge.world, call.params['username'] ?? '')
    if (account === undefined || !teamMembers(call.forge.world, team).has(account.id)) throw notFound()
    return ok({
      url: `${call.forge.api}/organizations/${team.organization.id}/team/${team.id}/memberships/${account.login}`,
      role: roleIn(call, team, account),
      state: 'active',
    })
  },
  'teams/check-permissions-for-repo-in-org': (call) => {
    const role = teamRole(teamIn(call), call.repository)
    if (role === undefined) throw notFound()
    return repositoryOfTeam(call, role)
  },
}
