// Owns the proof of the form of every time that is told.
import { expect, it } from 'vitest'
import { at, openAcme } from '../pulls-fixture.ts'

/** Values of every key that ends as times do. */
function timesIn(value: unknown, key = ''): unknown[] {
  if (typeof value !== 'object' || value === null) return value !== null && key.endsWith('_at') ? [value] : []
  return Object.entries(value).flatMap(([name, inner]) => timesIn(inner, name))
}

it('times are UTC in ISO 8601 with whole seconds, in replies and in webhooks', async () => {
  const acme = await openAcme()
  const { number } = await acme.propose()
  const on = { ...at, issue_number: number }
  await acme.ben.rest.issues.addLabels({ ...on, labels: ['one', 'two'] })
  await acme.ben.rest.pulls.merge({ ...at, pull_number: number })
  const replies = [
    await acme.ben.rest.pulls.get({ ...at, pull_number: number }),
    await acme.ben.rest.issues.listEvents(on),
    await acme.ben.rest.repos.get(at),
  ].map(({ data }) => data)
  const told = (await acme.told('pull_request')).map(({ pull_request: pull }) => pull)
  for (const times of [timesIn(replies), timesIn(told)]) {
    expect(times.length).toBeGreaterThan(8)
    expect(times.filter((time) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(time)))).toEqual([])
  }
})
