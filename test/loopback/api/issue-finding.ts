// Owns how the operations of issues find what a path names: moved is 301, deleted 410, absent 404.
import { permissionOf } from '../permissions/table.ts'
import { ApiError, notFound } from '../server/api-error.ts'
import type { Call } from '../server/call.ts'
import { numberParam } from '../server/call.ts'
import type { Actor } from '../world/accounts.ts'
import { accountOf } from '../world/accounts.ts'
import type { Issue, IssueComment } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import { atLeast, mayRead, roleOf, tokenAllows, tokenCovers } from '../world/roles.ts'
import type { World } from '../world/world.ts'

/** What is known of who acts where, also outside of a request. */
export type Scene = Pick<Call, 'forge' | 'actor' | 'repository'>
type Asked = Pick<Call, 'forge' | 'actor' | 'repository' | 'operation' | 'params' | 'url'>

function maySee(world: World, actor: Actor, repository: Repository): boolean {
  if (actor.kind === 'installation') return !repository.private || tokenCovers(actor.token, repository)
  return mayRead(world, accountOf(actor), repository)
}

/** Source: docs.github.com, "Get an issue": 410 where issues are switched off; pull requests stay. */
export function requireIssues({ repository }: Pick<Call, 'repository'>): void {
  if (!repository.settings.hasIssues) throw new ApiError(410, 'Issues are disabled for this repo')
}

/** Source: docs.github.com, "Get an issue": 301 for a transferred, 410 for a deleted issue. */
function absent(call: Asked, number: number): ApiError {
  const { forge, actor, repository, url } = call
  const moved = repository.movedIssues.get(number)
  if (moved !== undefined && maySee(forge.world, actor, moved.repository)) {
    const rest = /\/issues\/\d+(\/.*)?$/.exec(url.pathname)?.[1] ?? ''
    const location = `${forge.api}/repositories/${moved.repository.id}/issues/${moved.number}${rest}${url.search}`
    return new ApiError(301, 'Moved Permanently', { headers: { location } })
  }
  if (repository.deletedIssues.has(number)) return new ApiError(410, 'This issue was deleted')
  return notFound()
}

/** Where either permission opens an operation, that of pull requests does not open an issue; assumed, the stricter. */
function requireKind({ actor, operation, repository }: Asked, number: number): void {
  if (actor.kind !== 'installation' || repository.pulls.has(number)) return
  const { app } = permissionOf(operation)
  if (typeof app === 'string' || !('anyOf' in app) || !tokenCovers(actor.token, repository)) return
  const need = app.anyOf.find(({ permission }) => permission === 'issues')
  if (need !== undefined && !tokenAllows(actor.token, 'issues', need.level)) {
    throw new ApiError(403, 'Resource not accessible by integration')
  }
}

export function issueNumbered(call: Asked, number: number): Issue {
  const issue = call.repository.issues.get(number)
  if (!call.repository.pulls.has(number)) requireIssues(call)
  if (issue === undefined) throw absent(call, number)
  requireKind(call, number)
  return issue
}

/** The issue or pull request that `{issue_number}` names. @throws {ApiError} 301, 403, 404 or 410 */
export const issueIn = (call: Asked): Issue => issueNumbered(call, numberParam(call, 'issue_number'))

/** The comment that `{comment_id}` names, with its issue. */
export function commentIn(call: Asked): { comment: IssueComment; issue: Issue } {
  const comment = call.repository.comments.get(numberParam(call, 'comment_id'))
  if (comment === undefined) throw notFound()
  return { comment, issue: issueNumbered(call, comment.issue) }
}

/** Has the role, or is an App that the permission table has let through. */
export function hasRole({ forge, actor, repository }: Scene, role: 'triage' | 'write'): boolean {
  if (actor.kind === 'installation') return true
  return actor.kind === 'user' && atLeast(roleOf(forge.world, actor.account, repository), role)
}

/** @throws {ApiError} 403 */
export function requireRole(scene: Scene, role: 'triage' | 'write'): void {
  if (!hasRole(scene, role)) throw new ApiError(403, 'Must have push access to repository')
}
