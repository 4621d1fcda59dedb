// Owns how a branch protection looks: as read, as written, in short for checks, and as webhooks carry it.
import type { Forge } from '../forge.ts'
import type { Account, App, Team } from '../world/accounts.ts'
import type { Allowed, BranchProtection, Repository } from '../world/repository.ts'
import { accountNamed, appNamed, teamNamed } from '../world/world.ts'
import { integration, simpleUser } from './account.ts'
import { requestedTeam } from './pull.ts'
import { repositoryUrl } from './repository.ts'

export function protectionUrl(forge: Forge, repository: Repository, rule: BranchProtection) {
  return `${repositoryUrl(forge, repository)}/branches/${encodeURIComponent(rule.branch)}/protection`
}

function allowedShape(forge: Forge, repository: Repository, allowed: Allowed) {
  const { world } = forge
  const present = <T>(one: T | undefined): T[] => (one === undefined ? [] : [one])
  const people: Account[] = allowed.users.flatMap((login) => present(accountNamed(world, login)))
  const teams: Team[] = allowed.teams.flatMap((slug) => present(teamNamed(world, repository.owner, slug)))
  const apps: App[] = allowed.apps.flatMap((slug) => present(appNamed(world, slug)))
  return {
    users: people.map((account) => simpleUser(forge, account)),
    teams: teams.map((team) => ({ ...requestedTeam(forge, team), parent: null })),
    apps: apps.map((app) => integration(forge, app)),
  }
}

/** Permissions that GitHub describes for an App in a list of those who may push. */
const SHOWN: readonly string[] = ['metadata', 'contents', 'issues', 'single_file']

function pusherApp(app: ReturnType<typeof integration>) {
  const shown = Object.entries(app.permissions).filter(([name]) => SHOWN.includes(name))
  return { ...app, description: '', permissions: Object.fromEntries(shown) }
}

/** GitHub's `status-check-policy`. */
export function checksPolicy(forge: Forge, repository: Repository, rule: BranchProtection) {
  const wanted = rule.requiredChecks
  if (wanted === undefined) return undefined
  const url = `${protectionUrl(forge, repository, rule)}/required_status_checks`
  return {
    url,
    strict: wanted.strict,
    contexts: wanted.checks.map(({ context }) => context),
    contexts_url: `${url}/contexts`,
    checks: wanted.checks.map(({ context, appId }) => ({ context, app_id: appId })),
  }
}

function reviewsPolicy(forge: Forge, repository: Repository, rule: BranchProtection) {
  const wanted = rule.requiredReviews
  if (wanted === undefined) return undefined
  const url = `${protectionUrl(forge, repository, rule)}/required_pull_request_reviews`
  const dismissers = wanted.dismissers
  const restrictions = `${protectionUrl(forge, repository, rule)}/dismissal_restrictions`
  return {
    url,
    dismiss_stale_reviews: wanted.dismissStale,
    require_code_owner_reviews: wanted.codeOwners,
    required_approving_review_count: wanted.count,
    require_last_push_approval: wanted.lastPushApproval,
    ...(dismissers === undefined
      ? {}
      : {
          dismissal_restrictions: {
            url: restrictions,
            users_url: `${restrictions}/users`,
            teams_url: `${restrictions}/teams`,
            ...allowedShape(forge, repository, dismissers),
          },
        }),
  }
}

/** GitHub's `branch-protection` and `protected-branch` agree in this. */
export function protectionShape(forge: Forge, repository: Repository, rule: BranchProtection) {
  const url = protectionUrl(forge, repository, rule)
  const checks = checksPolicy(forge, repository, rule)
  const reviews = reviewsPolicy(forge, repository, rule)
  const pushers = rule.restrictions
  return {
    url,
    ...(checks === undefined ? {} : { required_status_checks: checks }),
    ...(reviews === undefined ? {} : { required_pull_request_reviews: reviews }),
    ...(pushers === undefined
      ? {}
      : {
          restrictions: {
            url: `${url}/restrictions`,
            users_url: `${url}/restrictions/users`,
            teams_url: `${url}/restrictions/teams`,
            apps_url: `${url}/restrictions/apps`,
            ...allowedShape(forge, repository, pushers),
            apps: allowedShape(forge, repository, pushers).apps.map(pusherApp),
          },
        }),
    required_signatures: { url: `${url}/required_signatures`, enabled: false },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: rule.enforceAdmins },
    required_linear_history: { enabled: rule.requiredLinearHistory },
    allow_force_pushes: { enabled: rule.allowForcePushes },
    allow_deletions: { enabled: rule.allowDeletions },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: rule.requiredConversationResolution },
    lock_branch: { enabled: rule.locked },
    allow_fork_syncing: { enabled: false },
  }
}

/** `rule` of the `branch_protection_rule` events. */
export function webhookRule(repository: Repository, rule: BranchProtection) {
  const { requiredReviews: reviews, requiredChecks: checks } = rule
  const level = (on: boolean) => {
    if (!on) return 'off'
    return rule.enforceAdmins ? 'everyone' : 'non_admins'
  }
  return {
    id: rule.id,
    repository_id: repository.id,
    name: rule.branch,
    created_at: rule.createdAt,
    updated_at: rule.createdAt,
    pull_request_reviews_enforcement_level: level(reviews !== undefined),
    required_approving_review_count: reviews?.count ?? 0,
    dismiss_stale_reviews_on_push: reviews?.dismissStale ?? false,
    require_code_owner_review: reviews?.codeOwners ?? false,
    require_last_push_approval: reviews?.lastPushApproval ?? false,
    authorized_dismissal_actors_only: reviews?.dismissers !== undefined,
    ignore_approvals_from_contributors: false,
    required_status_checks: checks?.checks.map(({ context }) => context) ?? [],
    required_status_checks_enforcement_level: level(checks !== undefined),
    strict_required_status_checks_policy: checks?.strict ?? false,
    signature_requirement_enforcement_level: 'off',
    linear_history_requirement_enforcement_level: level(rule.requiredLinearHistory),
    admin_enforced: rule.enforceAdmins,
    allow_force_pushes_enforcement_level: level(rule.allowForcePushes),
    allow_deletions_enforcement_level: level(rule.allowDeletions),
    merge_queue_enforcement_level: level(rule.mergeQueue),
    required_deployments_enforcement_level: 'off',
    required_conversation_resolution_level: level(rule.requiredConversationResolution),
    lock_branch_enforcement_level: level(rule.locked),
    authorized_actors_only: rule.restrictions !== undefined,
    authorized_actor_names: rule.restrictions?.users ?? [],
  }
}
