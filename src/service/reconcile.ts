// Owns what webhooks lost: deliveries that GitHub could not hand over are found in its log and asked for again.
import { z } from 'zod'
import { canonicalJson } from '../contracts/canonical.ts'
import { Timestamp } from '../contracts/base.ts'
import { DELIVERIES } from '../intake/deliveries.ts'
import type { Delivery, ForgeApp, ForgeMeter } from '../ports/forge.ts'
import type { Service } from './parts.ts'

/** GitHub forgets deliveries after so long: docs.github.com, "Redelivering webhooks". */
const KEPT_MS = 3 * 24 * 3_600_000
/** A delivery stands in the log only once it has ended, and GitHub's clock is not this one's. */
const OVERLAP_MS = 10 * 60_000
/** Asked for in one look, the oldest first: each costs one request, and its work more. */
const MOST_ASKED = 50
/** One that fails again and again is not asked for forever. */
const MOST_TIMES = 3
/** Share of the hour's requests below which only what people wait for is asked. */
const LOW = 0.1

const Cursor = z.strictObject({
  /** Everything before was looked at. */
  up_to: Timestamp,
  /** By GUID: the failed delivery for which it was asked for last, and how often. */
  asked: z.record(z.string(), z.strictObject({ delivery: z.int(), times: z.int(), at: Timestamp })),
})
type Cursor = z.infer<typeof Cursor>

export interface Reconciled {
  /** Deliveries of the log that the App did not get. */
  lost: number
  asked: number
  /** false: the log is longer than is read in one look. */
  complete: boolean
}

/** undefined: GitHub's hourly budget is low. Throws ForgeError. */
export async function reconcile(
  service: Pick<Service, 'inbox' | 'notes' | 'clock'>,
  github: Pick<ForgeApp, 'deliveries' | 'redeliver' | 'meter'>,
): Promise<Reconciled | undefined> {
  if (isLow(github.meter)) return undefined
  const now = service.clock.now().getTime()
  const cursor = await cursorOf(service, now)
  const { deliveries, complete } = await github.deliveries(before(cursor.up_to, OVERLAP_MS))
  const lost = await lostOf(service, cursor, deliveries)
  const next: Cursor = { up_to: deliveries[0]?.at ?? cursor.up_to, asked: recent(cursor.asked, now) }
  let asked = 0
  try {
    for (const one of lost) {
      if (asked === MOST_ASKED || isLow(github.meter)) {
        next.up_to = one.at
        break
      }
      const times = (next.asked[one.guid]?.times ?? 0) + 1
      next.asked[one.guid] = { delivery: one.id, times, at: new Date(now).toISOString() }
      await github.redeliver(one.id)
      asked += 1
    }
  } finally {
    await service.notes.put(...NOTE, canonicalJson(next))
  }
  return { lost: lost.length, asked, complete }
}

/** Whether little is left of the hour's requests: what can wait then waits. */
export function isLow(meter: Pick<ForgeMeter, 'budget'>): boolean {
  const budget = meter.budget()
  return budget !== undefined && budget.remaining < budget.limit * LOW
}

const NOTE = ['reconcile', 'deliveries'] as const

async function cursorOf({ notes }: Pick<Service, 'notes'>, now: number): Promise<Cursor> {
  const text = await notes.get(...NOTE)
  if (text !== undefined) return Cursor.parse(JSON.parse(text))
  return { up_to: new Date(now - KEPT_MS + OVERLAP_MS).toISOString(), asked: {} }
}

/** The newest delivery of each GUID that was not taken, is not asked for already, and means something; oldest first. */
async function lostOf(
  { inbox }: Pick<Service, 'inbox'>,
  { asked }: Cursor,
  deliveries: readonly Delivery[],
): Promise<Delivery[]> {
  const taken = new Set(deliveries.filter(({ ok }) => ok).map(({ guid }) => guid))
  const newest = new Map<string, Delivery>()
  for (const one of deliveries) if (!newest.has(one.guid)) newest.set(one.guid, one)
  const lost: Delivery[] = []
  for (const one of newest.values()) {
    if (taken.has(one.guid) || !isRead(one) || isOvertaken(one, deliveries)) continue
    const before = asked[one.guid]
    if (before !== undefined && (before.delivery === one.id || before.times >= MOST_TIMES)) continue
    // an answer that came too late for GitHub was given all the same
    if ((await inbox.get(one.guid)) === undefined) lost.push(one)
  }
  return lost.toReversed()
}

function isRead({ event, action }: Delivery): boolean {
  const reader = DELIVERIES.get(action === null ? event : `${event}.${action}`)
  return reader !== undefined && reader.idle !== true
}

/** Where the App is installed and how a repository is called: the last word counts, an earlier one would undo it. */
function isOvertaken(one: Delivery, deliveries: readonly Delivery[]): boolean {
  if (one.event !== 'installation' && one.event !== 'repository') return false
  return deliveries.some(
    (other) =>
      other.ok &&
      other.at > one.at &&
      other.event === one.event &&
      other.installation === one.installation &&
      other.repository === one.repository,
  )
}

function recent(asked: Cursor['asked'], now: number): Cursor['asked'] {
  return Object.fromEntries(Object.entries(asked).filter(([, { at }]) => Date.parse(at) > now - KEPT_MS))
}

function before(at: Timestamp, ms: number): Timestamp {
  return new Date(Date.parse(at) - ms).toISOString()
}
