// Runs of a workflow: started, found without an answer, ended, and what they leave behind.
import { describe, expect, test } from 'vitest'
import { at } from '../../loopback/pulls-fixture.ts'
import { failureOf, openStage } from './stage.ts'

const FLOW = `on:
  workflow_dispatch:
    inputs: { nonce: { required: true } }
run-name: autopilot \${{ inputs.nonce }}
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
      - run: mkdir out && head -c 300000 /dev/urandom > out/made.bin
      - uses: actions/upload-artifact@v4
        with: { name: bundle, path: out }
`
const GO = { workflow: 'go.yml', ref: 'main' } as const

async function opened() {
  const stage = await openStage({ files: { '.github/workflows/go.yml': FLOW }, loopback: { actions: {} } })
  const since = new Date(Date.now() - 1000).toISOString()
  const start = (nonce: string) => stage.forge.runs.dispatch({ ...GO, inputs: { nonce } })
  const find = (nonce: string) => stage.forge.runs.find({ workflow: GO.workflow, nonce, since })
  return { stage, start, find }
}

async function ended() {
  const all = await opened()
  await all.start('h-0000000001')
  await all.stage.loopback.settled()
  const run = await all.find('h-0000000001')
  const artifacts = await all.stage.forge.runs.artifacts(run?.id ?? 0)
  const [artifact] = artifacts
  if (run === undefined || artifact === undefined) throw new Error('no run')
  return {
    ...all,
    run,
    artifact,
    download: (most = artifact.bytes) => all.stage.forge.runs.download(artifact.id, most),
  }
}

describe('starting', () => {
  test('tells the run, or that the workflow is missing, disabled, or does not take the inputs', async () => {
    const { stage, start } = await opened()
    const started = await start('h-0000000001')
    const [run] = stage.repository.runs.values()
    expect(started).toEqual({
      result: 'started',
      run: { id: run?.id, url: expect.stringContaining('/actions/runs/') },
    })
    expect(await stage.forge.runs.dispatch({ ...GO, ref: 'none', inputs: { nonce: 'x' } })).toEqual({
      result: 'refused',
      reason: 'No ref found for: none',
    })
    await stage.ana.rest.actions.disableWorkflow({ ...at, workflow_id: 'go.yml' })
    expect(await start('h-0000000002')).toEqual({
      result: 'disabled',
      reason: "Cannot trigger a 'workflow_dispatch' on a disabled workflow",
    })
    await stage.loopback.settled()
  })

  test.each([{ kind: 'cut' }, { kind: 'malformed' }] as const)(
    'is known to have happened where only the run could not be read: %j',
    async (fault) => {
      const { stage, start, find } = await opened()
      stage.strike('actions/create-workflow-dispatch', fault)
      expect(await start('h-0000000001')).toEqual({ result: 'started', run: null })
      expect(await find('h-0000000001')).toMatchObject({ event: 'workflow_dispatch' })
      await stage.loopback.settled()
    },
  )
})

describe('finding', () => {
  test('takes the name as a word, and the first of two that have it', async () => {
    const { stage, start, find } = await opened()
    await start('h-0000000001x')
    await start('h-0000000001')
    await stage.ben.rest.actions.createWorkflowDispatch({
      ...at,
      workflow_id: 'go.yml',
      ref: 'main',
      inputs: { nonce: 'h-0000000001' },
    })
    const [, first] = stage.repository.runs.values()
    expect(await find('h-0000000001')).toMatchObject({ id: first?.id, actor: { app_id: stage.own.id } })
    expect(await find('h-000000000')).toBeUndefined()
    expect(
      await stage.forge.runs.find({ workflow: 'none.yml', nonce: 'x', since: '2026-01-01T00:00:00.000Z' }),
    ).toBeUndefined()
    await stage.loopback.settled()
  })
})

describe('a run', () => {
  test('that somebody ran again is of that person, in its second attempt', async () => {
    const { stage, run } = await ended()
    expect(run).toMatchObject({ attempt: 1, actor: { kind: 'bot', app_id: stage.own.id } })
    await stage.ben.rest.actions.reRunWorkflow({ ...at, run_id: run.id })
    await stage.loopback.settled()
    expect(await stage.forge.runs.observe(run.id)).toMatchObject({
      attempt: 2,
      status: 'completed',
      actor: { login: 'ben', kind: 'user' },
    })
    const names = async (attempt: number) =>
      (await stage.forge.runs.jobs(run.id, attempt)).map(({ id }) => id)
    expect(await names(1)).not.toEqual(await names(2))
    expect(await names(3)).toEqual([])
  })

  test('costs nothing to watch while nothing happens', async () => {
    const { stage, run } = await ended()
    const before = stage.forge.meter.budget()?.remaining
    await stage.forge.runs.observe(run.id)
    const between = stage.forge.meter.budget()?.remaining
    await stage.forge.runs.observe(run.id)
    expect([between, stage.forge.meter.budget()?.remaining]).toEqual([(before ?? 0) - 1, (before ?? 0) - 1])
  })

  test('that is over, or gone, is not cancelled', async () => {
    const { stage, run } = await ended()
    await stage.forge.runs.cancel(run.id)
    expect(await stage.forge.runs.observe(run.id)).toEqual(run)
    stage.strike('actions/cancel-workflow-run', { kind: 'status', status: 403 })
    expect(await failureOf(stage.forge.runs.cancel(run.id))).toMatchObject({ code: 'forbidden' })
  })
})

describe('an artifact', () => {
  test('is downloaded whole, with the bytes that its digest tells', async () => {
    const { stage, artifact, download } = await ended()
    expect(artifact).toMatchObject({
      name: 'bundle',
      expired: false,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    })
    const got = await download()
    const stored = stage.repository.artifacts.get(artifact.id)?.bytes ?? Buffer.alloc(0)
    expect(got.result === 'ok' && Buffer.from(got.bytes).equals(stored)).toBe(true)
    expect(await download(artifact.bytes - 1)).toEqual({ result: 'too_large' })
    expect(await download(0)).toEqual({ result: 'too_large' })
  })

  test.each([
    ['is cut off', { kind: 'cut' }],
    ['is refused', { kind: 'refuse' }],
    ['breaks', { kind: 'status', status: 503 }],
    ['says that the address is old', { kind: 'expired_token' }],
  ] as const)('is asked for again when the store %s', async (_what, fault) => {
    const { stage, artifact, download } = await ended()
    stage.strike('artifact', fault, 2)
    expect(await download()).toMatchObject({ result: 'ok' })
    stage.strike('artifact', fault, 3)
    expect(await failureOf(download())).toMatchObject({
      code: 'unavailable',
      operation: 'actions/download-artifact',
    })
    expect(artifact.bytes).toBeGreaterThan(300_000)
  })

  test('that has expired or was deleted is gone', async () => {
    const { stage, artifact, download } = await ended()
    stage.strike('artifact', { kind: 'gone' })
    expect(await download()).toEqual({ result: 'gone' })
    stage.loopback.forge.clock.advance(100 * 86_400_000)
    expect(await download()).toEqual({ result: 'gone' })
    stage.repository.artifacts.delete(artifact.id)
    expect(await download()).toEqual({ result: 'gone' })
    expect(await stage.forge.runs.artifacts(99)).toEqual([])
  })
})
