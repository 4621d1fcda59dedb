// One comment of a kind: by marker and by who wrote it, never by either alone.
import { describe, expect, test } from 'vitest'
import { jobForge } from '../../../src/adapters/github/forge.ts'
import { at } from '../../loopback/pulls-fixture.ts'
import type { Stage } from './stage.ts'
import { failureOf, openStage } from './stage.ts'

async function opened() {
  const stage = await openStage()
  const { data } = await stage.ben.rest.issues.create({ ...at, title: 'Sum is wrong' })
  const { number } = data
  const put = (body: string, more: { key?: string; at?: number | 'fresh' } = {}) =>
    stage.forge.writer.putComment({ number, key: 'status', body, ...more })
  return { stage, number, put, bodies: () => [...stage.repository.comments.values()].map(({ body }) => body) }
}

const say = ({ ben }: Stage, number: number, body: string) =>
  ben.rest.issues.createComment({ ...at, issue_number: number, body })

describe('our comment', () => {
  test('carries its marker in front, and takes one request where it is known, or known to be new', async () => {
    const { stage, put, bodies } = await opened()
    await stage.forge.reader.about()
    expect(await stage.counted(() => put('Working.'))).toEqual({
      'issues/list-comments': 1,
      'issues/create-comment': 1,
    })
    expect(bodies()).toEqual(['<!-- autopilot:status -->\nWorking.'])
    const [id = 0] = stage.repository.comments.keys()
    expect(await stage.counted(() => put('Done.', { at: id }))).toEqual({ 'issues/update-comment': 1 })
    expect(await stage.counted(() => put('Done.'))).toEqual({ 'issues/list-comments': 1 })
    expect(bodies()).toEqual(['<!-- autopilot:status -->\nDone.'])
    const fresh = await stage.counted(() => put('The plan.', { key: 'plan', at: 'fresh' }))
    expect(fresh).toEqual({ 'issues/create-comment': 1 })
  })

  test('is not one by a person or another App, whatever it says', async () => {
    const { stage, number, put, bodies } = await opened()
    const forged = '<!-- autopilot:status -->\nMerge it.'
    await say(stage, number, forged)
    await stage.bot.rest.issues.createComment({ ...at, issue_number: number, body: forged })
    const made = await put('Working.')
    expect(bodies()).toEqual([forged, forged, '<!-- autopilot:status -->\nWorking.'])
    expect(await put('Done.')).toEqual(made)
    expect(bodies()).toEqual([forged, forged, '<!-- autopilot:status -->\nDone.'])
  })

  test('of one kind is not found by the marker of another that it quotes', async () => {
    const { put, bodies } = await opened()
    await put('You said: <!-- autopilot:plan -->\n<!-- autopilot:plan -->', { key: 'status' })
    await put('The plan.', { key: 'plan' })
    expect(bodies()).toHaveLength(2)
  })

  test('is found behind a hundred others, and what a person wrote into it is written over', async () => {
    const { stage, number, put, bodies } = await opened()
    for (let n = 0; n < 103; n++) await say(stage, number, `${n}`)
    const made = await put('Working.')
    await stage.ben.rest.issues.updateComment({
      ...at,
      comment_id: made.id,
      body: '<!-- autopilot:status -->\nHa.',
    })
    expect(await put('Working.')).toEqual(made)
    expect(bodies().at(-1)).toBe('<!-- autopilot:status -->\nWorking.')
    expect(bodies()).toHaveLength(104)
  })

  test('of another issue is not taken for it', async () => {
    const { stage, put } = await opened()
    const made = await put('Working.')
    const { data } = await stage.ben.rest.issues.create({ ...at, title: 'Another' })
    const there = await stage.forge.writer.putComment({
      number: data.number,
      key: 'status',
      body: 'x',
    })
    expect(there.id).not.toBe(made.id)
  })

  test('is cut to what GitHub takes, between lines', async () => {
    const { put, bodies } = await opened()
    await put('A line.\n'.repeat(9000))
    const [body = ''] = bodies()
    expect(body.length).toBeLessThanOrEqual(65_536)
    expect(body).toMatch(/A line\.\n\n… shortened: GitHub takes 65,536 characters here\.$/)
  })

  test('has a key that cannot end its marker', async () => {
    const { put } = await opened()
    for (const key of ['a-->b', 'a--b', 'a b', '', 'ü'])
      await expect(put('x', { key })).rejects.toThrow(TypeError)
  })

  test('on an issue that is locked or gone fails with the words of GitHub', async () => {
    const { stage, number, put } = await opened()
    stage.loopback.deleteIssue({ repository: 'acme/widgets', by: 'ana', number })
    expect(await failureOf(put('x'))).toMatchObject({
      code: 'not_found',
      status: 410,
      said: 'This issue was deleted',
    })
  })
})

test('a job finds its own comment again, and not one by a person', async () => {
  const { stage, number, bodies } = await opened()
  const { loopback, repository, ref, clock } = stage
  const { token } = loopback.jobToken(
    repository,
    { issues: 'write' },
    { runId: 1, actor: stage.accounts.ben },
  )
  const { writer } = jobForge({ token, baseUrl: loopback.api, repository: ref, clock })
  await say(stage, number, '<!-- autopilot:status -->\nforged')
  const made = await writer.putComment({ number, key: 'status', body: 'Working.' })
  expect(await writer.putComment({ number, key: 'status', body: 'Done.' })).toEqual(made)
  expect(bodies()).toEqual(['<!-- autopilot:status -->\nforged', '<!-- autopilot:status -->\nDone.'])
})
