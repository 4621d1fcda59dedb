// Merging at the expected head: once, through the queue where there is one, and never past what GitHub protects.
import { describe, expect, test } from 'vitest'
import { protect } from '../../loopback/api/git-arena.ts'
import { at } from '../../loopback/pulls-fixture.ts'
import type { Stage } from './stage.ts'
import { failureOf, openStage } from './stage.ts'

async function opened() {
  const stage = await openStage()
  const { number, head } = await stage.proposed()
  const merge = (more: { expectedHead?: string; method?: 'merge' | 'squash' | 'rebase' } = {}) =>
    stage.forge.writer.merge({
      number,
      expectedHead: head,
      method: 'squash',
      title: 'Sum adds',
      message: 'Why.',
      ...more,
    })
  return { stage, number, head, merge }
}

const commits = async ({ repository }: Stage) => {
  const log = await repository.git.log({ from: 'refs/heads/main', max: 9 })
  return log?.map(({ message }) => message.split('\n')[0])
}
const queue = (stage: Stage) =>
  protect(stage.repository, {
    mergeQueue: true,
    requiredChecks: { strict: false, checks: [{ context: 'ci', appId: stage.app.id }] },
  })
const ci = (stage: Stage, head_sha: string, conclusion: 'success' | 'failure') =>
  stage.bot.rest.checks.create({ ...at, name: 'ci', head_sha, conclusion })

describe('a merge at once', () => {
  test('takes two requests, and has the title and message that were asked for', async () => {
    const { stage, merge, number } = await opened()
    const counted = await stage.counted(async () => expect(await merge()).toMatchObject({ result: 'merged' }))
    expect(counted).toEqual({ 'graphql MergeState': 1, 'pulls/merge': 1 })
    const commit = await stage.repository.git.commit('refs/heads/main')
    expect(commit?.message).toBe('Sum adds\n\nWhy.\n')
    expect((await stage.forge.reader.pull(number))?.state).toBe('merged')
    expect(await stage.counted(() => merge())).toMatchObject({ 'graphql MergeState': 1 })
  })

  test.each([
    { kind: 'status', status: 502, when: 'after' },
    { kind: 'status', status: 500 },
    { kind: 'cut' },
    { kind: 'malformed' },
  ] as const)('whose answer is lost is told by the next call, and done once: %j', async (fault) => {
    const { stage, merge } = await opened()
    stage.strike('pulls/merge', fault)
    await failureOf(merge())
    expect(await merge()).toEqual({ result: 'merged', commit: await stage.main() })
    expect(await commits(stage)).toEqual(['Sum adds', expect.any(String)])
  })

  test('is not tried at another head, nor when somebody pushed in between', async () => {
    const { stage, merge, head } = await opened()
    expect(await merge({ expectedHead: '1'.repeat(40) })).toEqual({ result: 'head_moved', head })
    const theirs = await stage.push('autopilot/t-1', { more: '1\n' })
    expect(await merge()).toEqual({ result: 'head_moved', head: theirs })
    expect(await commits(stage)).toHaveLength(1)
  })

  test('that GitHub takes for a conflict is looked at again', async () => {
    const { stage, merge } = await opened()
    stage.strike('pulls/merge', { kind: 'status', status: 409 })
    expect(await merge()).toEqual({ result: 'pending' })
    expect(await merge()).toMatchObject({ result: 'merged' })
  })

  test('is refused in the words of GitHub', async () => {
    const { stage, merge, number } = await opened()
    stage.repository.settings.allowSquashMerge = false
    expect(await merge()).toEqual({
      result: 'refused',
      reason: 'Squash merges are not allowed on this repository.',
    })
    protect(stage.repository, { requiredChecks: { strict: false, checks: [{ context: 'ci', appId: null }] } })
    const waiting = await merge({ method: 'merge' })
    expect(waiting).toMatchObject({ result: 'refused', reason: expect.stringContaining('"ci"') })
    stage.repository.protections.clear()
    await stage.ben.rest.pulls.update({ ...at, pull_number: number, state: 'closed' })
    expect(await merge({ method: 'merge' })).toEqual({
      result: 'refused',
      reason: 'The pull request was closed.',
    })
  })

  test('by rebase keeps the commits', async () => {
    const { stage, merge } = await opened()
    expect(await merge({ method: 'rebase' })).toMatchObject({ result: 'merged' })
    expect((await commits(stage))?.[0]).toBe('Change of autopilot/t-1')
  })
})

describe('where a queue merges', () => {
  test('the pull request is put into it, stands there, and is merged by it', async () => {
    const { stage, merge, number, head } = await opened()
    queue(stage)
    await ci(stage, head, 'success')
    expect(await merge()).toEqual({ result: 'queued' })
    expect(await merge()).toEqual({ result: 'queued' })
    expect(await stage.forge.reader.facts(number)).toMatchObject({ in_merge_queue: true })
    const group = stage.repository.pulls.get(number)?.queued
    await ci(stage, group?.sha ?? '', 'success')
    await stage.loopback.settled()
    expect(await merge()).toEqual({ result: 'merged', commit: await stage.main() })
  })

  test('what the queue does not take is refused, with its reason', async () => {
    const { stage, merge } = await opened()
    queue(stage)
    expect(await merge()).toMatchObject({ result: 'refused', reason: expect.stringContaining('"ci"') })
  })

  test('a draft is refused, and a request whose answer was lost is not made twice', async () => {
    const { stage, merge, number, head } = await opened()
    queue(stage)
    await ci(stage, head, 'success')
    stage.repository.pulls.get(number)!.draft = true
    expect(await merge()).toEqual({ result: 'refused', reason: 'Pull Request is still a draft' })
    stage.repository.pulls.get(number)!.draft = false
    stage.strike('pulls/merge-async', { kind: 'status', status: 502, when: 'after' })
    expect(await failureOf(merge())).toMatchObject({ code: 'unavailable' })
    await stage.loopback.settled()
    expect(await merge()).toEqual({ result: 'queued' })
    expect(stage.repository.mergeRequests.size).toBe(1)
  })
})
