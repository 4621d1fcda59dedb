// Owns the monthly cap on money (R163): reserved before a run is asked for, settled by what the run says it spent.
import { z } from 'zod'
import { TaskId } from '../contracts/base.ts'
import { canonicalJson } from '../contracts/canonical.ts'
import type { StoreTransaction } from '../ports.ts'
import type { Service } from './parts.ts'

/** Milliseconds. */
const LOOK_AGAIN_MS = 10 * 60_000

/** One month of one installation, in US dollars: what runs that are out may spend, and what others spent. */
const Ledger = z.strictObject({
  spent: z.number().min(0),
  reserved: z.partialRecord(TaskId, z.number().min(0)),
})
type Ledger = z.infer<typeof Ledger>

/** Amounts in US dollars as text; `month`: `2026-11`. */
export const Short = z.strictObject({ spent: z.string(), cap: z.string(), month: z.string() })
export type Short = z.infer<typeof Short>

export type Reserved = { ok: true } | { ok: false; short: Short; until: Date }

/** Reserves a task's whole limit; asking again for the same task changes nothing. */
export function reserve(
  service: Service,
  installation: number,
  x: { task: TaskId; usd: number },
): Promise<Reserved> {
  // Threat: tasks that reserve at the same moment would each find the money of all
  return service.store.transaction((tx) => reserveIn(tx, service, installation, x))
}

async function reserveIn(
  tx: StoreTransaction,
  service: Service,
  installation: number,
  x: { task: TaskId; usd: number },
): Promise<Reserved> {
  const cap = service.limits.moneyMonthUsd
  const now = service.clock.now()
  const before = await read(tx, installation, now)
  const others = Object.entries(before.reserved)
    .filter(([task]) => task !== x.task)
    .reduce((sum, [, usd]) => sum + (usd ?? 0), 0)
  if (cap !== null && before.spent + others + x.usd > cap) {
    const dollars = (usd: number): string => `${usd.toFixed(2)} US dollars`
    const spent = `${dollars(before.spent + others)} and a run that may take ${x.usd.toFixed(2)}`
    return {
      ok: false,
      short: { spent, cap: dollars(cap), month: monthOf(now) },
      // runs that are out may leave enough
      until: before.spent + x.usd > cap ? nextMonth(now) : new Date(now.getTime() + LOOK_AGAIN_MS),
    }
  }
  await write(tx, installation, now, { ...before, reserved: { ...before.reserved, [x.task]: x.usd } })
  return { ok: true }
}

/** The run is over: what it did not spend is free again. Without a reservation nothing happens. */
export function settleMoney(
  service: Pick<Service, 'store' | 'clock'>,
  installation: number,
  x: { task: TaskId; usd: number },
): Promise<void> {
  const now = service.clock.now()
  return service.store.transaction(async (tx) => {
    const before = await read(tx, installation, now)
    if (before.reserved[x.task] === undefined) return
    const { [x.task]: _, ...reserved } = before.reserved
    await write(tx, installation, now, { spent: before.spent + x.usd, reserved })
  })
}

async function read(tx: StoreTransaction, installation: number, now: Date): Promise<Ledger> {
  const text = await tx.note(scopeOf(installation), monthOf(now))
  return text === undefined ? { spent: 0, reserved: {} } : Ledger.parse(JSON.parse(text))
}

function write(tx: StoreTransaction, installation: number, now: Date, ledger: Ledger): Promise<void> {
  return tx.putNote(scopeOf(installation), monthOf(now), canonicalJson(ledger))
}

function scopeOf(installation: number): string {
  return `money/${installation}`
}

function monthOf(now: Date): string {
  return now.toISOString().slice(0, 7)
}

function nextMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1))
}
