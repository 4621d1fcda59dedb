// Owns the way of an effect: written down before it is sent, its answer kept, tried again when nobody knows how it ended.
import type { z } from 'zod'
import type { TaskId } from '../contracts/base.ts'
import { redactDeep } from '../gates/secret-scan.ts'
import type { Effect, NewEffect, StoreTransaction } from '../ports.ts'
import { BODIES, RESULTS, SENDERS, type EffectBody, type EffectKind, type EffectResult } from './effects.ts'
import { NotYet } from './not-yet.ts'
import type { Service } from './parts.ts'
import { goneFrom, whereNow } from './where.ts'

/** Waits between tries, in milliseconds; the last one again and again, so that nothing is given up. */
const BACKOFF_MS = [2_000, 5_000, 15_000, 60_000, 300_000]

/** For so long nobody else takes up an effect that is being sent: longer than any request of the adapter. */
const CLAIM_MS = 120_000
/** Stands by such an effect. Where one process sends, one that begins has all of them sent at once. */
export const BEING_SENT = 'it was being sent'

/** How long an edit of a comment waits for the next one. Milliseconds. */
const EDIT_MS = 2_000

/** Something outside is not there yet. `until` null: whatever ends the waiting wakes the task. */
export class Later extends Error {
  override readonly name = 'Later'
  readonly until: Date | null
  constructor(because: string, until: Date | null) {
    super(because)
    this.until = until
  }
}

/** What GitHub answered once and for all. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

export interface Wanted<K extends EffectKind> {
  /** Idempotency key: the same key is sent once. */
  key: string
  task: TaskId
  kind: K
  body: EffectBody<K>
}

/** Put again by every look at the task, and edited in place: the newest body counts, and no step waits for their answer. */
const PROJECTIONS = new Set<EffectKind>(['comment', 'check', 'drop_ref'])

/**
 * So often GitHub must refuse before that counts as its answer. Assumed: what was made a moment ago is not known
 * everywhere there, so that one 404, 409 or 422 says little; a task is not given up for it.
 */
const REFUSALS = 3

export function putEffect<K extends EffectKind>(tx: StoreTransaction, wanted: Wanted<K>): Promise<void> {
  const effect: NewEffect = { ...wanted, replace: PROJECTIONS.has(wanted.kind) }
  return tx.putEffect(effect)
}

/**
 * The answer to an effect. The first call writes down that it is wanted; until the sending loop has its answer, every
 * call throws Later. Throws Refused when GitHub refused it for good.
 */
export async function answerTo<K extends EffectKind>(
  service: Service,
  wanted: Wanted<K>,
): Promise<EffectResult<K>> {
  const there = await service.outbox.get(wanted.key)
  if (there?.state === 'done') return resultOf(wanted.kind, there.result)
  if (there?.state === 'failed') throw new Refused(there.error ?? 'it was refused')
  if (there === undefined) await service.store.transaction((tx) => putEffect(tx, wanted))
  throw new Later(there?.error ?? `GitHub to take the ${wanted.kind.replace('_', ' ')}`, null)
}

export function resultOf<K extends EffectKind>(kind: K, result: unknown): EffectResult<K> {
  return (RESULTS[kind] as unknown as z.ZodType<EffectResult<K>>).parse(result)
}

/** What came of one try: to be kept by whoever runs the outbox. */
export type Sent =
  | { result: unknown; quiet: boolean }
  | { refused: string }
  | { later: Date; because: string }

/** Sends one pending effect. Throws what is worth another, counted try. */
export async function sendEffect(service: Service, effect: Effect): Promise<Sent> {
  const kind = effect.kind as EffectKind
  // a body that was replaced may have been sent before, and its answer lost
  const again = effect.attempts > 0 || effect.error !== null || effect.version > 1
  // the phases of a task follow one another closely, and people read the last of them
  if (kind === 'comment' && effect.result !== null && effect.error === null) {
    const later = new Date(service.clock.now().getTime() + EDIT_MS)
    return { later, because: 'more may follow' }
  }
  // A process that dies while it sends leaves a row that says so: whoever takes it up looks first.
  const claim = new Date(service.clock.now().getTime() + CLAIM_MS)
  await service.outbox.settle(effect, { postponedTo: claim, because: BEING_SENT })
  // Threat: a credential that stood in a log or in somebody's words would be read by everybody
  const body = await redactDeep(BODIES[kind].parse(effect.body))
  const at = await whereNow(service, body.at)
  const gone = await goneFrom(service, at)
  if (gone?.sure === true) return { refused: gone.why }
  if (gone !== undefined) return { later: claim, because: gone.why }
  const x = { service, forge: service.forge(at), again, before: effect.result, task: effect.task }
  // kind and body were parsed together
  const send = SENDERS[kind] as (x: unknown, body: unknown) => Promise<unknown>
  try {
    return { result: await send(x, body), quiet: PROJECTIONS.has(kind) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (isFinal(codeOf(error)) && effect.attempts + 1 >= REFUSALS && !PROJECTIONS.has(kind)) {
      return { refused: message }
    }
    if (error instanceof NotYet) {
      return { later: new Date(service.clock.now().getTime() + error.waitMs), because: message }
    }
    if (codeOf(error) !== 'unavailable' && !isFinal(codeOf(error))) {
      return { later: nextTry(service, error, effect.attempts + 1), because: message }
    }
    throw error
  }
}

/** ForgeError's code; anything else is our own trouble, which is tried again. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unavailable'
}

const FINAL = new Set(['forbidden', 'not_found', 'invalid', 'conflict'])

export function isFinal(code: string): boolean {
  return FINAL.has(code)
}

/** By our own backoff, and never before GitHub's `retry-after`. */
export function nextTry(service: Pick<Service, 'clock'>, error: unknown, attempts: number): Date {
  const asked =
    error instanceof Error && 'retryAt' in error && error.retryAt instanceof Date ? error.retryAt : null
  const wait = BACKOFF_MS[Math.min(Math.max(attempts, 1), BACKOFF_MS.length) - 1] ?? 300_000
  return new Date(Math.max(service.clock.now().getTime() + wait, asked?.getTime() ?? 0))
}
