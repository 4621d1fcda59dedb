// Owns whether a ref may be moved through the API: hidden refs, protected branches and workflow files, as for a push.
import type { Forge } from './forge.ts'
import type { DeniedRef } from './git/push-rules.ts'
import { expressionOf } from './git/push-rules.ts'
import type { GitRepository } from './git/repository.ts'
import { isAdmin, names } from './who-may.ts'
import type { Actor } from './world/accounts.ts'
import { accountOf } from './world/accounts.ts'
import type { BranchProtection, Repository } from './world/repository.ts'
import { tokenAllows } from './world/roles.ts'

export const WORKFLOWS = '.github/workflows'

/** `undefined` where the ref does not exist yet, or is deleted. */
export interface RefMove {
  readonly ref: string
  readonly before: string | undefined
  readonly after: string | undefined
}

export type RefRefusal = {
  readonly kind: 'hidden' | 'protected' | 'workflows'
  /** the sentence that GitHub gives, also behind `Could not update file: ` */
  readonly reason: string
}

interface Asker {
  readonly forge: Forge
  readonly actor: Actor
  readonly repository: Repository
}

/** A person's token counts as one with the `workflow` scope; an App and a job need the permission. */
export function mayWriteWorkflows(actor: Actor): boolean {
  return actor.kind !== 'installation' || tokenAllows(actor.token, 'workflows', 'write')
}

export const isWorkflowPath = (path: string) => path === WORKFLOWS || path.startsWith(`${WORKFLOWS}/`)

/** What forbids the move; undefined when nothing does. The objects of `after` exist already. */
export async function mayMoveRef(asker: Asker, move: RefMove): Promise<RefRefusal | undefined> {
  const { forge, actor, repository } = asker
  if (move.ref.startsWith('refs/pull/')) {
    return { kind: 'hidden', reason: 'Reference cannot be updated: refs/pull is managed by GitHub' }
  }
  // source: docs.github.com, "Deleting and restoring branches": another must become the default first
  if (move.after === undefined && move.ref === `refs/heads/${repository.defaultBranch}`) {
    return { kind: 'protected', reason: 'Cannot delete the default branch' }
  }
  for (const denied of deniedRefs(forge, repository, actor)) {
    if (
      new RegExp(expressionOf(denied.pattern)).test(move.ref) &&
      (await strikes(denied.kind, move, repository.git))
    ) {
      return { kind: 'protected', reason: denied.reason }
    }
  }
  if (move.after === undefined || mayWriteWorkflows(actor)) return undefined
  const path = await repository.git.newChangeBelow(WORKFLOWS, move.after)
  return path === undefined
    ? undefined
    : {
        kind: 'workflows',
        reason: `refusing to allow a GitHub App to create or update workflow \`${path}\` without \`workflows\` permission`,
      }
}

async function strikes(kind: DeniedRef['kind'], move: RefMove, git: GitRepository): Promise<boolean> {
  const { before, after } = move
  switch (kind) {
    case 'no_push':
      return true
    case 'no_delete':
      return after === undefined
    case 'no_force':
      return before !== undefined && after !== undefined && (await git.isAncestor(before, after)) !== true
  }
}

/** What branch protection forbids the actor, in the form that git's own pushes are held to as well. */
export function deniedRefs(forge: Forge, repository: Repository, actor: Actor): DeniedRef[] {
  return [...repository.protections.values()].flatMap((rule) => {
    const pattern = `refs/heads/${rule.branch}`
    const denied: DeniedRef[] = []
    if (!rule.allowForcePushes) {
      denied.push({ pattern, kind: 'no_force', reason: 'Cannot force-push to this branch' })
    }
    if (!rule.allowDeletions) {
      denied.push({ pattern, kind: 'no_delete', reason: 'Cannot delete this branch' })
    }
    const reason = bypasses(forge, repository, actor, rule)
      ? undefined
      : noPushReason(forge, repository, actor, rule)
    if (reason !== undefined) denied.push({ pattern, kind: 'no_push', reason })
    return denied
  })
}

/** Administrators are held to a lock as everybody is; source: docs.github.com, "About protected branches". */
function bypasses(forge: Forge, repository: Repository, actor: Actor, rule: BranchProtection): boolean {
  if (rule.enforceAdmins || rule.locked || actor.kind !== 'user') return false
  return isAdmin(forge, repository, actor.account)
}

function noPushReason(
  forge: Forge,
  repository: Repository,
  actor: Actor,
  rule: BranchProtection,
): string | undefined {
  const { requiredReviews, requiredChecks, restrictions } = rule
  if (rule.locked) return 'Cannot change this locked branch'
  if (requiredReviews !== undefined) return 'Changes must be made through a pull request.'
  if (rule.mergeQueue) return 'Changes must be made through the merge queue'
  const [only, ...more] = requiredChecks?.checks ?? []
  if (only !== undefined) {
    // a check could only be there for a commit that was pushed elsewhere before: the worse is taken
    return more.length === 0
      ? `Required status check "${only.context}" is expected.`
      : `${more.length + 1} of ${more.length + 1} required status checks are expected.`
  }
  if (restrictions === undefined) return undefined
  const account = accountOf(actor)
  const named = account !== undefined && names(forge, repository, restrictions, account)
  return named ? undefined : "You're not authorized to push to this branch."
}
