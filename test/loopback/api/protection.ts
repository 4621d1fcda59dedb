// Owns the operations of branch protection: read, replaced as a whole, removed.
import { pusherOf, say } from '../doings.ts'
import { ApiError, unprocessable } from '../server/api-error.ts'
import type { BodyOf, Call, Operations, Reply } from '../server/call.ts'
import { noContent, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { checksPolicy, protectionShape, webhookRule } from '../shapes/protection.ts'
import { fullName } from '../world/repository.ts'
import type { Allowed, BranchProtection } from '../world/repository.ts'
import { accountNamed, appNamed, teamNamed } from '../world/world.ts'

type Update = BodyOf<'repos/update-branch-protection'>

const MOST_REVIEWS = 6
const MOST_NAMED = 100

async function branchOf(call: Pick<Call, 'repository' | 'params'>): Promise<string> {
  const branch = call.params['branch'] ?? ''
  if ((await call.repository.git.ref(`refs/heads/${branch}`)) === undefined) {
    throw new ApiError(404, 'Branch not found')
  }
  return branch
}

/** @throws {ApiError} 404 `Branch not protected` */
async function ruleOf(call: Pick<Call, 'repository' | 'params'>): Promise<BranchProtection> {
  const rule = call.repository.protections.get(await branchOf(call))
  if (rule === undefined) throw new ApiError(404, 'Branch not protected')
  return rule
}

/** @throws {ApiError} 422 for a name that nobody has */
function allowed(
  call: Pick<Call, 'forge' | 'repository'>,
  wanted: { users?: string[]; teams?: string[]; apps?: string[] } | null | undefined,
): Allowed | undefined {
  if (wanted === undefined || wanted === null) return undefined
  const { users = [], teams = [], apps = [] } = wanted
  const { world } = call.forge
  const unknown = [
    ...users.filter((login) => accountNamed(world, login) === undefined),
    ...teams.filter((slug) => teamNamed(world, call.repository.owner, slug) === undefined),
    ...apps.filter((slug) => appNamed(world, slug) === undefined),
  ]
  if (unknown.length > 0) throw unprocessable(`Could not resolve: ${unknown.join(', ')}`)
  if (users.length + teams.length + apps.length > MOST_NAMED) {
    throw unprocessable(`At most ${MOST_NAMED} people, teams and Apps may be named.`)
  }
  if (call.repository.owner.type !== 'Organization') {
    throw unprocessable('Only organization repositories can have users and team restrictions')
  }
  return { users, teams, apps }
}

function requiredChecks(call: Pick<Call, 'forge'>, wanted: Update['required_status_checks']) {
  if (wanted === null) return undefined
  const pinned = (wanted.checks ?? []).map(({ context, app_id }) => {
    // -1 lets any App set the check; source: "Update branch protection"
    const appId = app_id === undefined || app_id === -1 ? null : app_id
    if (appId !== null && !call.forge.world.apps.has(appId)) {
      throw unprocessable(`App ${appId} of the required check "${context}" does not exist.`)
    }
    return { context, appId }
  })
  const loose = wanted.contexts
    .filter((context) => !pinned.some((check) => check.context === context))
    .map((context) => ({ context, appId: null }))
  return { strict: wanted.strict, checks: [...pinned, ...loose] }
}

function requiredReviews(
  call: Pick<Call, 'forge' | 'repository'>,
  wanted: Update['required_pull_request_reviews'],
): BranchProtection['requiredReviews'] {
  if (wanted === null) return undefined
  const count = wanted.required_approving_review_count ?? 1
  if (!Number.isInteger(count) || count < 0 || count > MOST_REVIEWS) {
    throw unprocessable(`required_approving_review_count is between 0 and ${MOST_REVIEWS}, not ${count}.`)
  }
  if (wanted.bypass_pull_request_allowances !== undefined) {
    throw unprocessable('bypass_pull_request_allowances is not played by this GitHub on loopback.')
  }
  const dismissers = wanted.dismissal_restrictions
  return {
    count,
    dismissStale: wanted.dismiss_stale_reviews ?? false,
    codeOwners: wanted.require_code_owner_reviews ?? false,
    lastPushApproval: wanted.require_last_push_approval ?? false,
    // an empty object takes the restriction away; source: "Update branch protection"
    dismissers:
      dismissers === undefined || Object.keys(dismissers).length === 0
        ? undefined
        : allowed(call, dismissers),
  }
}

async function update(call: Call<'repos/update-branch-protection'>): Promise<Reply> {
  const { forge, repository, body } = call
  const branch = await branchOf(call)
  if (repository.private && !repository.settings.draftsOffered) {
    throw new ApiError(403, 'Upgrade to GitHub Pro or make this repository public to enable this feature.')
  }
  if (body.block_creations === true || body.allow_fork_syncing === true) {
    throw unprocessable('block_creations and allow_fork_syncing are not played by this GitHub on loopback.')
  }
  const before = repository.protections.get(branch)
  const rule: BranchProtection = {
    id: before?.id ?? forge.world.nextId(),
    branch,
    createdAt: before?.createdAt ?? forge.clock.iso(),
    requiredChecks: requiredChecks(call, body.required_status_checks),
    requiredReviews: requiredReviews(call, body.required_pull_request_reviews),
    restrictions: allowed(call, body.restrictions),
    enforceAdmins: body.enforce_admins ?? false,
    requiredLinearHistory: body.required_linear_history ?? false,
    requiredConversationResolution: body.required_conversation_resolution ?? false,
    allowForcePushes: body.allow_force_pushes ?? false,
    allowDeletions: body.allow_deletions ?? false,
    locked: body.lock_branch ?? false,
    // the queue is a setting of the web page: this operation neither sets nor removes it
    mergeQueue: before?.mergeQueue ?? false,
  }
  repository.protections.set(branch, rule)
  sayRule(call, before === undefined ? 'created' : 'edited', rule, before)
  return ok(protectionShape(forge, repository, rule))
}

function sayRule(
  call: Pick<Call, 'forge' | 'repository' | 'actor'>,
  action: 'created' | 'edited' | 'deleted',
  rule: BranchProtection,
  before?: BranchProtection,
): void {
  const shown = webhookRule(call.repository, rule)
  const payload = {
    rule: shown,
    ...(before === undefined ? {} : { changes: changed(webhookRule(call.repository, before), shown) }),
  }
  say(call.forge, call.repository, pusherOf(call), { name: 'branch_protection_rule', action, payload })
}

/** Of all that may have changed GitHub describes these in an edit. */
const TOLD = [
  'admin_enforced',
  'authorized_actor_names',
  'authorized_actors_only',
  'authorized_dismissal_actors_only',
  'linear_history_requirement_enforcement_level',
  'lock_branch_enforcement_level',
  'pull_request_reviews_enforcement_level',
  'require_last_push_approval',
  'required_status_checks',
  'required_status_checks_enforcement_level',
] as const

function changed(before: ReturnType<typeof webhookRule>, now: ReturnType<typeof webhookRule>) {
  const differs = TOLD.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]))
  return Object.fromEntries(differs.map((name) => [name, { from: before[name] }]))
}

