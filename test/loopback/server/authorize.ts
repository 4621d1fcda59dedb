// Owns whether an actor may call an operation: the permission table applied to tokens, roles and what may be seen.
import type { AppAccess, PermissionRow } from '../permissions/table.ts'
import type { Actor, InstallationToken } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { atLeast, mayRead, roleOf, tokenAllows, tokenCovers } from '../world/roles.ts'
import type { World } from '../world/world.ts'
import { ApiError, notFound } from './api-error.ts'

const NOT_ACCESSIBLE = 'Resource not accessible by integration'

export interface Asked {
  readonly world: World
  readonly actor: Actor
  readonly row: PermissionRow
  readonly repository: Repository | undefined
  readonly write: boolean
}

/** What a token would need, as GitHub says it in `x-accepted-github-permissions`. */
export function acceptedPermissions(row: PermissionRow): string | undefined {
  const { app } = row
  if (typeof app === 'string') return undefined
  const one = ({ permission, level }: { permission: string; level: string }) => `${permission}=${level}`
  const sets = 'allOf' in app ? [app.allOf.map(one).join(',')] : app.anyOf.map(one)
  const more =
    row.also === undefined ? [] : sets.map((set) => `${set},${row.also?.permission}=${row.also?.level}`)
  return [...sets, ...more].join('; ')
}

function holds(token: InstallationToken, access: Exclude<AppAccess, string>): boolean {
  const has = (need: { permission: string; level: 'read' | 'write' | 'admin' }) =>
    need.permission === 'metadata' || tokenAllows(token, need.permission, need.level)
  return 'allOf' in access ? access.allOf.every(has) : access.anyOf.some(has)
}

function refuseArchived({ repository, row, write }: Asked): void {
  // source: docs.github.com, "Archiving repositories": read-only for everyone; the settings hold the way back
  if (write && row.operation !== 'repos/update' && repository?.archived === true) {
    throw new ApiError(403, 'Repository was archived so is read-only.')
  }
}

function authorizeInstallation(asked: Asked, token: InstallationToken): void {
  const { row, repository } = asked
  // a public repository that is not selected can be read and never be written
  const covered = repository === undefined || tokenCovers(token, repository)
  if (!covered && (repository.private || asked.write)) {
    throw repository.private ? notFound() : new ApiError(403, NOT_ACCESSIBLE)
  }
  if (row.app === 'jwt') throw new ApiError(401, 'A JSON web token could not be decoded')
  if (row.app === 'never') throw new ApiError(403, NOT_ACCESSIBLE)
  if (row.app === 'none') return
  if (!covered) return
  if (!holds(token, row.app)) throw new ApiError(403, NOT_ACCESSIBLE)
}

function authorizePerson({ world, actor, row, repository, write }: Asked): void {
  const account = actor.kind === 'user' ? actor.account : undefined
  if (repository !== undefined && !mayRead(world, account, repository)) throw notFound()
  if (row.person === 'anyone') return
  if (account === undefined) {
    if (row.person === 'read' && !write) return
    throw new ApiError(401, 'Requires authentication')
  }
  // whether the asker is the author is a question of the record, also where nobody else may: the handler asks `mayTouch`
  if (row.author === true) return
  if (row.person === 'never') {
    throw row.app === 'jwt'
      ? new ApiError(401, 'A JSON web token could not be decoded')
      : new ApiError(403, 'You must authenticate via a GitHub App.')
  }
  if (row.person === 'signed_in' || row.person === 'read' || repository === undefined) return
  const role = roleOf(world, account, repository)
  if (!atLeast(role, row.person)) {
    if (row.person === 'admin' && atLeast(role, 'read')) {
      throw new ApiError(403, 'Must have admin rights to Repository.')
    }
    // a stranger is not told that what is for administrators exists; assumed, the worse answer
    if (row.person === 'admin' && !write) throw notFound()
    throw new ApiError(403, 'Must have push access to repository')
  }
}

/** @throws {ApiError} 401, 403 or 404 */
export function authorize(asked: Asked): void {
  const { actor, row } = asked
  if (actor.kind === 'installation') authorizeInstallation(asked, actor.token)
  else if (actor.kind === 'app') {
    // it sees no repository, a public one neither: for that the page names an installation token
    const open = row.person === 'anyone' && asked.repository === undefined
    if (row.app !== 'jwt' && !open) {
      throw new ApiError(401, 'A JSON web token cannot be used for this operation')
    }
  } else authorizePerson(asked)
  refuseArchived(asked)
}
