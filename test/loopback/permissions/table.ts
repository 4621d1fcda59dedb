// Owns the table of the loopback GitHub that says who may call an operation: one row for each selected operation.
import { actionsRows } from './actions.ts'
import { appsRows } from './apps.ts'
import { checksRows } from './checks.ts'
import { gitRows } from './git.ts'
import { issuesRows } from './issues.ts'
import { pullsRows } from './pulls.ts'
import { reposRows } from './repos.ts'
import type { PermissionRow } from './row.ts'

export type { AppAccess, PermissionRow } from './row.ts'

export const permissionRows: readonly PermissionRow[] = [
  ...actionsRows,
  ...appsRows,
  ...checksRows,
  ...gitRows,
  ...issuesRows,
  ...pullsRows,
  ...reposRows,
]

const byOperation: ReadonlyMap<string, PermissionRow> = new Map(
  permissionRows.map((row) => [row.operation, row]),
)

/** Throws on an operation without a row: an operation that nobody decided on must not be open to everybody. */
export function permissionOf(operation: string): PermissionRow {
  const found = byOperation.get(operation)
  if (found === undefined) {
    throw new Error(`No row in the permission table for ${operation}. Add one in test/loopback/permissions.`)
  }
  return found
}
