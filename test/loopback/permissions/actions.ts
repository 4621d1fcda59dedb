// Owns the rows of GitHub Actions: runs, jobs, workflows, artifacts and the repository's Actions settings.
import { type PermissionRow, read, row, write } from './row.ts'

const runs = 'actions/workflow-runs#'
const jobs = 'actions/workflow-jobs#'
const workflows = 'actions/workflows#'
const artifacts = 'actions/artifacts#'
const settings = 'actions/permissions#'

const role = {
  assumed: true,
  note: 'the page names scopes, no role: the role of the web page is taken',
} as const
const signedIn = {
  assumed: true,
  note: 'the page says read access; the signed address is given to signed-in persons only',
} as const

export const actionsRows: readonly PermissionRow[] = [
  row(
    'actions/approve-workflow-run',
    write('actions'),
    'write',
    `${runs}approve-a-workflow-run-for-a-fork-pull-request`,
    role,
  ),
  row('actions/cancel-workflow-run', write('actions'), 'write', `${runs}cancel-a-workflow-run`, role),
  row(
    'actions/create-workflow-dispatch',
    write('actions'),
    'write',
    `${workflows}create-a-workflow-dispatch-event`,
    role,
  ),
  row('actions/delete-artifact', write('actions'), 'write', `${artifacts}delete-an-artifact`, role),
  row('actions/disable-workflow', write('actions'), 'write', `${workflows}disable-a-workflow`, role),
  row('actions/download-artifact', read('actions'), 'read', `${artifacts}download-an-artifact`, signedIn),
  row(
    'actions/download-job-logs-for-workflow-run',
    read('actions'),
    'read',
    `${jobs}download-job-logs-for-a-workflow-run`,
    signedIn,
  ),
  row(
    'actions/download-workflow-run-logs',
    read('actions'),
    'read',
    `${runs}download-workflow-run-logs`,
    signedIn,
  ),
  row('actions/enable-workflow', write('actions'), 'write', `${workflows}enable-a-workflow`, role),
  row(
    'actions/force-cancel-workflow-run',
    write('actions'),
    'write',
    `${runs}force-cancel-a-workflow-run`,
    role,
  ),
  row('actions/get-artifact', read('actions'), 'anyone', `${artifacts}get-an-artifact`),
  row(
    'actions/get-github-actions-default-workflow-permissions-repository',
    read('administration'),
    'admin',
    `${settings}get-default-workflow-permissions-for-a-repository`,
    role,
  ),
  row(
    'actions/get-github-actions-permissions-repository',
    read('administration'),
    'admin',
    `${settings}get-github-actions-permissions-for-a-repository`,
    role,
  ),
  row('actions/get-job-for-workflow-run', read('actions'), 'anyone', `${jobs}get-a-job-for-a-workflow-run`),
  row('actions/get-workflow', read('actions'), 'anyone', `${workflows}get-a-workflow`),
  row('actions/get-workflow-run', read('actions'), 'anyone', `${runs}get-a-workflow-run`),
  row('actions/get-workflow-run-attempt', read('actions'), 'anyone', `${runs}get-a-workflow-run-attempt`),
  row(
    'actions/list-artifacts-for-repo',
    read('actions'),
    'anyone',
    `${artifacts}list-artifacts-for-a-repository`,
  ),
  row('actions/list-jobs-for-workflow-run', read('actions'), 'anyone', `${jobs}list-jobs-for-a-workflow-run`),
  row(
    'actions/list-jobs-for-workflow-run-attempt',
    read('actions'),
    'anyone',
    `${jobs}list-jobs-for-a-workflow-run-attempt`,
  ),
  row('actions/list-repo-workflows', read('actions'), 'anyone', `${workflows}list-repository-workflows`),
  row(
    'actions/list-workflow-run-artifacts',
    read('actions'),
    'anyone',
    `${artifacts}list-workflow-run-artifacts`,
  ),
  row('actions/list-workflow-runs', read('actions'), 'anyone', `${runs}list-workflow-runs-for-a-workflow`),
  row(
    'actions/list-workflow-runs-for-repo',
    read('actions'),
    'anyone',
    `${runs}list-workflow-runs-for-a-repository`,
  ),
  row(
    'actions/re-run-job-for-workflow-run',
    write('actions'),
    'write',
    `${runs}re-run-a-job-from-a-workflow-run`,
    role,
  ),
  row('actions/re-run-workflow', write('actions'), 'write', `${runs}re-run-a-workflow`, role),
  row(
    'actions/re-run-workflow-failed-jobs',
    write('actions'),
    'write',
    `${runs}re-run-failed-jobs-from-a-workflow-run`,
    role,
  ),
  row(
    'actions/set-github-actions-default-workflow-permissions-repository',
    write('administration'),
    'admin',
    `${settings}set-default-workflow-permissions-for-a-repository`,
    role,
  ),
]
