// Owns the proof of which issues a text closes, and when.
import { expect, it } from 'vitest'
import { closingReferences } from './closing-keywords.ts'
import { at, openAcme } from './pulls-fixture.ts'

it('keywords in any case and form name the issues that are closed, each once', () => {
  expect(closingReferences('Fixes #1, closes: #2 and RESOLVED o/r#3; fix #1. See #4, prefix #5')).toEqual([
    { repository: undefined, number: 1 },
    { repository: undefined, number: 2 },
    { repository: 'o/r', number: 3 },
  ])
})

it('a changed default branch changes for which pull requests closing keywords count, for open ones too', async () => {
  const acme = await openAcme()
  await acme.push('next', { n: 'n' })
  const issues = [1, 2].map(() => acme.eve.rest.issues.create({ ...at, title: 'Wrong' }))
  const [one, two] = (await Promise.all(issues)).map(({ data }) => data.number)
  const old = await acme.propose('a', { a: 'a' }, { body: `Closes #${one}` })
  const now = await acme.propose('b', { b: 'b' }, { base: 'next', body: `Closes #${two}` })
  await acme.ana.rest.repos.update({ ...at, default_branch: 'next' })
  for (const { number } of [old, now]) await acme.ben.rest.pulls.merge({ ...at, pull_number: number })
  expect((await acme.told('issues', 'closed')).map(({ issue }) => issue.number)).toEqual([two])
  const { data } = await acme.eve.rest.issues.listEventsForTimeline({ ...at, issue_number: two ?? 0 })
  expect(data).toMatchObject([{ event: 'closed', state_reason: 'completed' }])
})
