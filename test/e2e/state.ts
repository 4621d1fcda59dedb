// Owns looking into a state folder from outside: its tasks and chains, its bundles, and leases whose time has passed.
import { join } from 'node:path'
import { readdir, readFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import { openStore } from '../../src/adapters/store/store.ts'
import { systemClock } from '../../src/adapters/system/clock.ts'
import { BundleManifest } from '../../src/contracts/bundle.ts'
import { canonicalJson } from '../../src/contracts/canonical.ts'
import type { LedgerEntry } from '../../src/contracts/ledger.ts'
import type { Verdict } from '../../src/contracts/verdict.ts'
import { readTask } from '../../src/pipeline/journal.ts'
import { verifyBundle } from '../../src/pipeline/verify-bundle.ts'
import { foldTask } from '../../src/process/fold.ts'
import type { TaskState } from '../../src/process/state.ts'

export interface Seen {
  task: string
  state: TaskState
  taskChain: readonly LedgerEntry[]
  runChain: readonly LedgerEntry[]
}

/** The only task of the state folder. Throws when its chains do not fold into the state that the store keeps. */
export async function look(state: string): Promise<Seen> {
  const { store } = await openStore({ file: join(state, 'autopilot.db'), clock: systemClock() })
  try {
    const [row, ...more] = await store.tasks(10)
    if (row === undefined || more.length > 0) throw new Error(`${state} holds ${more.length + 1} tasks`)
    const kept = await readTask({ store }, row.id)
    const taskChain = await store.entries(`task:${row.id}`)
    const runs = new Map<string, readonly LedgerEntry[]>()
    for (const run of kept.runs) runs.set(run, await store.entries(`run:${run}`))
    const folded = foldTask(taskChain, runs)
    if (!folded.ok) throw new Error(folded.violation.message)
    if (canonicalJson(folded.state) !== canonicalJson(kept)) {
      throw new Error('the chains do not fold into the state that the store keeps')
    }
    return { task: row.id, state: kept, taskChain, runChain: [...runs.values()].flat() }
  } finally {
    await store.close()
  }
}

/** `kind PHASE` of every entry, so that two runs can be compared. */
export function kindsOf(entries: readonly LedgerEntry[]): readonly string[] {
  return entries.map(({ event }) => ('phase' in event ? `${event.kind} ${event.phase}` : event.kind))
}

export async function bundleOf(state: string): Promise<string> {
  const [task, ...more] = await readdir(join(state, 'tasks'))
  if (task === undefined || more.length > 0) throw new Error(`${state} holds ${more.length + 1} tasks`)
  return join(state, 'tasks', task, 'bundle')
}

export async function manifestOf(bundle: string): Promise<BundleManifest> {
  return BundleManifest.parse(JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8')))
}

export async function verify(
  bundle: string,
  x: Parameters<typeof verifyBundle>[1] = { rederive: true },
): Promise<Verdict> {
  return verifyBundle(await openBundle(bundle), x)
}

/** Makes the minute pass after which a dead process is taken over. */
export function expireLeases(state: string): void {
  const database = new DatabaseSync(join(state, 'autopilot.db'), { timeout: 10_000 })
  database.exec(`update leases set expires_at = '2000-01-01T00:00:00.000Z' where holder is not null`)
  database.close()
}
