// Owns which operations create content that notifies people: they count towards GitHub's content limits.

/** Operations marked `x-github.triggersNotification` in GitHub's description. */
export const NOTIFYING: ReadonlySet<string> = new Set([
  'issues/create',
  'issues/create-comment',
  'pulls/create',
  'pulls/create-review',
  'pulls/create-review-comment',
  'pulls/create-reply-for-review-comment',
  'pulls/merge',
  'pulls/merge-async',
  'pulls/request-reviewers',
])
