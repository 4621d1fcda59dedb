// Owns which webhook events are kept and worked; every other one is answered and dropped.

/** What the App subscribes to in app.yml. */
export const SUBSCRIBED = [
  'check_run',
  'check_suite',
  'issue_comment',
  'issues',
  'merge_group',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'push',
  'repository',
  'workflow_job',
  'workflow_run',
] as const

/** What every App hears, and no manifest may ask for. */
export const UNASKED = ['installation', 'installation_repositories'] as const

const KNOWN: ReadonlySet<string> = new Set([...SUBSCRIBED, ...UNASKED])

export function isWorked(event: string): boolean {
  return KNOWN.has(event)
}
