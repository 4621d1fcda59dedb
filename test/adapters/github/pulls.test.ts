// Pull requests that are opened once, also where GitHub refuses what was asked for.
import { describe, expect, test } from 'vitest'
import { jobForge } from '../../../src/adapters/github/forge.ts'
import { at } from '../../loopback/pulls-fixture.ts'
import type { Stage } from './stage.ts'
import { failureOf, openStage } from './stage.ts'

async function branch(stage: Stage, name = 'autopilot/t-1') {
  await stage.push(name, { 'a.js': '1\n' })
  return { branch: name, base: 'main', title: 'Sum adds', body: 'Closes #1', draft: true }
}

describe('opening', () => {
  test('falls back to a ready one where drafts are not offered', async () => {
    const stage = await openStage({ private: true, settings: { draftsOffered: false } })
    const put = await stage.forge.writer.putPull(await branch(stage))
    expect(put).toMatchObject({ result: 'created', pull: { draft: false, state: 'open' } })
  })

  test('finds one that a person opened, and prefers the one to the same base', async () => {
    const stage = await openStage()
    const asked = await branch(stage)
    await stage.push('next', { 'b.js': '1\n' })
    const other = await stage.ben.rest.pulls.create({ ...at, title: 'x', head: asked.branch, base: 'next' })
    expect(await stage.forge.writer.putPull(asked)).toMatchObject({
      result: 'found',
      pull: { number: other.data.number, base: { ref: 'next' } },
    })
    const mine = await stage.ben.rest.pulls.create({ ...at, title: 'x', head: asked.branch, base: 'main' })
    expect(await stage.forge.writer.putPull(asked)).toMatchObject({ pull: { number: mine.data.number } })
  })

  test('finds one that could not be seen yet', async () => {
    const stage = await openStage()
    const asked = await branch(stage)
    const made = await stage.forge.writer.putPull(asked)
    stage.strike('pulls/list', { kind: 'stale' })
    expect(await stage.forge.writer.putPull(asked)).toEqual({ ...made, result: 'found' })
    expect(stage.repository.pulls.size).toBe(1)
  })

  test.each([
    ['without a commit', { branch: 'main' }, 'No commits between main and main'],
    ['from a branch that is not there', { branch: 'none' }, 'head invalid'],
    ['to a branch that is not there', { base: 'none' }, 'base invalid'],
  ])('%s is refused in the words of GitHub', async (_what, wrong, sentence) => {
    const stage = await openStage()
    const put = await stage.forge.writer.putPull({ ...(await branch(stage)), ...wrong })
    expect(put).toMatchObject({ result: 'refused', reason: expect.stringContaining(sentence) })
  })

  test('by a job is refused where the repository does not let Actions', async () => {
    const stage = await openStage()
    const { loopback, repository, ref, clock } = stage
    const rights = { contents: 'write', pull_requests: 'write' } as const
    const { token } = loopback.jobToken(repository, rights, { runId: 1, actor: stage.accounts.ben })
    const forge = jobForge({ token, baseUrl: loopback.api, repository: ref, clock })
    const asked = await branch(stage)
    expect(await forge.writer.putPull(asked)).toEqual({
      result: 'refused',
      reason: 'GitHub Actions is not permitted to create or approve pull requests.',
    })
    repository.settings.actionsMayOpenPulls = true
    expect(await forge.writer.putPull(asked)).toMatchObject({
      result: 'created',
      pull: { author: { kind: 'bot' } },
    })
  })

  test('cuts a title and a body that GitHub would refuse', async () => {
    const stage = await openStage()
    const body = `# Long\n\n${'A line of the report.\n'.repeat(4000)}`
    const put = await stage.forge.writer.putPull({ ...(await branch(stage)), title: 'x'.repeat(300), body })
    if (put.result !== 'created') throw new Error(put.result)
    expect(put.pull.title).toHaveLength(256)
    expect(put.pull.body.length).toBeLessThanOrEqual(65_536)
    expect(put.pull.body).toMatch(
      /A line of the report\.\n\n… shortened: GitHub takes 65,536 characters here\.$/,
    )
  })
})

test('editing writes what differs, and nothing when nothing does', async () => {
  const stage = await openStage()
  const { number } = await stage.proposed()
  const edit = (x: { title?: string; body?: string }) =>
    stage.counted(() => stage.forge.writer.editPull(number, x))
  expect(await edit({ title: 'Sum adds', body: 'Closes #1\n' })).toEqual({ 'pulls/get': 1 })
  expect(await edit({ body: 'Closes #1, more' })).toEqual({ 'pulls/get': 1, 'pulls/update': 1 })
  expect(await stage.forge.reader.pull(number)).toMatchObject({ title: 'Sum adds', body: 'Closes #1, more' })
  expect(await failureOf(stage.forge.writer.editPull(99, { title: 'x' }))).toMatchObject({
    code: 'not_found',
  })
})

test('a draft is made ready once, also when the answer was lost', async () => {
  const stage = await openStage()
  const { number, node } = await stage.proposed('autopilot/t-1', { draft: true })
  stage.strike('graphql', { kind: 'status', status: 502, when: 'after' })
  const ready = () => stage.forge.writer.markReady({ number, node })
  expect(await failureOf(ready())).toMatchObject({ code: 'unavailable', operation: 'graphql MarkReady' })
  await ready()
  expect(await stage.forge.reader.pull(number)).toMatchObject({ draft: false })
  await stage.ben.rest.pulls.update({ ...at, pull_number: number, state: 'closed' })
  expect(await failureOf(ready())).toMatchObject({ code: 'invalid', said: 'Pull request is closed' })
})
