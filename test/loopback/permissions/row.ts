// Owns the shape of a row of the permission table, and the short forms in which its rows are written.
import type { components } from '@octokit/openapi-types'

type AppPermissions = components['schemas']['app-permissions']
export type PermissionName = keyof AppPermissions
/** A permission at a level that GitHub's description offers for it: `workflows` exists at `write` only. */
export type Permission = {
  [P in PermissionName]-?: { permission: P; level: NonNullable<AppPermissions[P]> }
}[PermissionName]
export type Level = Permission['level']
type NamesAt<L extends Level> = {
  [P in PermissionName]-?: L extends NonNullable<AppPermissions[P]> ? P : never
}[PermissionName]

/**
 * What an installation token needs. `jwt`: not an installation token but the App's own JWT. `none`: any
 * installation token. `never`: installation tokens are refused. Reading metadata is implied everywhere.
 */
export type AppAccess =
  | 'jwt'
  | 'none'
  | 'never'
  | { anyOf: readonly Permission[] }
  | { allOf: readonly Permission[] }

/**
 * What a person's token needs. `anyone`: no token where the repository is public, read access where it is
 * private. `read` and above: a signed-in person with that role; on a public repository everybody signed in has
 * `read`. `signed_in`: any token, the operation belongs to no repository. `never`: refused to persons.
 */
export type PersonAccess =
  | 'anyone'
  | 'signed_in'
  | 'read'
  | 'triage'
  | 'write'
  | 'maintain'
  | 'admin'
  | 'never'

export interface PermissionRow {
  operation: string
  app: AppAccess
  person: PersonAccess
  source: string
  /** Whoever wrote the issue, comment, review or pull request may too, with no more than read access. */
  author?: true
  /** Needed on top where `when` holds. */
  also?: Permission & { when: string }
  /** The documentation is silent or ambiguous on some part: the stricter reading is taken, and `note` says which. */
  assumed?: true
  note?: string
}

/** `page` is the operation's page below https://docs.github.com/rest/. */
export function row(
  operation: string,
  app: AppAccess,
  person: PersonAccess,
  page: string,
  more: Partial<Omit<PermissionRow, 'operation' | 'app' | 'person' | 'source'>> = {},
): PermissionRow {
  return { operation, app, person, source: `https://docs.github.com/rest/${page}`, ...more }
}

/** Any one of the named permissions, at `read`. */
export function read(...names: readonly NamesAt<'read'>[]): AppAccess {
  return { anyOf: names.map((permission) => ({ permission, level: 'read' }) as Permission) }
}

/** Any one of the named permissions, at `write`. */
export function write(...names: readonly NamesAt<'write'>[]): AppAccess {
  return { anyOf: names.map((permission) => ({ permission, level: 'write' }) as Permission) }
}

/** The documentation names `contents` and `workflows` together as a second permission set of these operations. */
export const workflowFiles = {
  permission: 'workflows',
  level: 'write',
  when: 'a file in .github/workflows is created, changed or deleted',
} as const
