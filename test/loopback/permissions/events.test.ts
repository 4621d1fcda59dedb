// Owns the proof that every webhook has the permission that brings it to an App.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eventPermissionOf, eventPermissions } from './events.ts'

const selected = (
  JSON.parse(readFileSync(new URL('../openapi/selection.json', import.meta.url), 'utf8')) as {
    webhooks: string[]
  }
).webhooks

/** The description names a webhook by event and action, joined by hyphens: the longest event that fits is meant. */
function eventOf(webhook: string): string | undefined {
  return eventPermissions
    .map((one) => one.event)
    .filter((event) => `${webhook}-`.startsWith(`${event.replaceAll('_', '-')}-`))
    .toSorted((left, right) => right.length - left.length)[0]
}

test('every selected webhook has the row of its event, and every row a selected webhook', () => {
  expect(selected.filter((webhook) => eventOf(webhook) === undefined)).toEqual([])
  expect(new Set(selected.map(eventOf))).toEqual(new Set(eventPermissions.map((one) => one.event)))
})

test('an event is listed once, with its own section of the webhook page', () => {
  expect(new Set(eventPermissions.map((one) => one.event)).size).toBe(eventPermissions.length)
  for (const one of eventPermissions) {
    expect(one.source).toBe(`https://docs.github.com/en/webhooks/webhook-events-and-payloads#${one.event}`)
  }
})

test('asking for checks again reaches only Apps that may write checks', () => {
  expect(eventPermissionOf('check_run').actions?.['rerequested']).toEqual({
    permission: 'checks',
    level: 'write',
  })
  expect(eventPermissionOf('check_suite').actions?.['requested']).toEqual({
    permission: 'checks',
    level: 'write',
  })
  expect(eventPermissionOf('check_run').needs).toEqual([{ permission: 'checks', level: 'read' }])
})

test('an event without a row is refused instead of delivered to everybody', () => {
  expect(() => eventPermissionOf('team')).toThrow('team')
})
