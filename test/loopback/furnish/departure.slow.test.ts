// Owns the proof of what stays of a person whose account is gone.
import { expect, it } from 'vitest'
import { enableAutoMerge } from '../merging/auto-merge.ts'
import { at, openAcme } from '../pulls-fixture.ts'

it('a deleted user is `ghost` in old objects, and null where the schema allows it', async () => {
  const acme = await openAcme()
  const { loopback } = acme
  const { data: issue } = await acme.cleo.rest.issues.create({ ...at, title: 'Wrong' })
  const on = { ...at, issue_number: issue.number }
  await acme.ben.rest.issues.addAssignees({ ...on, assignees: ['cleo'] })
  await acme.cleo.rest.issues.update({ ...on, state: 'closed' })
  loopback.deleteUser('cleo')
  const { data } = await acme.ben.rest.issues.get(on)
  expect([data.user?.login, data.closed_by, data.assignees]).toEqual(['ghost', null, []])
  const { data: events } = await acme.ben.rest.issues.listEvents(on)
  expect(events.map(({ actor }) => actor?.login)).toContain('ghost')
  await expect(acme.cleo.rest.issues.get(on)).rejects.toMatchObject({ status: 401 })
  await expect(acme.ben.rest.users.getByUsername({ username: 'cleo' })).rejects.toMatchObject({ status: 404 })
  const { data: ghost } = await acme.ben.rest.users.getByUsername({ username: 'ghost' })
  expect(data.user?.id).toBe(ghost.id)
  const asked = `{ repository(owner: "acme", name: "widgets") { issue(number: ${issue.number}) { author { login } } } }`
  expect(await acme.ben.graphql(asked)).toEqual({ repository: { issue: { author: null } } })
})

it('payloads for an App carry `installation.id`, and those without an actor the sender `ghost`', async () => {
  const acme = await openAcme({ settings: { allowAutoMerge: true } })
  const { number, head } = await acme.propose()
  await acme.ana.rest.repos.updateBranchProtection({
    ...at,
    branch: 'main',
    required_status_checks: { strict: false, contexts: ['ci'] },
    enforce_admins: null,
    required_pull_request_reviews: null,
    restrictions: null,
  })
  const cleo = { kind: 'user', account: acme.accounts.cleo } as const
  await enableAutoMerge(acme.loopback.forge, cleo, acme.repository, number, {})
  acme.loopback.deleteUser('cleo')
  await acme.bot.rest.repos.createCommitStatus({ ...at, sha: head.sha, context: 'ci', state: 'success' })
  const [closed] = await acme.told('pull_request', 'closed')
  expect([closed.pull_request.merged, closed.sender.login]).toEqual([true, 'ghost'])
  const payloads = acme.hooks.map(({ payload }) => payload)
  const own = [...acme.loopback.forge.world.installations.values()].find(({ app }) => app.id === acme.app.id)
  expect(new Set(payloads.map(({ installation }) => installation.id))).toEqual(new Set([own?.id]))
})
