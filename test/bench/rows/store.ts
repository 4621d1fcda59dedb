// Measures the durable paths of the store as ratios to a bare durable insert of the same row size, in the same run.
// The entry and the state are made before (rows make.* and fold.*): the ratios are about what the store adds.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '../../../src/adapters/store/store.ts'
import { canonicalJson, digestOf } from '../../../src/contracts/canonical.ts'
import type { LedgerEntry } from '../../../src/contracts/ledger.ts'
import type { Fence, TaskRow } from '../../../src/ports.ts'
import { foldOnto } from '../../../src/process/fold.ts'
import { emptyHead, headOf, makeEntry } from '../../../src/process/ledger.ts'
import { EMPTY_STATE } from '../../../src/process/state.ts'
import type { TaskState } from '../../../src/process/state.ts'
import { transition } from '../../../src/process/transition.ts'
import { atMost, percentile, shown, timed } from '../row.ts'
import type { Row } from '../row.ts'

/** 1,000 iterations in blocks: short against a burst of other work, long enough that most syncs follow one of their own file. */
const BLOCKS = 200
const BLOCK = 5
/** Commits that surely fill a write-ahead log of 1,000 pages (SQLite's checkpoint). */
const WARM_UP = 1100
const clock = { now: () => new Date(), monotonic: () => performance.now(), sleep: async () => {} }

export async function rows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'autopilot-bench-'))
  const { store, leases } = await openStore({ file: join(folder, 'store.db'), clock })
  const bare = openBare(join(folder, 'bare.db'))
  try {
    const task = 't-0000000bench'
    const chain = 'task:t-000000chain'
    const work = makeWork(task)
    let head = emptyHead(chain)
    const event = { kind: 'violation', phase: null, code: 'tool_refused', detail: 'x'.repeat(200) } as const
    const size = canonicalJson(makeEntry({ chain, head, at: now(), event })).length
    let version = 0
    await store.transaction(async (tx) => {
      for (const entry of work.first) await tx.append(entry)
    })
    const held = await leases.acquire('bench', 'h-0000000bench', 3_600_000)
    if (held === 'held') throw new Error('bench: the lease of a fresh store is held')
    const fences: Fence[] = []
    const entries: LedgerEntry[] = []
    const steps: { entry: LedgerEntry; row: Omit<TaskRow, 'version'> }[] = []
    const ms: Record<string, number[]> = {}
    const parts = {
      insert: () => bare.insert('x'.repeat(size)),
      make: () => {
        const entry = makeEntry({ chain, head, at: now(), event })
        head = headOf(entry)
        entries.push(entry)
      },
      append: async () => {
        const entry = entries.shift()
        if (entry !== undefined) await store.transaction((tx) => tx.append(entry))
      },
      fold: () => {
        const { entry, state } = work.step()
        steps.push({ entry, row: { id: task, state: canonicalJson(state), updatedAt: entry.at } })
      },
      transition: async () => {
        const step = steps.shift()
        if (step === undefined) return
        await store.transaction(async (tx) => {
          await tx.checkFence(held)
          await tx.append(step.entry)
          await tx.saveTask(step.row, version)
        })
        version += 1
      },
      acquire: async (n: number) => {
        const fence = await leases.acquire(`bench-${n}`, 'h-0000000bench', 60_000)
        if (fence !== 'held') fences.push(fence)
      },
      release: async () => {
        const fence = fences.shift()
        if (fence !== undefined) await leases.release(fence)
      },
    }
    // A WAL that still grows costs a metadata sync each time; after the first checkpoint it is written in place. Both
    // files are brought there first, or the bare one would look slow for its smaller log.
    for (let i = 0; i < WARM_UP; i += 1) parts.insert()
    for (let i = 0; i < WARM_UP; i += 1) {
      parts.make()
      await parts.append()
    }
    for (let block = 0; block < BLOCKS; block += 1) {
      for (const [name, part] of Object.entries(parts)) {
        for (let i = 0; i < BLOCK; i += 1) {
          ;(ms[name] ??= []).push(await timed(() => part(block * BLOCK + i)))
        }
      }
    }
    const p50 = (name: string): number => percentile(ms[name] ?? [], 0.5)
    const ratio = (name: string): number => p50(name) / p50('insert')
    return [
      atMost('ledger.append.ratio', ratio('append'), 'x', 1.3),
      atMost('lease.acquire.ratio', ratio('acquire'), 'x', 1.3),
      atMost('lease.release.ratio', ratio('release'), 'x', 1.3),
      atMost('transition.ratio', ratio('transition'), 'x', 1.6),
      ...Object.keys(parts).flatMap((name) => [
        shown(`${name}.p50`, p50(name), 'ms'),
        shown(`${name}.p99`, percentile(ms[name] ?? [], 0.99), 'ms'),
      ]),
    ]
  } finally {
    bare.close()
    await store.close()
    rmSync(folder, { recursive: true })
  }
}

/** What every durable row costs at least: one prepared insert, committed with the same durability. */
function openBare(file: string): { insert: (body: string) => void; close: () => void } {
  const db = new DatabaseSync(file)
  db.exec(
    'pragma journal_mode = wal; pragma synchronous = full; create table t (id integer primary key, body text)',
  )
  const insert = db.prepare('insert into t (body) values (?)')
  return { insert: (body) => void insert.run(body), close: () => db.close() }
}

/** Transitions of a task that waits, again and again; its state carries the records of 30 files, as late in a run. */
function makeWork(task: string): {
  first: readonly LedgerEntry[]
  step: () => { entry: LedgerEntry; state: TaskState }
} {
  const chain = `task:${task}`
  let head = emptyHead(chain)
  const make = (event: LedgerEntry['event']): LedgerEntry => {
    const entry = makeEntry({ chain, head, at: now(), event })
    head = headOf(entry)
    return entry
  }
  const digest = digestOf('bench')
  const first = [
    make({ kind: 'task.created', task, request: digest }),
    make({
      kind: 'phase.entered',
      phase: 'STRATEGIZE',
      visit: 1,
      persona: digest,
      prompt: digest,
      inputs: {},
    }),
  ]
  const record = {
    name: 'quality_report.json',
    sha256: digest,
    bytes: 4096,
    phase: 'VERIFY',
    visit: 1,
  } as const
  let state: TaskState = {
    ...foldOnto(EMPTY_STATE, first).state,
    voided: Array.from({ length: 30 }, () => record),
  }
  return {
    first,
    step() {
      const entry = make({ kind: 'phase.waiting', phase: 'STRATEGIZE', for: 'x'.repeat(200) })
      const next = transition(state, entry)
      if (!next.ok) throw new Error(next.violation.message)
      state = next.state
      return { entry, state }
    },
  }
}

function now(): string {
  return new Date().toISOString()
}
