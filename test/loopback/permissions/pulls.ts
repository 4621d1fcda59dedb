// Owns the rows of pull requests, reviews, review comments and merges.
import { type PermissionRow, read, row, workflowFiles, write } from './row.ts'

const pulls = 'pulls/pulls#'
const reviews = 'pulls/reviews#'
const comments = 'pulls/comments#'
const requests = 'pulls/review-requests#'

const author = { author: true } as const
const ownReview = {
  author: true,
  assumed: true,
  note: 'a pending review is visible to its author only: for others it is 404',
} as const
const merging = {
  also: workflowFiles,
  assumed: true,
  note: 'the page names contents only; a merge that brings in workflow files is held to the rule of a push',
} as const

export const pullsRows: readonly PermissionRow[] = [
  row(
    'pulls/check-if-merged',
    read('pull_requests'),
    'anyone',
    `${pulls}check-if-a-pull-request-has-been-merged`,
  ),
  row('pulls/create', write('pull_requests'), 'read', `${pulls}create-a-pull-request`, {
    note: 'and write access to the repository of the head branch',
  }),
  row(
    'pulls/create-reply-for-review-comment',
    write('pull_requests'),
    'read',
    `${comments}create-a-reply-for-a-review-comment`,
  ),
  row('pulls/create-review', write('pull_requests'), 'read', `${reviews}create-a-review-for-a-pull-request`),
  row(
    'pulls/create-review-comment',
    write('pull_requests'),
    'read',
    `${comments}create-a-review-comment-for-a-pull-request`,
  ),
  row(
    'pulls/delete-pending-review',
    write('pull_requests'),
    'never',
    `${reviews}delete-a-pending-review-for-a-pull-request`,
    ownReview,
  ),
  row(
    'pulls/delete-review-comment',
    write('pull_requests'),
    'write',
    `${comments}delete-a-review-comment-for-a-pull-request`,
    author,
  ),
  row(
    'pulls/dismiss-review',
    write('pull_requests'),
    'write',
    `${reviews}dismiss-a-review-for-a-pull-request`,
    {
      note: 'on a protected branch: administrators, and those whom the protection lets dismiss',
    },
  ),
  row('pulls/get', read('pull_requests'), 'anyone', `${pulls}get-a-pull-request`, {
    assumed: true,
    note: 'the permissions page lists it under contents and under pull_requests: contents alone is refused',
  }),
  row(
    'pulls/get-merge-async-result',
    write('contents'),
    'write',
    `${pulls}get-the-result-of-an-asynchronous-merge`,
    { assumed: true, note: 'not yet in the permissions page: who may ask for the merge may read its result' },
  ),
  row('pulls/get-review', read('pull_requests'), 'anyone', `${reviews}get-a-review-for-a-pull-request`),
  row(
    'pulls/get-review-comment',
    read('pull_requests'),
    'anyone',
    `${comments}get-a-review-comment-for-a-pull-request`,
  ),
  row('pulls/list', read('pull_requests'), 'anyone', `${pulls}list-pull-requests`),
  row(
    'pulls/list-comments-for-review',
    read('pull_requests'),
    'anyone',
    `${reviews}list-comments-for-a-pull-request-review`,
  ),
  row('pulls/list-commits', read('pull_requests'), 'anyone', `${pulls}list-commits-on-a-pull-request`),
  row('pulls/list-files', read('pull_requests'), 'anyone', `${pulls}list-pull-requests-files`),
  row(
    'pulls/list-requested-reviewers',
    read('pull_requests'),
    'anyone',
    `${requests}get-all-requested-reviewers-for-a-pull-request`,
  ),
  row(
    'pulls/list-review-comments',
    read('pull_requests'),
    'anyone',
    `${comments}list-review-comments-on-a-pull-request`,
  ),
  row(
    'pulls/list-review-comments-for-repo',
    read('pull_requests'),
    'anyone',
    `${comments}list-review-comments-in-a-repository`,
  ),
  row('pulls/list-reviews', read('pull_requests'), 'anyone', `${reviews}list-reviews-for-a-pull-request`),
  row('pulls/merge', write('contents'), 'write', `${pulls}merge-a-pull-request`, merging),
  row(
    'pulls/merge-async',
    write('contents'),
    'write',
    `${pulls}merge-a-pull-request-asynchronously`,
    merging,
  ),
  row(
    'pulls/remove-requested-reviewers',
    write('pull_requests'),
    'triage',
    `${requests}remove-requested-reviewers-from-a-pull-request`,
    author,
  ),
  row(
    'pulls/request-reviewers',
    write('pull_requests'),
    'triage',
    `${requests}request-reviewers-for-a-pull-request`,
    author,
  ),
  row(
    'pulls/submit-review',
    write('pull_requests'),
    'never',
    `${reviews}submit-a-review-for-a-pull-request`,
    ownReview,
  ),
  row('pulls/update', write('pull_requests'), 'write', `${pulls}update-a-pull-request`, author),
  row(
    'pulls/update-branch',
    {
      allOf: [
        { permission: 'pull_requests', level: 'write' },
        { permission: 'contents', level: 'write' },
      ],
    },
    'write',
    `${pulls}update-a-pull-request-branch`,
    { also: workflowFiles, note: 'write access is that to the repository of the head branch' },
  ),
  row(
    'pulls/update-review-comment',
    write('pull_requests'),
    'write',
    `${comments}update-a-review-comment-for-a-pull-request`,
    author,
  ),
]
