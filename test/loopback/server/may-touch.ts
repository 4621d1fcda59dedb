// Owns the finer right of the rows marked `author`: who wrote something may change it, and so may those with a role.
import { permissionOf } from '../permissions/table.ts'
import type { Account, Role } from '../world/accounts.ts'
import { atLeast, roleOf } from '../world/roles.ts'
import { ApiError } from './api-error.ts'
import type { Call } from './call.ts'

const ROLE_NAMES: readonly string[] = ['read', 'triage', 'write', 'maintain', 'admin']

/** True when the caller wrote it, or has what the operation's row asks of others. Apps passed the table already. */
export function mayTouch(
  call: Pick<Call, 'operation' | 'actor' | 'forge' | 'repository'>,
  author: Account,
): boolean {
  const { actor, forge, repository } = call
  const { person } = permissionOf(call.operation)
  if (actor.kind !== 'user' && actor.kind !== 'installation') return false
  if (actor.account.id === author.id) return true
  // nobody but the author, another App included
  if (person === 'never') return false
  if (actor.kind === 'installation') return true
  return (
    ROLE_NAMES.includes(person) && atLeast(roleOf(forge.world, actor.account, repository), person as Role)
  )
}

/** @throws {ApiError} 403 */
export function requireTouch(
  call: Pick<Call, 'operation' | 'actor' | 'forge' | 'repository'>,
  author: Account,
): void {
  if (!mayTouch(call, author)) throw new ApiError(403, 'Must have push access to repository')
}
