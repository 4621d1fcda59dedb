// Owns the rows of Apps, their installations and webhooks, and of the operations that belong to no repository.
import { type PermissionRow, read, row } from './row.ts'

const apps = 'apps/apps#'
const hooks = 'apps/webhooks#'

export const appsRows: readonly PermissionRow[] = [
  row('apps/create-from-manifest', 'never', 'anyone', `${apps}create-a-github-app-from-a-manifest`, {
    assumed: true,
    note: 'the one-hour code is the credential; the list of operations open to installation tokens lacks it',
  }),
  row(
    'apps/create-installation-access-token',
    'jwt',
    'never',
    `${apps}create-an-installation-access-token-for-an-app`,
  ),
  row('apps/delete-installation', 'jwt', 'never', `${apps}delete-an-installation-for-the-authenticated-app`),
  row('apps/get-authenticated', 'jwt', 'never', `${apps}get-the-authenticated-app`),
  row('apps/get-by-slug', 'none', 'anyone', `${apps}get-an-app`, { note: 'a private App: its owner only' }),
  row('apps/get-installation', 'jwt', 'never', `${apps}get-an-installation-for-the-authenticated-app`),
  row(
    'apps/get-org-installation',
    'jwt',
    'never',
    `${apps}get-an-organization-installation-for-the-authenticated-app`,
  ),
  row(
    'apps/get-repo-installation',
    'jwt',
    'never',
    `${apps}get-a-repository-installation-for-the-authenticated-app`,
  ),
  row(
    'apps/get-user-installation',
    'jwt',
    'never',
    `${apps}get-a-user-installation-for-the-authenticated-app`,
  ),
  row('apps/get-webhook-config-for-app', 'jwt', 'never', `${hooks}get-a-webhook-configuration-for-an-app`),
  row('apps/get-webhook-delivery', 'jwt', 'never', `${hooks}get-a-delivery-for-an-app-webhook`),
  row('apps/list-installations', 'jwt', 'never', `${apps}list-installations-for-the-authenticated-app`),
  row(
    'apps/list-repos-accessible-to-installation',
    'none',
    'never',
    'apps/installations#list-repositories-accessible-to-the-app-installation',
  ),
  row('apps/list-webhook-deliveries', 'jwt', 'never', `${hooks}list-deliveries-for-an-app-webhook`),
  row('apps/redeliver-webhook-delivery', 'jwt', 'never', `${hooks}redeliver-a-delivery-for-an-app-webhook`),
  row(
    'apps/revoke-installation-access-token',
    'none',
    'never',
    'apps/installations#revoke-an-installation-access-token',
  ),
  row('apps/suspend-installation', 'jwt', 'never', `${apps}suspend-an-app-installation`),
  row('apps/unsuspend-installation', 'jwt', 'never', `${apps}unsuspend-an-app-installation`),
  row(
    'apps/update-webhook-config-for-app',
    'jwt',
    'never',
    `${hooks}update-a-webhook-configuration-for-an-app`,
  ),
  row('meta/get', 'none', 'anyone', 'meta/meta#get-apiname-meta-information'),
  row('orgs/get', 'none', 'anyone', 'orgs/orgs#get-an-organization'),
  row(
    'rate-limit/get',
    'none',
    'anyone',
    'rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user',
  ),
  row(
    'teams/check-permissions-for-repo-in-org',
    {
      allOf: [
        { permission: 'members', level: 'read' },
        { permission: 'metadata', level: 'read' },
      ],
    },
    'signed_in',
    'teams/teams#check-team-permissions-for-a-repository',
    { note: 'members of the organization; others get 404' },
  ),
  row('teams/get-by-name', read('members'), 'signed_in', 'teams/teams#get-a-team-by-name', {
    note: 'members of the organization; others get 404',
  }),
  row(
    'teams/get-membership-for-user-in-org',
    read('members'),
    'signed_in',
    'teams/members#get-team-membership-for-a-user',
    { note: 'the team must be visible to the person; otherwise 404' },
  ),
  row('teams/list', read('members'), 'signed_in', 'teams/teams#list-teams', {
    note: 'only teams visible to the person are listed',
  }),
  row('teams/list-members-in-org', read('members'), 'signed_in', 'teams/members#list-team-members', {
    note: 'the team must be visible to the person; otherwise 404',
  }),
  row('users/get-authenticated', 'never', 'signed_in', 'users/users#get-the-authenticated-user'),
  row('users/get-by-username', 'none', 'anyone', 'users/users#get-a-user'),
]
