// Owns the settings of Actions that a repository's administrator sees: whether it is on, and what a job's token may.
import type { Operations } from '../server/call.ts'
import { noContent, ok } from '../server/call.ts'

export const actionsSettingOperations: Operations = {
  'actions/get-github-actions-permissions-repository': ({ forge, repository }) =>
    ok({
      enabled: forge.actions.enabled && repository.fork === undefined,
      ...(forge.actions.enabled ? { allowed_actions: 'all' } : {}),
      sha_pinning_required: false,
    }),
  'actions/get-github-actions-default-workflow-permissions-repository': ({ repository: { settings } }) =>
    ok({
      default_workflow_permissions: settings.defaultWorkflowPermissions,
      can_approve_pull_request_reviews: settings.actionsMayOpenPulls,
    }),
  'actions/set-github-actions-default-workflow-permissions-repository': ({ repository, body }) => {
    const { settings } = repository
    settings.defaultWorkflowPermissions =
      body.default_workflow_permissions ?? settings.defaultWorkflowPermissions
    settings.actionsMayOpenPulls = body.can_approve_pull_request_reviews ?? settings.actionsMayOpenPulls
    return noContent()
  },
}
