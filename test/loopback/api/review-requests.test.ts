// Owns what requests for review and CODEOWNERS are shown to do.
import { describe, expect, it } from 'vitest'
import type { Acme } from '../pulls-fixture.ts'
import { at, openAcme, refusal } from '../pulls-fixture.ts'

const one = { ...at, pull_number: 1 } as const

const approve = (octokit: Acme['ana']) => octokit.rest.pulls.createReview({ ...one, event: 'APPROVE' })

describe('requests for review', () => {
  it('the author and people who are no collaborators cannot be asked: 422', async () => {
    const acme = await openAcme()
    await acme.propose()
    const ask = (...reviewers: string[]) => acme.ben.rest.pulls.requestReviewers({ ...one, reviewers })
    expect((await refusal(ask('ben'))).status).toBe(422)
    expect((await refusal(ask('eve'))).status).toBe(422)
    expect((await ask('cleo')).data.requested_reviewers?.map(({ login }) => login)).toEqual(['cleo'])
  })

  it('whoever submitted a review is no longer a requested reviewer', async () => {
    const acme = await openAcme()
    await acme.propose()
    acme.loopback.team({
      organization: 'acme',
      slug: 'core',
      members: ['ana'],
      on: { 'acme/widgets': 'write' },
    })
    await acme.ben.rest.pulls.requestReviewers({ ...one, reviewers: ['cleo'], team_reviewers: ['core'] })
    await approve(acme.cleo)
    const { data } = await acme.ana.rest.pulls.listRequestedReviewers(one)
    expect([data.users.length, data.teams.map(({ slug }) => slug)]).toEqual([0, ['core']])
    await acme.ben.rest.pulls.removeRequestedReviewers({ ...one, reviewers: [], team_reviewers: ['core'] })
    expect((await acme.told('pull_request')).map(({ action }) => action)).toEqual([
      'opened',
      'review_requested',
      'review_requested',
      'review_request_removed',
    ])
  })
})

describe('CODEOWNERS', () => {
  const files = {
    'README.md': '# Widgets\n',
    CODEOWNERS: '* @ana\n',
    '.github/CODEOWNERS': '* @cleo\n/docs/ @ana @eve\n/docs/free.md\n',
  }

  it('is read from the base branch, the first place found, and the last matching line decides', async () => {
    const acme = await openAcme({ files })
    await acme.propose('feature', { 'docs/a.md': 'a', 'docs/free.md': 'f', '.github/CODEOWNERS': '* @ben\n' })
    const [, ...asked] = (await acme.told('pull_request')).map(
      ({ requested_reviewer }) => requested_reviewer?.login,
    )
    // eve has no write access and owns nothing
    expect(asked).toEqual(['cleo', 'ana'])
  })

  it('owners are not requested on a draft', async () => {
    const acme = await openAcme({ files })
    await acme.propose('feature', { 'docs/a.md': 'a' }, { draft: true })
    expect(acme.repository.pulls.get(1)?.requestedReviewers).toEqual([])
  })

  it("code owners' approval, where required, is missing for every changed path whose owner did not approve", async () => {
    const acme = await openAcme({ files })
    await acme.propose('feature', { 'docs/a.md': 'a', 'src/b.js': 'b' })
    await acme.ana.rest.repos.updateBranchProtection({
      ...at,
      branch: 'main',
      required_status_checks: null,
      enforce_admins: null,
      required_pull_request_reviews: { require_code_owner_reviews: true },
      restrictions: null,
    })
    await approve(acme.cleo)
    expect((await refusal(acme.ben.rest.pulls.merge(one))).message).toContain('Waiting on code owner review.')
    await approve(acme.ana)
    expect((await acme.ben.rest.pulls.merge(one)).status).toBe(200)
  })

  it('a line with a syntax error is passed over and listed', async () => {
    const acme = await openAcme({ files: { CODEOWNERS: '* @ana\n!src @cleo\ndocs ana\n' } })
    const { data } = await acme.ana.rest.repos.codeownersErrors(at)
    expect(data.errors.map(({ line, column, kind }) => [line, column, kind])).toEqual([
      [2, 1, 'Invalid pattern'],
      [3, 6, 'Invalid owner'],
    ])
  })
})

it('a CODEOWNERS file above 3 MB requests nobody', async () => {
  const acme = await openAcme({
    files: { 'README.md': '', CODEOWNERS: `* @cleo\n${'# x\n'.repeat(760_000)}` },
  })
  await acme.propose()
  expect(acme.repository.pulls.get(1)?.requestedReviewers).toEqual([])
})
