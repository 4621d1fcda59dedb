// A process that dies after any entry: another one goes on, and the task ends as it would have.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import type { LedgerEntry } from '../../src/contracts/ledger.ts'
import type { Engine } from '../../src/pipeline/engine.ts'
import { LEASE_TTL_MS } from '../../src/pipeline/lease.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { verifyBundle } from '../../src/pipeline/verify-bundle.ts'
import { STAGES } from '../../src/pipeline/stages/registry.ts'
import { makeScriptedWorker } from '../fakes/scripted-worker.ts'
import { branchesOf, MENDED } from '../e2e/tiny-repository.ts'
import { apply, kinds, makeLaptop } from './laptop.ts'

class Died extends Error {
  override readonly name = 'Died'
}

/** Dies right after the first commit of an entry for which `here` holds, and from then on does nothing at all. */
function mortal(engine: Engine, here: (entry: LedgerEntry) => boolean): Engine {
  let dead = false
  const alive = <T>(work: () => Promise<T>): Promise<T> => (dead ? Promise.reject(new Died()) : work())
  return {
    ...engine,
    store: {
      ...engine.store,
      transaction: (work) =>
        alive(async () => {
          let reached = false
          const answer = await engine.store.transaction((tx) =>
            work({
              ...tx,
              async append(entry) {
                await tx.append(entry)
                reached ||= here(entry)
              },
            }),
          )
          if (reached) dead = true
          return alive(() => Promise.resolve(answer))
        }),
    },
    leases: {
      acquire: (...args) => alive(() => engine.leases.acquire(...args)),
      renew: (...args) => alive(() => engine.leases.renew(...args)),
      // a dead process releases nothing
      release: (fence) => (dead ? Promise.resolve() : engine.leases.release(fence)),
    },
    bundles: { write: (...args) => alive(() => engine.bundles.write(...args)) },
  }
}

/** Fails its tests in the first visit that follows no directive, passes them afterwards. */
function twoIterations(): ReturnType<typeof makeScriptedWorker> {
  const wrong = { 'src/greet.js': 'export function greet(name) {\n  return `Hi ${name}`\n}\n' }
  return makeScriptedWorker({
    canRefine: true,
    deed: (workspace, job) => apply(workspace, job.directive === null ? { ...MENDED, ...wrong } : MENDED),
  })
}

test('one task that loses its process after every single entry is accepted all the same', async () => {
  const laptop = await makeLaptop({ worker: twoIterations() })
  const { clock, task, state, again } = laptop
  let deaths = 0
  const died = new Set<string>()
  // each kind of entry kills once: what comes again because of that goes through
  const here = ({ chain, event }: LedgerEntry): boolean => {
    if (event.kind === 'lease.taken_over') return false
    const phase = 'phase' in event && event.phase ? event.phase : ''
    const to = 'to' in event ? event.to : ''
    const name = `${chain.slice(0, 4)} ${event.kind} ${phase} ${to}`
    return !died.has(name) && died.add(name) !== undefined
  }
  for (; deaths < 60; deaths += 1) {
    const engine = mortal(again(), here)
    const ended = await runTask(engine, task, { stages: STAGES }).catch((error: unknown) => {
      if (error instanceof Died) return 'died' as const
      throw error
    })
    if (ended !== 'died') break
    clock.pass(LEASE_TTL_MS + 1)
    // the first one is written when the run is opened, which is one of the moments of death
    if (existsSync(join(laptop.folder, 'bundle'))) await expectWhole(laptop.folder)
  }
  // phases enter, record and pass; the run opens, goes back once and closes; the task is imported, published, closed
  expect(deaths).toBeGreaterThan(30)
  const { closed, visits, run } = await state()
  expect(closed?.result).toBe('accepted')
  expect(run?.closed?.result).toBe('change')
  expect(visits).toMatchObject({ SPEC: 2, PLAN: 2, THINK: 2, MONITOR: 2 })
  const all = kinds(await laptop.entries())
  expect(all.filter((kind) => kind === 'run.opened')).toHaveLength(1)
  expect(all.filter((kind) => kind === 'task.closed')).toHaveLength(1)
  expect(all.filter((kind) => kind.startsWith('violation'))).toEqual([])
  expect(await branchesOf(laptop.tiny.repo)).toHaveLength(1)
  await expectWhole(laptop.folder)
})

async function expectWhole(folder: string): Promise<void> {
  const { reason, children } = await verifyBundle(await openBundle(join(folder, 'bundle')), {
    rederive: true,
  })
  const failed = children.filter((child) => child.status === 'fail').map((child) => child.reason)
  expect([reason, failed]).toEqual(['The bundle is whole and its chains hold.', []])
}

test('a run that ends without a change and dies while it is handed over is not begun anew', async () => {
  const worker = makeScriptedWorker({ canRefine: false, deed: () => Promise.resolve() })
  for (const kind of ['run.closed', 'run.imported']) {
    const { engine, task, clock, state } = await makeLaptop({ worker })
    const dies = runTask(
      mortal(engine, ({ event }) => event.kind === kind),
      task,
      { stages: STAGES },
    )
    if (kind === 'run.closed') await expect(dies).rejects.toThrow(Died)
    else await dies.catch(() => undefined)
    clock.pass(LEASE_TTL_MS + 1)
    expect(await runTask(engine, task, { stages: STAGES })).toEqual({ kind: 'done' })
    const { runs, closed } = await state()
    expect([runs.length, closed?.result]).toEqual([1, 'stopped'])
  }
})
