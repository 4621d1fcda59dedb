import { expect, test } from 'vitest'
import { effectivePermissions } from './permissions.ts'
import type { Level } from './permissions.ts'

const none = { workflow: undefined, job: undefined, setting: 'read', fromFork: false } as const
const levels = (...pairs: [string, Level][]) => new Map(pairs)

test('without a declaration the repository setting decides', () => {
  expect(effectivePermissions(none)).toEqual({ metadata: 'read', contents: 'read', packages: 'read' })
  expect(effectivePermissions({ ...none, setting: 'write' })).toMatchObject({
    contents: 'write',
    pull_requests: 'write',
    checks: 'write',
  })
})

test('what is unlisted is none once anything is listed', () => {
  expect(
    effectivePermissions({ ...none, workflow: levels(['issues', 'write'], ['contents', 'none']) }),
  ).toEqual({
    metadata: 'read',
    issues: 'write',
  })
  expect(effectivePermissions({ ...none, workflow: levels() })).toEqual({ metadata: 'read' })
})

test('a job’s declaration replaces that of the workflow', () => {
  const workflow = levels(['contents', 'write'])
  const job = levels(['checks', 'write'])
  expect(effectivePermissions({ ...none, workflow, job })).toEqual({ metadata: 'read', checks: 'write' })
  expect(effectivePermissions({ ...none, workflow: 'write-all', job: 'read-all' })['contents']).toBe('read')
})

test('a fork’s pull request gets reads for writes and no OIDC token', () => {
  const job = levels(['contents', 'write'], ['id-token', 'write'])
  expect(effectivePermissions({ ...none, job, fromFork: true })).toEqual({
    metadata: 'read',
    contents: 'read',
  })
})
