// Owns the proof that the permission table is complete, sourced, and no looser than the published list.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { disagreements } from './disagreements.ts'
import { type AppAccess, permissionOf, permissionRows } from './table.ts'

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
}

const selected = (readJson('../openapi/selection.json') as { operations: string[] }).operations
const published = (readJson('./app-permissions-2.1.0.json') as { permissions: Record<string, string[]> })
  .permissions

/** In the notation of the published list, which has no word for "any installation token" but metadata. */
function notation(app: AppAccess): string[] {
  if (app === 'none') return ['metadata:read']
  if (typeof app === 'string') return [app]
  const permissions = 'anyOf' in app ? app.anyOf : app.allOf
  return permissions.map((one) => `${one.permission}:${one.level}`).toSorted()
}

describe('the table of who may call an operation', () => {
  test('has exactly one row for each selected operation, and no other', () => {
    expect(permissionRows.map((row) => row.operation).toSorted()).toEqual([...selected].toSorted())
  })

  test('names a page of docs.github.com with the section of the operation in every row', () => {
    for (const row of permissionRows) {
      const url = new URL(row.source)
      expect(url.origin, row.operation).toBe('https://docs.github.com')
      expect(url.hash, row.operation).toMatch(/^#[a-z0-9-]+$/u)
    }
  })

  test('says in a note what was assumed', () => {
    for (const row of permissionRows.filter((one) => one.assumed === true)) {
      expect(row.note, row.operation).toMatch(/\w/u)
    }
  })

  test('refuses to guess about an operation without a row', () => {
    expect(() => permissionOf('repos/delete')).toThrow('repos/delete')
    expect(permissionOf('issues/create').person).toBe('read')
  })

  test('lets nobody but Apps write check runs', () => {
    for (const operation of ['checks/create', 'checks/update', 'checks/create-suite']) {
      expect(permissionOf(operation)).toMatchObject({
        app: { anyOf: [{ permission: 'checks', level: 'write' }] },
        person: 'never',
      })
    }
  })

  test('leaves pending reviews and reactions to whoever wrote them, and to no role', () => {
    const own = permissionRows.filter((row) => row.person === 'never' && row.author === true)
    expect(own.map((row) => row.operation).toSorted()).toEqual([
      'pulls/delete-pending-review',
      'pulls/submit-review',
      'reactions/delete-for-issue-comment',
    ])
  })

  test('asks for workflows on top wherever a file can reach a branch', () => {
    const writers = permissionRows
      .filter((row) => row.also?.permission === 'workflows')
      .map((row) => row.operation)
    expect(writers.toSorted()).toEqual([
      'git/create-ref',
      'git/update-ref',
      'pulls/merge',
      'pulls/merge-async',
      'pulls/update-branch',
      'repos/create-or-update-file-contents',
      'repos/delete-file',
      'repos/merge',
    ])
  })
})

describe('against the list of @octokit/app-permissions', () => {
  const known = disagreements.flatMap((one) => one.operations)

  test('the table agrees in every operation the list has, but for the recorded disagreements', () => {
    const differing = Object.entries(published)
      .filter(([operation, theirs]) => notation(permissionOf(operation).app).join() !== theirs.join())
      .map(([operation]) => operation)
    expect(differing.toSorted()).toEqual(known.toSorted())
  })

  test('no disagreement is looser: what the table accepts, the list accepts too, apart from single_file', () => {
    for (const operation of known) {
      const theirs = published[operation] ?? []
      if (theirs.join().startsWith('single_file')) continue
      expect(theirs, operation).toEqual(expect.arrayContaining(notation(permissionOf(operation).app)))
    }
  })

  test('the comparison covers most of the table', () => {
    expect(Object.keys(published).length).toBeGreaterThan(130)
  })
})
