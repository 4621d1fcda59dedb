// Check runs that say each thing once, and no more than GitHub takes.
import { describe, expect, test } from 'vitest'
import { jobForge } from '../../../src/adapters/github/forge.ts'
import type { CheckWrite } from '../../../src/ports/forge.ts'
import { at } from '../../loopback/pulls-fixture.ts'
import type { Stage } from './stage.ts'
import { failureOf, openStage } from './stage.ts'

type Annotation = CheckWrite['output']['annotations'][number]

const note = (n: number): Annotation => ({
  path: 'src/sum.js',
  start_line: n + 1,
  end_line: n + 1,
  level: 'warning',
  message: `line ${n + 1} is not covered`,
  ...(n % 2 === 0 && { title: 'Coverage' }),
})
const notes = (count: number) => Array.from({ length: count }, (_, n) => note(n))

async function check(stage: Stage, annotations: readonly Annotation[] = []): Promise<CheckWrite> {
  return {
    head: await stage.main(),
    name: 'autopilot/quality',
    key: 't-1/1',
    status: 'completed',
    conclusion: 'failure',
    detailsUrl: 'https://example.test/t-1',
    output: {
      title: '2 lines are not covered',
      summary: '| gate | |\n|---|---|',
      text: 'More.',
      annotations,
    },
  }
}

const runs = ({ repository }: Stage) => [...repository.checkRuns.values()]
const lines = (stage: Stage) => runs(stage).map((run) => run.annotations.map(({ startLine }) => startLine))

describe('annotations', () => {
  test('go fifty at a time, and are not repeated by the same call', async () => {
    const stage = await openStage()
    const asked = await check(stage, notes(120))
    const first = await stage.counted(() => stage.forge.writer.putCheck(asked))
    expect(first).toMatchObject({ 'checks/list-for-ref': 1, 'checks/create': 1, 'checks/update': 2 })
    const again = await stage.counted(() => stage.forge.writer.putCheck(asked))
    expect(again).toEqual({ 'checks/list-for-ref': 1, 'checks/list-annotations': 2 })
    expect(lines(stage)).toEqual([notes(120).map((_, n) => n + 1)])
    expect(runs(stage)[0]).toMatchObject({ output: { title: asked.output.title, text: 'More.' } })
  })

  test('of a check that is known to be new are sent without a look', async () => {
    const stage = await openStage()
    const asked = await check(stage, notes(60))
    const first = await stage.counted(() => stage.forge.writer.putCheck(asked, 'fresh'))
    expect(first).toEqual({
      'checks/create': 1,
      'checks/update': 1,
      'apps/create-installation-access-token': 1,
    })
    expect(lines(stage)).toEqual([notes(60).map((_, n) => n + 1)])
  })

  test('that were lost on the way are added, and only they', async () => {
    const stage = await openStage()
    const asked = await check(stage, notes(120))
    stage.strike('checks/create', { kind: 'cut' })
    expect(await failureOf(stage.forge.writer.putCheck(asked))).toMatchObject({ code: 'unavailable' })
    stage.strike('checks/update', { kind: 'status', status: 502, when: 'after' })
    expect(await failureOf(stage.forge.writer.putCheck(asked))).toMatchObject({ code: 'unavailable' })
    await stage.forge.writer.putCheck(asked)
    expect(lines(stage)).toEqual([notes(120).map((_, n) => n + 1)])
  })

  test('that no longer hold stay on the older run of the name', async () => {
    const stage = await openStage()
    const first = await stage.forge.writer.putCheck(await check(stage, notes(3)))
    const second = await stage.forge.writer.putCheck(await check(stage, [note(1)]))
    expect(second.id).not.toBe(first.id)
    expect(lines(stage)).toEqual([[1, 2, 3], [2]])
    expect(await stage.forge.reader.checks(await stage.main())).toHaveLength(1)
    // the newer one is the one that is found from now on
    expect(await stage.forge.writer.putCheck(await check(stage, [note(1), note(5)]))).toEqual(second)
  })

  test('have lines and texts that GitHub takes', async () => {
    const stage = await openStage()
    const odd = {
      ...note(0),
      start_line: 0,
      end_line: -4,
      title: 't'.repeat(300),
      message: 'ü'.repeat(40_000),
    }
    await stage.forge.writer.putCheck(await check(stage, [odd]))
    expect(runs(stage)[0]?.annotations).toMatchObject([{ startLine: 1, endLine: 1 }])
  })
})

