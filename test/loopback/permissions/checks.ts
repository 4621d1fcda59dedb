// Owns the rows of check runs, check suites, commit statuses and deployments.
import { type PermissionRow, read, row, write } from './row.ts'

const runs = 'checks/runs#'
const suites = 'checks/suites#'
const statuses = 'commits/statuses#'
const deployments = 'deployments/deployments#'

const owner = { note: 'only the App that created the check run or suite' } as const
const rerequest = {
  assumed: true,
  note: 'a person asks again on the web page; the operation answers Apps only, the stricter reading',
} as const

export const checksRows: readonly PermissionRow[] = [
  row('checks/create', write('checks'), 'never', `${runs}create-a-check-run`),
  row('checks/create-suite', write('checks'), 'never', `${suites}create-a-check-suite`),
  row('checks/get', read('checks'), 'anyone', `${runs}get-a-check-run`),
  row('checks/get-suite', read('checks'), 'anyone', `${suites}get-a-check-suite`),
  row('checks/list-annotations', read('checks'), 'anyone', `${runs}list-check-run-annotations`),
  row('checks/list-for-ref', read('checks'), 'anyone', `${runs}list-check-runs-for-a-git-reference`),
  row('checks/list-for-suite', read('checks'), 'anyone', `${runs}list-check-runs-in-a-check-suite`),
  row(
    'checks/list-suites-for-ref',
    read('checks'),
    'anyone',
    `${suites}list-check-suites-for-a-git-reference`,
  ),
  row('checks/rerequest-run', write('checks'), 'never', `${runs}rerequest-a-check-run`, rerequest),
  row('checks/rerequest-suite', write('checks'), 'never', `${suites}rerequest-a-check-suite`, rerequest),
  row(
    'checks/set-suites-preferences',
    write('checks'),
    'admin',
    `${suites}update-repository-preferences-for-check-suites`,
  ),
  row('checks/update', write('checks'), 'never', `${runs}update-a-check-run`, owner),
  row('repos/create-commit-status', write('statuses'), 'write', `${statuses}create-a-commit-status`),
  row(
    'repos/get-combined-status-for-ref',
    read('statuses'),
    'anyone',
    `${statuses}get-the-combined-status-for-a-specific-reference`,
  ),
  row(
    'repos/list-commit-statuses-for-ref',
    read('statuses'),
    'anyone',
    `${statuses}list-commit-statuses-for-a-reference`,
  ),
  row('repos/create-deployment', write('deployments'), 'write', `${deployments}create-a-deployment`, {
    assumed: true,
    note: 'the page names scopes, no role; deployment statuses ask for push access, so this does too',
  }),
  row(
    'repos/create-deployment-status',
    write('deployments'),
    'write',
    'deployments/statuses#create-a-deployment-status',
  ),
  row('repos/get-deployment', read('deployments'), 'anyone', `${deployments}get-a-deployment`),
  row(
    'repos/list-deployment-statuses',
    read('deployments'),
    'anyone',
    'deployments/statuses#list-deployment-statuses',
  ),
  row('repos/list-deployments', read('deployments'), 'anyone', `${deployments}list-deployments`),
]
