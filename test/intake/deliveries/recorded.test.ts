// Owns the proof that every recorded webhook is read, and that any other shape is ignored with a sentence.
import recorded from '@octokit/webhooks-examples' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import { Command } from '../../../src/contracts/command.ts'
import { DELIVERIES, SUBSCRIBED_EVENTS } from '../../../src/intake/deliveries.ts'
import { comment, labeled, read, repository } from './payloads.ts'

const RECORDED = recorded as unknown as readonly {
  name: string
  examples: readonly Record<string, unknown>[]
}[]
const OURS = new Set([...SUBSCRIBED_EVENTS, 'installation', 'installation_repositories'])

describe('recorded deliveries', () => {
  const examples = RECORDED.flatMap(({ name, examples }) =>
    examples.map((payload, at) => ({ name, at, payload })),
  )

  test.each(examples.filter(({ name }) => OURS.has(name)))(
    '$name $payload.action ($at) is read, and what is read is whole',
    ({ name, payload }) => {
      const delivery = read(name, payload)
      expect(delivery.ignored ?? '').not.toContain('not as GitHub describes')
      const known = DELIVERIES.has(delivery.event)
      expect(delivery.ignored === 'Nothing here listens to this event.').toBe(!known)
      if (payload['repository'] !== undefined) expect(delivery.repository?.name).toMatch(/^\S+$/)
      for (const one of delivery.commands) expect(Command.parse(one)).toEqual(one)
    },
  )

  test('events that nothing reads are ignored with a sentence', () => {
    for (const { name, payload } of examples.filter(({ name }) => !OURS.has(name))) {
      const delivery = read(name, payload)
      expect([delivery.commands, delivery.ignored]).toEqual([[], 'Nothing here listens to this event.'])
    }
  })

  test('each event that is subscribed to was recorded at least once, so the table reads real names', () => {
    const names = RECORDED.map(({ name }) => name)
    expect(SUBSCRIBED_EVENTS.filter((event) => !names.includes(event))).toEqual([])
  })
})

describe('the table', () => {
  test.each([...DELIVERIES.keys()])('%s answers any shape with a sentence and nothing else', (key) => {
    const [event = '', action] = key.split('.')
    for (const part of [{}, { issue: 1, comment: [], review: null, pull_request: 'x', sender: {} }]) {
      const delivery = read(event, { ...(action === undefined ? {} : { action }), ...part })
      expect(delivery.commands).toEqual([])
      if (delivery.uninstalled || delivery.added.length > 0) continue
      if (key === 'installation.created' || key === 'installation.unsuspend') continue
      expect(delivery.ignored).toMatch(/\.$/)
    }
  })

  test.each([
    null,
    undefined,
    'text',
    7,
    [],
    { action: 7 },
    { repository: { id: 1, name: '../x', owner: {} } },
  ])('a payload that is %j is ignored', (payload) => {
    const delivery = read('issues', payload)
    expect(delivery.ignored).not.toBeNull()
    expect([delivery.commands, delivery.cancels, delivery.repository]).toEqual([[], [], null])
  })

  test('the field that is wrong is named', () => {
    const delivery = read('issue_comment', comment('/status', { id: 'x' }))
    expect(delivery.ignored).toContain('at comment.id:')
    expect(delivery.commands).toEqual([])
  })

  test('a repository whose name no address can hold is refused', () => {
    const delivery = read('issues', labeled('autopilot', { repository: { ...repository, name: 'a/../b' } }))
    expect([delivery.commands, delivery.repository]).toEqual([[], null])
    expect(delivery.ignored).toContain('repository')
  })
})
