// Owns what becoming ready, and a draft again, is shown to do.
import { expect, it } from 'vitest'
import { markReady } from './pull-drafts.ts'
import { at, openAcme, refusal } from './pulls-fixture.ts'

const files = { 'README.md': '# Widgets\n', CODEOWNERS: '* @cleo\n' }

it('code owners are not requested on a draft, but when it becomes ready', async () => {
  const acme = await openAcme({ files })
  await acme.propose('feature', { a: 'a' }, { draft: true })
  const by = { sender: acme.accounts.ben, via: undefined, byJob: false }
  await markReady(acme.loopback.forge, acme.repository, 1, by)
  const told = (await acme.told('pull_request')).map(({ action }) => action)
  expect(told).toEqual(['opened', 'ready_for_review', 'review_requested'])
})

it('a draft becomes ready, and a ready one a draft, by GraphQL only', async () => {
  const acme = await openAcme()
  const { node_id } = await acme.propose('feature', { a: 'a' }, { draft: true })
  const still = { ...at, pull_number: 1, title: 'Still', draft: false }
  await refusal(acme.ben.rest.pulls.update(still))
  // the field is unknown to the operation, which the oracle says
  acme.loopback.oracle.takeProblems()
  expect(acme.repository.pulls.get(1)?.draft).toBe(true)
  await acme.ben.graphql(
    'mutation ($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }',
    { id: node_id },
  )
  expect(acme.repository.pulls.get(1)?.draft).toBe(false)
  await acme.ben.graphql(
    'mutation ($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { pullRequest { isDraft } } }',
    { id: node_id },
  )
  const told = (await acme.told('pull_request')).map(({ action }) => action)
  expect(told).toEqual(['opened', 'ready_for_review', 'converted_to_draft'])
})