test('summary and text are cut to what GitHub takes, and the cut is said', async () => {
  const stage = await openStage()
  const asked = await check(stage)
  const long = `<details>\n\n\`\`\`\n${'ü line of the log\n'.repeat(5000)}\`\`\`\n</details>\n`
  await stage.forge.writer.putCheck({ ...asked, output: { ...asked.output, summary: long, text: long } })
  const { summary, text } = runs(stage)[0]?.output ?? {}
  for (const cut of [summary, text]) {
    expect(Buffer.byteLength(cut ?? '')).toBeLessThanOrEqual(65_535)
    expect(cut).toMatch(/log\n```\n<\/details>\n\n… shortened: GitHub takes 65,535 bytes here\.$/)
  }
})

test('a run that has ended is not begun again: the next attempt is another run', async () => {
  const stage = await openStage()
  const ended = await check(stage)
  const { conclusion: _, ...rest } = ended
  const first = await stage.forge.writer.putCheck({ ...rest, status: 'in_progress' })
  expect(await stage.forge.writer.putCheck(ended)).toEqual(first)
  const second = await stage.forge.writer.putCheck({ ...rest, status: 'in_progress' })
  expect(second.id).not.toBe(first.id)
  expect(runs(stage).map((run) => run.status)).toEqual(['completed', 'in_progress'])
})

test('a run of another App is never taken for ours, whatever name and key it has', async () => {
  const stage = await openStage()
  const asked = await check(stage)
  const { data: forged } = await stage.bot.rest.checks.create({
    ...at,
    head_sha: asked.head,
    name: asked.name,
    external_id: asked.key,
    conclusion: 'success',
  })
  const ours = await stage.forge.writer.putCheck(asked)
  expect(ours.id).not.toBe(forged.id)
  expect(stage.repository.checkRuns.get(forged.id)?.conclusion).toBe('success')
})

test('a job finds the runs of jobs, which all belong to one App', async () => {
  const stage = await openStage()
  const { loopback, repository, ref, clock } = stage
  const { token } = loopback.jobToken(
    repository,
    { checks: 'write' },
    { runId: 1, actor: stage.accounts.ben },
  )
  const forge = jobForge({ token, baseUrl: loopback.api, repository: ref, clock })
  const asked = await check(stage)
  const same = { ...at, head_sha: asked.head, name: asked.name, external_id: asked.key }
  const { data: forged } = await stage.bot.rest.checks.create(same)
  const first = await forge.writer.putCheck(asked)
  expect(first.id).not.toBe(forged.id)
  expect(await forge.writer.putCheck(asked)).toEqual(first)
})

test('a commit that is not there is a failure', async () => {
  const stage = await openStage()
  const asked = { ...(await check(stage)), head: '1'.repeat(40) }
  expect(await failureOf(stage.forge.writer.putCheck(asked))).toMatchObject({ code: 'invalid' })
})

test('one that has not ended is written over by its id, and made anew once GitHub does not know it', async () => {
  const stage = await openStage()
  const { conclusion: _, ...rest } = await check(stage, [])
  const open = { ...rest, status: 'in_progress' } as const
  const first = await stage.forge.writer.putCheck(open, 'fresh')
  const ended = { ...open, status: 'completed', conclusion: 'success' } as const
  const counted = await stage.counted(() => stage.forge.writer.putCheck(ended, first.id))
  expect(counted).toEqual({ 'checks/update': 1 })
  expect(runs(stage)).toMatchObject([{ status: 'completed', conclusion: 'success' }])
  const other = await stage.forge.writer.putCheck({ ...ended, key: 't-9' }, 999_999)
  expect(other.id).not.toBe(first.id)
})
