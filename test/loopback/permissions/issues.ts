// Owns the rows of issues, labels, comments and reactions. An issue number may be a pull request's.
import { type PermissionRow, read, row, write } from './row.ts'

const issues = 'issues/issues#'
const comments = 'issues/comments#'
const labels = 'issues/labels#'
const reactions = 'reactions/reactions#'

const roles = {
  note: 'the role is that of repository-roles-for-an-organization: triage applies labels and assigns, write edits',
} as const
const author = { author: true } as const
const ownReaction = { author: true, assumed: true, note: 'silent on others: only who reacted may' } as const
const noPulls = {
  note: 'pull_requests alone does not open it, although the number may be a pull request',
} as const

export const issuesRows: readonly PermissionRow[] = [
  row(
    'issues/add-assignees',
    write('issues', 'pull_requests'),
    'triage',
    'issues/assignees#add-assignees-to-an-issue',
    roles,
  ),
  row(
    'issues/remove-assignees',
    write('issues', 'pull_requests'),
    'triage',
    'issues/assignees#remove-assignees-from-an-issue',
    roles,
  ),
  row(
    'issues/add-labels',
    write('issues', 'pull_requests'),
    'triage',
    `${labels}add-labels-to-an-issue`,
    roles,
  ),
  row(
    'issues/set-labels',
    write('issues', 'pull_requests'),
    'triage',
    `${labels}set-labels-for-an-issue`,
    roles,
  ),
  row(
    'issues/remove-label',
    write('issues', 'pull_requests'),
    'triage',
    `${labels}remove-a-label-from-an-issue`,
    roles,
  ),
  row(
    'issues/remove-all-labels',
    write('issues', 'pull_requests'),
    'triage',
    `${labels}remove-all-labels-from-an-issue`,
    roles,
  ),
  row('issues/create-label', write('issues', 'pull_requests'), 'write', `${labels}create-a-label`, roles),
  row('issues/update-label', write('issues', 'pull_requests'), 'write', `${labels}update-a-label`, roles),
  row('issues/delete-label', write('issues', 'pull_requests'), 'write', `${labels}delete-a-label`, roles),
  row('issues/get-label', read('issues', 'pull_requests'), 'anyone', `${labels}get-a-label`),
  row(
    'issues/list-labels-for-repo',
    read('issues', 'pull_requests'),
    'anyone',
    `${labels}list-labels-for-a-repository`,
  ),
  row(
    'issues/list-labels-on-issue',
    read('issues', 'pull_requests'),
    'anyone',
    `${labels}list-labels-for-an-issue`,
  ),
  row('issues/create', write('issues'), 'read', `${issues}create-an-issue`, {
    note: 'labels, assignees and milestone of a person without push access are dropped in silence',
  }),
  row('issues/get', read('issues'), 'anyone', `${issues}get-an-issue`, noPulls),
  row('issues/list-for-repo', read('issues'), 'anyone', `${issues}list-repository-issues`, noPulls),
  row('issues/update', write('issues', 'pull_requests'), 'triage', `${issues}update-an-issue`, author),
  row('issues/lock', write('issues', 'pull_requests'), 'write', `${issues}lock-an-issue`),
  row('issues/unlock', write('issues', 'pull_requests'), 'write', `${issues}unlock-an-issue`),
  row(
    'issues/create-comment',
    write('issues', 'pull_requests'),
    'read',
    `${comments}create-an-issue-comment`,
  ),
  row(
    'issues/update-comment',
    write('issues', 'pull_requests'),
    'write',
    `${comments}update-an-issue-comment`,
    author,
  ),
  row(
    'issues/delete-comment',
    write('issues', 'pull_requests'),
    'write',
    `${comments}delete-an-issue-comment`,
    author,
  ),
  row('issues/get-comment', read('issues', 'pull_requests'), 'anyone', `${comments}get-an-issue-comment`),
  row('issues/list-comments', read('issues', 'pull_requests'), 'anyone', `${comments}list-issue-comments`),
  row(
    'issues/list-comments-for-repo',
    read('issues', 'pull_requests'),
    'anyone',
    `${comments}list-issue-comments-for-a-repository`,
  ),
  row('issues/list-events', read('issues', 'pull_requests'), 'anyone', 'issues/events#list-issue-events'),
  row(
    'issues/list-events-for-timeline',
    read('issues', 'pull_requests'),
    'anyone',
    'issues/timeline#list-timeline-events-for-an-issue',
  ),
  row(
    'reactions/create-for-issue',
    write('issues'),
    'read',
    `${reactions}create-reaction-for-an-issue`,
    noPulls,
  ),
  row(
    'reactions/create-for-issue-comment',
    write('issues'),
    'read',
    `${reactions}create-reaction-for-an-issue-comment`,
    noPulls,
  ),
  row(
    'reactions/create-for-pull-request-review-comment',
    write('pull_requests'),
    'read',
    `${reactions}create-reaction-for-a-pull-request-review-comment`,
  ),
  row(
    'reactions/delete-for-issue-comment',
    write('issues'),
    'never',
    `${reactions}delete-an-issue-comment-reaction`,
    ownReaction,
  ),
  row(
    'reactions/list-for-issue',
    read('issues'),
    'anyone',
    `${reactions}list-reactions-for-an-issue`,
    noPulls,
  ),
  row(
    'reactions/list-for-issue-comment',
    read('issues'),
    'anyone',
    `${reactions}list-reactions-for-an-issue-comment`,
    noPulls,
  ),
  row(
    'reactions/list-for-pull-request-review-comment',
    read('pull_requests'),
    'anyone',
    `${reactions}list-reactions-for-a-pull-request-review-comment`,
  ),
]
