// Owns what tests of the work loop begin with: a real store, a clock that the test moves, a loop that ends with it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { makeLog } from '../../app/log.ts'
import type { Log } from '../../app/log.ts'
import { startWork } from '../../app/work-loop.ts'
import type { Work, WorkLoop } from '../../app/work-loop.ts'
import { openStore } from '../../src/adapters/store/store.ts'
import type { OpenStore } from '../../src/adapters/store/store.ts'
import { makeManualClock } from '../fakes/manual-clock.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'

export const TASK = 't-0000000task'

/** Work that settles everything at once. */
export const NOTHING: Work = {
  async handle() {},
  async advance() {},
  send: async () => ({ result: null }),
}

export interface WorkBench extends OpenStore {
  clock: ManualClock
  log: Log
  lines: readonly string[]
  start(work: Partial<Work>, slots?: number): WorkLoop
  /** Lets time pass until this holds. */
  until(what: () => boolean | Promise<boolean>, stepMs?: number): Promise<void>
  accept(guid: string, repository?: number): Promise<unknown>
  put(key: string, task?: string): Promise<void>
}

export async function openBench(): Promise<WorkBench> {
  const folder = mkdtempSync(join(tmpdir(), 'autopilot-work-'))
  const clock = makeManualClock()
  const open = await openStore({ file: join(folder, 'store.db'), clock })
  const lines: string[] = []
  const log = makeLog({ level: 'debug', secrets: [], to: { write: (line) => void lines.push(line) } })
  const loops: WorkLoop[] = []
  onTestFinished(async () => {
    const stopped = Promise.all(loops.map((loop) => loop.stop()))
    const passing = setInterval(() => clock.pass(60_000), 5)
    await stopped
    clearInterval(passing)
    await open.store.close()
    rmSync(folder, { recursive: true })
  })
  return {
    ...open,
    clock,
    log,
    lines,
    start(work, most = 8) {
      const loop = startWork({
        ...open,
        clock,
        log,
        work: { ...NOTHING, ...work },
        slots: { deliveries: most, steps: most, effects: most },
      })
      loops.push(loop)
      return loop
    },
    until: (what, stepMs = 200) =>
      vi.waitFor(
        async () => {
          clock.pass(stepMs)
          if (!(await what())) throw new Error('not yet')
        },
        { timeout: 20_000, interval: 2 },
      ),
    accept: (guid, repository = 1) =>
      open.inbox.accept({ guid, event: 'issues', action: null, repository, installation: 7, payload: '{}' }),
    put: (key, task = TASK) =>
      open.store.transaction((tx) => tx.putEffect({ key, task, kind: 'comment', body: {} })),
  }
}
