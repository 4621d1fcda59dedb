// Owns what shows `repository_dispatch`.
import { describe, expect, it } from 'vitest'
import { AT, gitArena, refusal } from './git-arena.ts'

describe('repository_dispatch', () => {
  it('answers 204 and tells the App with the type as action, also where no workflow listens', async () => {
    const { ana, hooks, heard } = await gitArena()
    const dispatch = { ...AT, event_type: 'take over', client_payload: { issue: 7, nested: { a: [1] } } }
    expect((await ana.rest.repos.createDispatchEvent(dispatch)).status).toBe(204)
    await ana.rest.repos.createDispatchEvent({ ...AT, event_type: 'plain' })
    expect(await heard()).toContain('repository_dispatch.take over')
    const told = hooks.filter(({ event }) => event === 'repository_dispatch').map(({ payload }) => payload)
    expect(told).toMatchObject([
      { action: 'take over', branch: 'main', client_payload: { issue: 7, nested: { a: [1] } } },
      { action: 'plain', client_payload: null },
    ])
    expect(told[0].sender.login).toBe('ana')
  })

  it('with an `event_type` above 100 characters, more than 10 top-level keys or 64 KB answers 422', async () => {
    const { ana, hooks, loopback, heard } = await gitArena()
    const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [at, at]))
    const send = (more: object) => ana.rest.repos.createDispatchEvent({ ...AT, event_type: 'x', ...more })
    for (const wrong of [
      { event_type: 'x'.repeat(101) },
      { event_type: '' },
      { client_payload: keys(11) },
      { client_payload: { text: 'x'.repeat(65_536) } },
    ]) {
      expect((await refusal(send(wrong))).status).toBe(422)
    }
    // GitHub's description has these limits too: what was sent on purpose is no fault of the loopback
    expect(loopback.oracle.takeProblems()).not.toEqual([])
    await send({ event_type: 'x'.repeat(100), client_payload: keys(10) })
    await heard()
    expect(hooks.filter(({ event }) => event === 'repository_dispatch')).toHaveLength(1)
  })

  it('of a job token is told as made by a job, which the runner starts a workflow for all the same', async () => {
    const { octokit, loopback, repository } = await gitArena()
    const actor = [...loopback.forge.world.accounts.values()].find(({ login }) => login === 'ana')
    if (actor === undefined) throw new Error('ana is gone')
    const { token } = loopback.jobToken(repository, { contents: 'write' }, { runId: 1, actor })
    const told: { name: string; byJob: boolean }[] = []
    loopback.forge.listen((event) => told.push(event))
    await octokit(token).rest.repos.createDispatchEvent({ ...AT, event_type: 'again' })
    expect(told).toMatchObject([{ name: 'repository_dispatch', byJob: true }])
  })

  it('a reader and an App without `contents: write` are refused', async () => {
    const { octokit, loopback, tokenWith } = await gitArena()
    const eve = loopback.user('eve')
    for (const token of [eve.token, tokenWith({ contents: 'read' })]) {
      const sent = octokit(token).rest.repos.createDispatchEvent({ ...AT, event_type: 'x' })
      expect((await refusal(sent)).status).toBe(403)
    }
  })
})
