// app.yml asks for what its events need, names no event that nothing works, and is one that GitHub takes.
import { expect, test } from 'vitest'
import { isWorked, SUBSCRIBED, UNASKED } from '../../app/events.ts'
import { manifestFor, readManifest } from '../../app/manifest.ts'
import { PERMISSIONS } from '../../src/adapters/github/operations.ts'
import { parseManifest } from '../loopback/furnish/manifest.ts'
import { eventPermissionOf } from '../loopback/permissions/events.ts'
import type { Permission } from '../loopback/permissions/row.ts'

const manifest = readManifest()

function isGranted({ permission, level }: Permission): boolean {
  const granted = manifest.default_permissions[permission]
  return granted === level || (granted === 'write' && level === 'read')
}

test('the events that are worked are those of the manifest and those that come unasked', () => {
  expect(manifest.default_events).toEqual([...SUBSCRIBED])
  for (const event of UNASKED) expect([event, eventPermissionOf(event).needs]).toEqual([event, 'always'])
  for (const event of [...manifest.default_events, ...UNASKED]) expect(isWorked(event)).toBe(true)
  expect(isWorked('ping')).toBe(false)
})

test.each([...SUBSCRIBED])('the permissions that %s and its actions need are asked for', (event) => {
  const { needs, actions = {} } = eventPermissionOf(event)
  if (needs === 'always') throw new Error(`${event} comes unasked`)
  expect(needs.some(isGranted)).toBe(true)
  for (const [action, needed] of Object.entries(actions))
    expect([action, isGranted(needed)]).toEqual([action, true])
})

test('the permissions are those that the adapter’s calls need, and that of the merge queue, whose event is heard', () => {
  expect(manifest.default_permissions).toEqual({ ...PERMISSIONS, merge_queues: 'read' })
  const hearing = SUBSCRIBED.filter((event) => {
    const { needs } = eventPermissionOf(event)
    return needs !== 'always' && needs.every(({ permission }) => permission === 'merge_queues')
  })
  expect(hearing).toEqual(['merge_group'])
})

test('workflow files are not asked for, and no permission is wider than write', () => {
  expect(Object.keys(manifest.default_permissions)).not.toContain('workflows')
  expect(Object.keys(manifest.default_permissions)).not.toContain('administration')
  expect(new Set(Object.values(manifest.default_permissions))).toEqual(new Set(['read', 'write']))
})

test('what is posted to GitHub is a manifest that it takes, with the webhook at the server’s address', () => {
  const text = manifestFor(manifest, 'https://bot.example.com', 'http://localhost:3000/setup/registered')
  expect(parseManifest(text)).toMatchObject({
    name: 'Autopilot',
    url: 'https://bot.example.com',
    redirectUrl: 'http://localhost:3000/setup/registered',
    hook: { url: 'https://bot.example.com/api/github/webhooks', active: true },
    permissions: manifest.default_permissions,
  })
})