/** Classic protection is no ruleset, so of all that a branch is held to only the queue is listed. */
function branchRules(call: Call<'repos/get-branch-rules'>): Reply {
  const branch = call.params['branch'] ?? ''
  const rule = call.repository.protections.get(branch)
  const ruleset = {
    ruleset_source_type: 'Repository',
    ruleset_source: fullName(call.repository),
    ruleset_id: rule?.id ?? 0,
  }
  const queue = {
    type: 'merge_queue',
    parameters: {
      check_response_timeout_minutes: 60,
      grouping_strategy: 'ALLGREEN',
      max_entries_to_build: 1,
      max_entries_to_merge: 1,
      merge_method: 'MERGE',
      min_entries_to_merge: 1,
      min_entries_to_merge_wait_minutes: 0,
    },
    ...ruleset,
  }
  return page(call, rule?.mergeQueue === true ? [queue] : [], (one) => one)
}

export const protectionOperations: Operations = {
  'repos/get-branch-protection': async (call) =>
    ok(protectionShape(call.forge, call.repository, await ruleOf(call))),
  'repos/get-status-checks-protection': async (call) => {
    const policy = checksPolicy(call.forge, call.repository, await ruleOf(call))
    if (policy === undefined) throw new ApiError(404, 'Required status checks not enabled')
    return ok(policy)
  },
  'repos/update-branch-protection': update,
  'repos/delete-branch-protection': async (call) => {
    const rule = await ruleOf(call)
    call.repository.protections.delete(rule.branch)
    sayRule(call, 'deleted', rule)
    return noContent()
  },
  'repos/get-branch-rules': branchRules,
}
