// Owns the proof of what a job token can and cannot hold.
import { expect, test } from 'vitest'
import { jobTokenPermissions, workflowPermission } from './job-token.ts'
import { permissionRows } from './table.ts'

test('a key of a workflow stands for the App permission of the same name with underscores', () => {
  expect(workflowPermission('pull-requests')).toEqual({ app: 'pull_requests' })
  expect(workflowPermission('security-events')).toEqual({ app: 'security_events' })
  expect(workflowPermission('id-token')).toEqual({ outside: 'oidc' })
})

test('a key that GitHub does not offer makes the workflow invalid', () => {
  expect(workflowPermission('administration')).toBeUndefined()
  expect(workflowPermission('workflows')).toBeUndefined()
  expect(workflowPermission('pull_requests')).toBeUndefined()
})

test('a job token can never administer, touch workflow files or read members', () => {
  for (const name of [
    'administration',
    'workflows',
    'members',
    'environments',
    'secrets',
    'merge_queues',
  ] as const) {
    expect(jobTokenPermissions.has(name), name).toBe(false)
  }
})

test('no job token can change the protection of a branch, whatever the workflow asks for', () => {
  const open = permissionRows.filter((row) => {
    if (typeof row.app === 'string') return false
    return 'anyOf' in row.app
      ? row.app.anyOf.some((one) => jobTokenPermissions.has(one.permission))
      : row.app.allOf.every((one) => jobTokenPermissions.has(one.permission))
  })
  const operations = open.map((row) => row.operation)
  expect(operations).toContain('checks/create')
  expect(operations).not.toContain('repos/update-branch-protection')
  expect(operations).not.toContain('repos/create-fork')
  expect(operations).not.toContain('teams/list')
})
