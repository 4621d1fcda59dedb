// Owns the proof of an issue's history: its events, and its timeline with the comments.
import { expect, it } from 'vitest'
import { at, openStage } from './stage.ts'

it('events and timeline tell what happened, in its order, with who did it', async () => {
  const { people, bot, anyone } = await openStage()
  const { data } = await people.eve.rest.issues.create({ ...at, title: 'sum subtracts' })
  const on = { ...at, issue_number: data.number }
  const { rest } = people.wes
  await rest.issues.addLabels({ ...on, labels: ['bug'] })
  await bot.rest.issues.removeLabel({ ...on, name: 'bug' })
  await people.eve.rest.issues.createComment({ ...on, body: 'Why?' })
  await rest.issues.addAssignees({ ...on, assignees: ['wes'] })
  await bot.rest.issues.removeAssignees({ ...on, assignees: ['wes'] })
  await bot.rest.issues.addAssignees({ ...on, assignees: ['wes'] })
  await rest.issues.update({ ...on, title: 'sum adds' })
  await rest.issues.lock({ ...on, lock_reason: 'resolved' })
  await rest.issues.unlock(on)
  await rest.issues.update({ ...on, state: 'closed', state_reason: 'not_planned' })
  await rest.issues.update({ ...on, state: 'open' })

  const expected = [
    ['labeled', 'wes'],
    ['unlabeled', 'tool[bot]'],
    ['assigned', 'wes'],
    ['unassigned', 'tool[bot]'],
    ['assigned', 'tool[bot]'],
    ['renamed', 'wes'],
    ['locked', 'wes'],
    ['unlocked', 'wes'],
    ['closed', 'wes'],
    ['reopened', 'wes'],
  ]
  const { data: events } = await anyone.rest.issues.listEvents(on)
  expect(events.map(({ event, actor }) => [event, actor?.login])).toEqual(expected)
  expect(events[0]).toMatchObject({ label: { name: 'bug', color: 'd73a4a' } })
  expect(events[1]).toMatchObject({ performed_via_github_app: { slug: 'tool' } })
  expect(events[2]).toMatchObject({ assignee: { login: 'wes' }, assigner: { login: 'wes' } })
  expect(events[5]).toMatchObject({ rename: { from: 'sum subtracts', to: 'sum adds' } })
  expect(events[6]).toMatchObject({ lock_reason: 'resolved' })

  const { data: timeline } = await anyone.rest.issues.listEventsForTimeline(on)
  expect(timeline.map(({ event }) => event)).toEqual([
    'labeled',
    'unlabeled',
    'commented',
    ...expected.slice(2).map(([event]) => event),
  ])
  expect(timeline[2]).toMatchObject({ body: 'Why?', actor: { login: 'eve' } })
  expect(timeline[9]).toMatchObject({ event: 'closed', state_reason: 'not_planned' })
  const { data: page } = await anyone.rest.issues.listEventsForTimeline({ ...on, per_page: 2, page: 2 })
  expect(page.map(({ event }) => event)).toEqual(['commented', 'assigned'])
})
