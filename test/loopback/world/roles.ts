// Owns which role a person has on a repository, and what a token may: pure readings of the world.
import type { Account, InstallationToken, Level, Role } from './accounts.ts'
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
      .map((team) => team.repositories.get(repository.id)),
  ]
  return given.reduce((best, role) => (rank(role) > rank(best) ? role : best), undefined)
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
