// Owns which permission an App needs to receive a webhook event: an event without it is never delivered.
import type { Permission } from './row.ts'

export interface EventPermission {
  event: string
  /** Any one of these. `always`: every App receives it, and cannot unsubscribe. */
  needs: readonly Permission[] | 'always'
  /** Actions of the event that ask for more than `needs`. */
  actions?: Readonly<Record<string, Permission>>
  source: string
  note?: string
}

const page = 'https://docs.github.com/en/webhooks/webhook-events-and-payloads'

function event(
  name: string,
  needs: EventPermission['needs'],
  more: Pick<EventPermission, 'actions' | 'note'> = {},
): EventPermission {
  return { event: name, needs, source: `${page}#${name}`, ...more }
}

const actions: Permission = { permission: 'actions', level: 'read' }
const administration: Permission = { permission: 'administration', level: 'read' }
const checks: Permission = { permission: 'checks', level: 'read' }
const checksWrite: Permission = { permission: 'checks', level: 'write' }
const contents: Permission = { permission: 'contents', level: 'read' }
const deployments: Permission = { permission: 'deployments', level: 'read' }
const issues: Permission = { permission: 'issues', level: 'read' }
const metadata: Permission = { permission: 'metadata', level: 'read' }
const pullRequests: Permission = { permission: 'pull_requests', level: 'read' }

export const eventPermissions: readonly EventPermission[] = [
  event('branch_protection_rule', [administration]),
  event('check_run', [checks], {
    actions: { rerequested: checksWrite, requested_action: checksWrite },
    note: 'Apps with checks: write receive it without subscribing; rerequested goes to the App that owns the run',
  }),
  event('check_suite', [checks], {
    actions: { requested: checksWrite, rerequested: checksWrite },
    note: 'Apps with checks: write receive it without subscribing',
  }),
  event('create', [contents], { note: 'not sent when more than three tags are created at once' }),
  event('delete', [contents], { note: 'not sent when more than three tags are deleted at once' }),
  event('deployment', [deployments]),
  event('deployment_status', [deployments], { note: 'not sent for the state inactive' }),
  event('fork', [contents]),
  event('installation', 'always'),
  event('installation_repositories', 'always'),
  event('issue_comment', [issues], {
    note: 'pull_requests alone does not bring it, although comments of pull requests come as this event',
  }),
  event('issues', [issues]),
  event('label', [metadata]),
  event('member', [{ permission: 'members', level: 'read' }]),
  event('merge_group', [{ permission: 'merge_queues', level: 'read' }]),
  event('ping', 'always', { note: 'sent when the webhook is created' }),
  event('pull_request', [pullRequests]),
  event('pull_request_review', [pullRequests]),
  event('pull_request_review_comment', [pullRequests]),
  event('pull_request_review_thread', [pullRequests]),
  event('push', [contents]),
  event('repository', [metadata]),
  event('repository_dispatch', [contents]),
  event('status', [{ permission: 'statuses', level: 'read' }]),
  event('workflow_dispatch', [contents]),
  event('workflow_job', [actions]),
  event('workflow_run', [actions]),
]

const byEvent: ReadonlyMap<string, EventPermission> = new Map(eventPermissions.map((one) => [one.event, one]))

/** Throws on an event without a row: an undecided event must not reach every App. */
export function eventPermissionOf(name: string): EventPermission {
  const found = byEvent.get(name)
  if (found === undefined) {
    throw new Error(`No row for the webhook event ${name}. Add one in test/loopback/permissions/events.ts.`)
  }
  return found
}
