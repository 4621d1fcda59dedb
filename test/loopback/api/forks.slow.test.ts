// Owns what forks are shown to do for pull requests.
import { expect, it } from 'vitest'
import { at, openAcme, refusal } from '../pulls-fixture.ts'

it('a fork is answered 202 and told, and a pull request comes from it', async () => {
  const acme = await openAcme()
  const { status, data: fork } = await acme.eve.rest.repos.createFork(at)
  expect([status, fork.full_name, fork.parent?.full_name]).toEqual([202, 'eve/widgets', 'acme/widgets'])
  const on = [...acme.loopback.forge.world.repositories.values()].find(({ owner }) => owner.login === 'eve')!
  const head = await acme.push('idea', { 'idea.md': 'idea\n' }, { on, by: acme.accounts.eve })
  const create = (octokit: typeof acme.eve) =>
    octokit.rest.pulls.create({ ...at, head: 'eve:idea', base: 'main', title: 'Idea' })
  expect((await refusal(create(acme.ben))).status).toBe(403)
  const { data } = await create(acme.eve)
  expect([data.head.label, data.head.repo?.full_name, data.maintainer_can_modify]).toEqual([
    'eve:idea',
    'eve/widgets',
    true,
  ])
  expect((await acme.repository.git.ref('refs/pull/1/head'))?.sha).toBe(head)
  const after = await acme.push('idea', { 'idea.md': 'better\n' }, { on, by: acme.accounts.eve })
  const [moved] = await acme.told('pull_request', 'synchronize')
  expect([moved.repository.full_name, moved.after]).toEqual(['acme/widgets', after])
  const { data: merged } = await acme.ben.rest.pulls.merge({ ...at, pull_number: 1 })
  expect(merged.merged).toBe(true)
  expect(await acme.told('fork')).toHaveLength(1)
})

it('a fork is answered 202 and may be empty for a while', async () => {
  const acme = await openAcme()
  for (const on of ['repos/list-branches', 'repos/get-branch']) {
    acme.loopback.faults.add({ on, fault: { kind: 'stale' } })
  }
  expect((await acme.eve.rest.repos.createFork(at)).status).toBe(202)
  const fork = { ...at, owner: 'eve' }
  const branch = () => acme.eve.rest.repos.getBranch({ ...fork, branch: 'main' })
  expect((await acme.eve.rest.repos.listBranches(fork)).data).toEqual([])
  expect((await refusal(branch())).status).toBe(404)
  expect((await branch()).data.name).toBe('main')
})

it('a pull request of a deleted fork has head.repo null', async () => {
  const acme = await openAcme()
  await acme.eve.rest.repos.createFork(at)
  const { world } = acme.loopback.forge
  const on = [...world.repositories.values()].find(({ owner }) => owner.login === 'eve')!
  await acme.push('idea', { 'idea.md': 'idea\n' }, { on, by: acme.accounts.eve })
  await acme.eve.rest.pulls.create({ ...at, head: 'eve:idea', base: 'main', title: 'Idea' })
  world.repositories.delete(on.id)
  const { data } = await acme.ana.rest.pulls.get({ ...at, pull_number: 1 })
  expect([data.head.repo, data.head.label]).toEqual([null, 'eve:idea'])
  const { data: listed } = await acme.ana.rest.pulls.list(at)
  expect(listed[0]?.head.repo).toBeNull()
  await acme.ana.rest.pulls.update({ ...at, pull_number: 1, state: 'closed' })
  const [closed] = await acme.told('pull_request', 'closed')
  expect(closed.pull_request.head.repo).toBeNull()
})
