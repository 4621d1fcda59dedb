// Owns the rows of git data, commits, branches and file contents.
import { type PermissionRow, read, row, workflowFiles, write } from './row.ts'

const refs = 'git/refs#'
const contents = 'repos/contents#'

const also = { also: workflowFiles } as const
const alsoMerged = {
  also: workflowFiles,
  assumed: true,
  note: 'the page names contents only; a merge that brings in workflow files is held to the rule of a push',
} as const

export const gitRows: readonly PermissionRow[] = [
  row('git/create-blob', write('contents'), 'write', 'git/blobs#create-a-blob'),
  row('git/create-commit', write('contents'), 'write', 'git/commits#create-a-commit'),
  row('git/create-ref', write('contents'), 'write', `${refs}create-a-reference`, also),
  row('git/create-tag', write('contents'), 'write', 'git/tags#create-a-tag-object'),
  row('git/create-tree', write('contents'), 'write', 'git/trees#create-a-tree'),
  row('git/delete-ref', write('contents'), 'write', `${refs}delete-a-reference`),
  row('git/get-blob', read('contents'), 'anyone', 'git/blobs#get-a-blob'),
  row('git/get-commit', read('contents'), 'anyone', 'git/commits#get-a-commit-object'),
  row('git/get-ref', read('contents'), 'anyone', `${refs}get-a-reference`),
  row('git/get-tag', read('contents'), 'anyone', 'git/tags#get-a-tag'),
  row('git/get-tree', read('contents'), 'anyone', 'git/trees#get-a-tree'),
  row('git/list-matching-refs', read('contents'), 'anyone', `${refs}list-matching-references`),
  row('git/update-ref', write('contents'), 'write', `${refs}update-a-reference`, also),
  row(
    'repos/compare-commits-with-basehead',
    read('contents'),
    'anyone',
    'commits/commits#compare-two-commits',
  ),
  row(
    'repos/create-or-update-file-contents',
    write('contents'),
    'write',
    `${contents}create-or-update-file-contents`,
    also,
  ),
  row('repos/delete-file', write('contents'), 'write', `${contents}delete-a-file`, also),
  row('repos/get-branch', read('contents'), 'anyone', 'branches/branches#get-a-branch'),
  row('repos/get-commit', read('contents'), 'anyone', 'commits/commits#get-a-commit'),
  row('repos/get-content', read('contents'), 'anyone', `${contents}get-repository-content`),
  row('repos/get-readme', read('contents'), 'anyone', `${contents}get-a-repository-readme`),
  row('repos/list-branches', read('contents'), 'anyone', 'branches/branches#list-branches'),
  row('repos/list-commits', read('contents'), 'anyone', 'commits/commits#list-commits'),
  row(
    'repos/list-pull-requests-associated-with-commit',
    read('pull_requests'),
    'anyone',
    'commits/commits#list-pull-requests-associated-with-a-commit',
  ),
  row('repos/merge', write('contents'), 'write', 'branches/branches#merge-a-branch', alsoMerged),
]
