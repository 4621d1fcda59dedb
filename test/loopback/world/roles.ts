// Owns which role a person has on a repository, and what a token may: pure readings of the world.
import type { Account, InstallationToken, Level, Role, Team } from './accounts.ts'
import { ROLES } from './accounts.ts'
import type { Repository } from './repository.ts'
import type { World } from './world.ts'
import { covers } from './world.ts'

const rank = (role: Role | undefined) => (role === undefined ? -1 : ROLES.indexOf(role))

export function atLeast(role: Role | undefined, needed: Role): boolean {
  return rank(role) >= rank(needed)
}

/**
 * The highest role that ownership, organization, teams and invitations give. On a public repository anyone else may
 * read, which is no role: callers ask `mayRead`.
 */
export function roleOf(world: World, account: Account, repository: Repository): Role | undefined {
  if (repository.owner.id === account.id) return 'admin'
  const membership = world.members.get(repository.owner.id)?.get(account.id)
  if (membership === 'admin') return 'admin'
  const given: (Role | undefined)[] = [
    repository.collaborators.get(account.id),
    // an organization's base permission is read unless it says otherwise; source: "Setting base permissions"
    membership === undefined ? undefined : 'read',
    ...[...world.teams.values()]
      .filter((team) => team.members.has(account.id))
      .map((team) => teamRole(team, repository)),
  ]
  return given.reduce((best, role) => (rank(role) > rank(best) ? role : best), undefined)
}

/** The higher of what a team and the teams above it are given; source: docs.github.com, "About teams". */
export function teamRole(team: Team, repository: Repository): Role | undefined {
  const own = team.repositories.get(repository.id)
  const above = team.parent === undefined ? undefined : teamRole(team.parent, repository)
  return rank(above) > rank(own) ? above : own
}

/** Ids of its members and of those of the teams below it. */
export function teamMembers(world: World, team: Team): Set<number> {
  const below = [...world.teams.values()].filter((other) => other.parent?.id === team.id)
  return new Set([...team.members, ...below.flatMap((other) => [...teamMembers(world, other)])])
}

export function mayRead(world: World, account: Account | undefined, repository: Repository): boolean {
  return !repository.private || (account !== undefined && roleOf(world, account, repository) !== undefined)
}

const LEVELS: readonly Level[] = ['read', 'write', 'admin']

export function tokenAllows(token: InstallationToken, permission: string, level: Level): boolean {
  const held = token.permissions[permission]
  return held !== undefined && LEVELS.indexOf(held) >= LEVELS.indexOf(level)
}

export function tokenCovers(token: InstallationToken, repository: Repository): boolean {
  return (
    covers(token.installation, repository) &&
    (token.repositories === undefined || token.repositories.has(repository.id))
  )
}
