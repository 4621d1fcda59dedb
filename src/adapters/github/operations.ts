// Owns the list of GitHub's operations that this adapter calls: from it follow the permissions the App asks for.

/** Routes by GitHub's operation id. A call of anything else is not possible. */
export const OPERATIONS = {
  'actions/cancel-workflow-run': 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel',
  'actions/create-workflow-dispatch': 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
  'actions/download-artifact': 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
  'actions/get-workflow-run': 'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
  'actions/list-jobs-for-workflow-run-attempt':
    'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs',
  'actions/list-workflow-run-artifacts': 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
  'actions/list-workflow-runs': 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
  'apps/create-installation-access-token': 'POST /app/installations/{installation_id}/access_tokens',
  'apps/get-authenticated': 'GET /app',
  'apps/list-installations': 'GET /app/installations',
  'apps/list-repos-accessible-to-installation': 'GET /installation/repositories',
  'apps/list-webhook-deliveries': 'GET /app/hook/deliveries',
  'apps/redeliver-webhook-delivery': 'POST /app/hook/deliveries/{delivery_id}/attempts',
  'checks/create': 'POST /repos/{owner}/{repo}/check-runs',
  'checks/list-annotations': 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations',
  'checks/list-for-ref': 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
  'checks/update': 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
  'git/create-blob': 'POST /repos/{owner}/{repo}/git/blobs',
  'git/create-commit': 'POST /repos/{owner}/{repo}/git/commits',
  'git/create-ref': 'POST /repos/{owner}/{repo}/git/refs',
  'git/create-tree': 'POST /repos/{owner}/{repo}/git/trees',
  'git/delete-ref': 'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
  'git/get-blob': 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
  'git/get-commit': 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}',
  'git/get-ref': 'GET /repos/{owner}/{repo}/git/ref/{ref}',
  'git/get-tree': 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
  'git/update-ref': 'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
  'issues/add-labels': 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels',
  'issues/create-comment': 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'issues/get': 'GET /repos/{owner}/{repo}/issues/{issue_number}',
  'issues/list-comments': 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'issues/remove-label': 'DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}',
  'issues/update-comment': 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'pulls/create': 'POST /repos/{owner}/{repo}/pulls',
  'pulls/get': 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
  'pulls/get-merge-async-result': 'GET /repos/{owner}/{repo}/pulls/{pull_number}/merge-async/{uuid}',
  'pulls/list': 'GET /repos/{owner}/{repo}/pulls',
  'pulls/list-commits': 'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits',
  'pulls/list-files': 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
  'pulls/merge': 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge',
  'pulls/merge-async': 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge-async',
  'pulls/update': 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
  'reactions/create-for-issue-comment': 'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
  'repos/get': 'GET /repos/{owner}/{repo}',
  'repos/get-collaborator-permission-level': 'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
  'users/get-by-username': 'GET /users/{username}',
} as const

export type Operation = keyof typeof OPERATIONS

/** By name, with what each needs: GitHub's reference of GraphQL names no permissions. */
export const GRAPHQL_OPERATIONS = {
  CommitChecks: { checks: 'read', contents: 'read', statuses: 'read' },
  MarkReady: { pull_requests: 'write' },
  MergeState: { pull_requests: 'read' },
  PullFacts: { checks: 'read', contents: 'read', pull_requests: 'read', statuses: 'read' },
} as const
export type GraphqlOperation = keyof typeof GRAPHQL_OPERATIONS

/**
 * What an installation's token is narrowed to. Never `workflows`: a change of a workflow file is proposed, not made.
 * Held against the operations, and against app.yml, by tests.
 */
export const PERMISSIONS = {
  actions: 'write',
  checks: 'write',
  contents: 'write',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
  statuses: 'read',
} as const

/** Read again and again while something is waited for: a reply that did not change costs nothing of the hour's budget. */
export const POLLED: ReadonlySet<Operation> = new Set<Operation>([
  'actions/get-workflow-run',
  'actions/list-jobs-for-workflow-run-attempt',
  'actions/list-workflow-run-artifacts',
  'git/get-ref',
  'issues/get',
  'pulls/get',
  'pulls/list',
  'repos/get',
])
