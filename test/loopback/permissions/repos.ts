// Owns the rows of repositories, their collaborators, branch protection and dispatches.
import { type PermissionRow, read, row, write } from './row.ts'

const repos = 'repos/repos#'
const collaborators = 'collaborators/collaborators#'
const protection = 'branches/branch-protection#'

const adminOnly = {
  assumed: true,
  note: 'the page names no role; changing protection asks for admin, so reading it does too',
} as const

export const reposRows: readonly PermissionRow[] = [
  row(
    'repos/check-collaborator',
    read('metadata'),
    'write',
    `${collaborators}check-if-a-user-is-a-repository-collaborator`,
  ),
  row('repos/list-collaborators', read('metadata'), 'write', `${collaborators}list-repository-collaborators`),
  row(
    'repos/get-collaborator-permission-level',
    read('metadata'),
    'write',
    `${collaborators}get-repository-permissions-for-a-user`,
    {
      assumed: true,
      note: 'the page names no role; listing collaborators asks for push access, so this does too',
    },
  ),
  row('repos/codeowners-errors', read('contents'), 'anyone', `${repos}list-codeowners-errors`),
  row(
    'repos/create-dispatch-event',
    write('contents'),
    'write',
    `${repos}create-a-repository-dispatch-event`,
    {
      assumed: true,
      note: 'the page names the scope repo, no role',
    },
  ),
  row(
    'repos/create-fork',
    {
      allOf: [
        { permission: 'administration', level: 'write' },
        { permission: 'contents', level: 'read' },
      ],
    },
    'read',
    'repos/forks#create-a-fork',
    { note: 'the App must be installed on the destination account too, with access to all repositories' },
  ),
  row('repos/get', read('metadata'), 'anyone', `${repos}get-a-repository`),
  row('repos/update', write('administration'), 'admin', `${repos}update-a-repository`),
  row('repos/list-languages', read('metadata'), 'anyone', `${repos}list-repository-languages`),
  row('repos/list-teams', read('administration'), 'admin', `${repos}list-repository-teams`, {
    assumed: true,
    note: 'the page says teams visible to the person; Apps need administration, so persons need admin',
  }),
  row(
    'repos/get-branch-protection',
    read('administration'),
    'admin',
    `${protection}get-branch-protection`,
    adminOnly,
  ),
  row(
    'repos/get-status-checks-protection',
    read('administration'),
    'admin',
    `${protection}get-status-checks-protection`,
    adminOnly,
  ),
  row(
    'repos/update-branch-protection',
    write('administration'),
    'admin',
    `${protection}update-branch-protection`,
  ),
  row(
    'repos/delete-branch-protection',
    write('administration'),
    'admin',
    `${protection}delete-branch-protection`,
    adminOnly,
  ),
  row('repos/get-branch-rules', read('metadata'), 'anyone', 'repos/rules#get-rules-for-a-branch'),
]
