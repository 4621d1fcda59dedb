// Owns what a job token (GITHUB_TOKEN) may hold: it is an installation token of the App github-actions.
// https://docs.github.com/actions/using-jobs/assigning-permissions-to-jobs
import type { PermissionName } from './row.ts'

/** `outside`: the workflow may ask for it, but it opens no operation of the REST API. */
export type WorkflowPermission = { app: PermissionName } | { outside: 'oidc' | 'models' }

const names: ReadonlyMap<string, WorkflowPermission> = new Map<string, WorkflowPermission>([
  ['actions', { app: 'actions' }],
  ['artifact-metadata', { app: 'artifact_metadata' }],
  ['attestations', { app: 'attestations' }],
  ['checks', { app: 'checks' }],
  ['contents', { app: 'contents' }],
  ['deployments', { app: 'deployments' }],
  ['discussions', { app: 'discussions' }],
  ['id-token', { outside: 'oidc' }],
  ['issues', { app: 'issues' }],
  ['models', { outside: 'models' }],
  ['packages', { app: 'packages' }],
  ['pages', { app: 'pages' }],
  ['pull-requests', { app: 'pull_requests' }],
  ['security-events', { app: 'security_events' }],
  ['statuses', { app: 'statuses' }],
])

/** What a key of a workflow's `permissions` stands for; undefined means that the workflow file is invalid. */
export function workflowPermission(name: string): WorkflowPermission | undefined {
  return names.get(name)
}

/**
 * Everything a job token can hold. What is missing cannot be asked for at all: `administration`, `workflows`,
 * `members`, `environments`, `secrets`, `merge_queues`, and everything of an organization.
 */
export const jobTokenPermissions: ReadonlySet<PermissionName> = new Set<PermissionName>([
  'metadata',
  ...[...names.values()].flatMap((one) => ('app' in one ? [one.app] : [])),
])
