// Owns the proof of what is answered to a person whose role is too low.
import { expect, it } from 'vitest'
import { at, openAcme, refusal } from '../pulls-fixture.ts'

it('who has the role read and asks for what needs write is answered 403 on a repository that they can see', async () => {
  const acme = await openAcme({ private: true, collaborators: { eve: 'read', ben: 'write' } })
  const { number } = await acme.propose()
  const { rest } = acme.eve
  expect((await rest.pulls.get({ ...at, pull_number: number })).status).toBe(200)
  for (const work of [
    rest.pulls.merge({ ...at, pull_number: number }),
    rest.issues.addLabels({ ...at, issue_number: number, labels: ['x'] }),
    rest.repos.createOrUpdateFileContents({ ...at, path: 'x', message: 'x', content: '' }),
  ]) {
    expect((await refusal(work)).status).toBe(403)
  }
  expect((await refusal(acme.cleo.rest.pulls.get({ ...at, pull_number: number }))).status).toBe(404)
})
