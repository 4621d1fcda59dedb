// Who writes what: a service keeps the task chain and runs nothing, a runner keeps its run chain and nothing more.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import type { TaskEngine } from '../../src/pipeline/engine.ts'
import { openJournal, ProcessError } from '../../src/pipeline/journal.ts'
import { leaseKeys, withLease } from '../../src/pipeline/lease.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { readReport } from '../../src/pipeline/report.ts'
import type { Stages } from '../../src/pipeline/stage.ts'
import { RUN_STAGES } from '../../src/pipeline/stages/registry.ts'
import { strategize } from '../../src/pipeline/stages/strategize.ts'
import { verifyBundle } from '../../src/pipeline/verify-bundle.ts'
import { branchesOf } from '../e2e/tiny-repository.ts'
import { makeScriptedWorker } from '../fakes/scripted-worker.ts'
import { kinds, makeLaptop, requestRun, type Laptop } from './laptop.ts'

const SERVICE: Stages<TaskEngine> = { STRATEGIZE: strategize }
const TIMINGS = { total: 0, install: 0, worker: 0, git: 0, gates: 0, orchestration: 0 }

/** Up to the request for a run, and the engine of the runner that answers it. */
async function asked(
  x: Parameters<typeof makeLaptop>[0] = {},
): Promise<Laptop & { runner: Laptop['engine'] }> {
  const laptop = await makeLaptop(x)
  await runTask(laptop.engine, laptop.task, { stages: SERVICE })
  await requestRun(laptop, { fence: 7 })
  return { ...laptop, runner: laptop.again({ ownsTaskChain: false }) }
}

test('a service that has no stage for a phase writes nothing and waits', async () => {
  const { engine, task, entries, state } = await makeLaptop()
  const waits = { kind: 'waiting', for: 'SPEC, which is not done here' }
  expect(await runTask(engine, task, { stages: SERVICE })).toEqual(waits)
  expect(await state()).toMatchObject({ passed: { STRATEGIZE: { visit: 1 } }, phase: null, run: null })
  const before = await entries()
  expect(await runTask(engine, task, { stages: SERVICE })).toEqual(waits)
  expect(await entries()).toEqual(before)
})

test('a run carries the attempt and fence it was asked for, ends in a sealed bundle, and leaves the task chain alone', async () => {
  const { runner, task, state, engine, tiny, folder } = await asked()
  const before = await engine.store.entries(`task:${task}`)
  const run = { attempt: 2, fence: 7 }
  expect(await runTask(runner, task, { stages: RUN_STAGES, run, until: 'THINK' })).toMatchObject({
    kind: 'until',
  })
  // another process goes on
  expect(await runTask(runner, task, { stages: RUN_STAGES, run })).toEqual({ kind: 'done' })
  expect(await runTask(runner, task, { stages: RUN_STAGES, run })).toEqual({ kind: 'done' })
  const after = await state()
  expect(after).toMatchObject({ closed: null, run: { attempt: 2, fence: 7, imported: null } })
  expect(after.run?.closed?.result).toBe('change')
  expect(await engine.store.entries(`task:${task}`)).toEqual(before)
  const chain = await engine.store.entries(`run:${after.run?.id ?? ''}`)
  expect([kinds(chain)[0], kinds(chain).at(-1)]).toEqual(['run.opened', 'run.closed'])
  expect(await branchesOf(tiny.repo)).toEqual([])
  const bundle = await openBundle(join(folder, 'bundle'))
  expect(await verifyBundle(bundle, { rederive: true })).toMatchObject({ status: 'warn' })
  const manifest: unknown = JSON.parse(Buffer.from((await bundle.read('manifest.json')) ?? '').toString())
  expect(manifest).toMatchObject({ state: 'sealed', attempt: 2, task_chain: after.requested?.task_head })
  const report = { bundle: '', timings: TIMINGS, sealed: after.run?.closed?.outcome ?? '' }
  expect(await readReport(runner, task, report)).toMatchObject({ accepted: true })
  expect(await readReport(runner, task, { bundle: '', timings: TIMINGS })).toBeUndefined()
})

test('a run without a change is over as well, and the task is not closed by it', async () => {
  const worker = makeScriptedWorker({ canRefine: false, deed: () => Promise.resolve() })
  const { runner, task, state } = await asked({ worker })
  const run = { attempt: 1, fence: 7 }
  expect(await runTask(runner, task, { stages: RUN_STAGES, run })).toEqual({ kind: 'done' })
  expect(await state()).toMatchObject({ closed: null, run: { closed: { result: 'stopped' } } })
})

test('a run under another fence than the one that was asked for is refused', async () => {
  const { runner, task, state } = await asked()
  const opened = runTask(runner, task, { stages: RUN_STAGES, run: { attempt: 1, fence: 6 } })
  await expect(opened).rejects.toThrow(ProcessError)
  await expect(opened).rejects.toThrow('carries fence 6; the run that was asked for has 7')
  expect((await state()).run).toBeNull()
})

test('a runner cannot write the task chain, whatever it tries', async () => {
  const { runner, task, entries } = await asked()
  const before = await entries()
  const write = withLease(runner, leaseKeys(task, 'SPEC'), async (held) => {
    const journal = await openJournal(runner, task, held.fences)
    const event = { kind: 'task.closed', result: 'aborted', reason: 'x' } as const
    await journal.write({ chain: `task:${task}`, event })
  })
  await expect(write).rejects.toThrow(`the chain of ${task} is written elsewhere`)
  expect(await entries()).toEqual(before)
})
