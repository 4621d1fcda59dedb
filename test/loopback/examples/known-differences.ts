// Owns where our webhooks differ from Octokit's recorded examples, each with the reason that makes it right.

export interface KnownDifference {
  /** event name, or `*` */
  readonly event: string
  readonly kind: 'ours' | 'theirs' | 'type'
  /** the path, or its end after any prefix */
  readonly path: string
  readonly reason: string
}

/** GitHub's description, which is newer than the examples, requires these. */
const NEWER = 'recorded before the field existed; the description of the webhook has it (@octokit/openapi 23)'

const newer = (...paths: readonly string[]): KnownDifference[] =>
  paths.map((path) => ({ event: '*', kind: 'ours', path, reason: NEWER }))

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  ...newer(
    'has_discussions',
    'allow_forking',
    'timeline_url',
    'state_reason',
    'performed_via_github_app',
    'client_id',
    'app_slug',
    'app.slug',
    'has_multiple_single_files',
    'single_file_paths',
    'rerequestable',
    'runs_rerequestable',
    'repository.disabled',
    'verification.verified_at',
    'referenced_workflows',
    'check_run.node_id',
    'check_run.details_url',
    'check_suite.node_id',
    'app.permissions',
    'app.events',
    'subject_type',
    'rule.require_last_push_approval',
    'rule.lock_branch_enforcement_level',
  ),
  ...['pull_request.draft', 'pull_request.auto_merge'].map((path): KnownDifference => ({
    event: 'pull_request_review_comment',
    kind: 'ours',
    path,
    reason: NEWER,
  })),
  {
    event: 'pull_request_review_comment',
    kind: 'ours',
    path: 'comment.in_reply_to_id',
    reason: 'no reply to a comment was recorded; the description has it',
  },
  {
    event: '*',
    kind: 'theirs',
    path: 'custom_properties',
    reason: 'the description of these webhooks lists it for pushes alone, and is taken as closed',
  },
  {
    event: '*',
    kind: 'theirs',
    path: 'issue.draft',
    reason: 'recorded on one server; the description asks for it with pull requests only',
  },
  {
    event: 'issue_comment',
    kind: 'ours',
    path: 'issue.pull_request',
    reason: 'recorded below issues only; the description has it for a comment on a pull request',
  },
  ...['deployment', 'deployment_status'].map((event): KnownDifference => ({
    event,
    kind: 'type',
    path: 'deployment.payload',
    reason: 'it is whatever the deployment was made with, and the description allows text',
  })),
  ...['created_at', 'updated_at'].map((name): KnownDifference => ({
    event: '*',
    kind: 'type',
    path: `installation.${name}`,
    reason: 'the description allows text beside seconds, and every reply of the API has text',
  })),
]
