// Owns the way of an effect: written down before it is sent, its answer kept, tried again when nobody knows how it ended.
import type { z } from 'zod'
import { canonicalJson } from '../contracts/canonical.ts'
import type { OutboxRow, StoreTransaction } from '../ports.ts'
import { BODIES, RESULTS, SENDERS, type EffectBody, type EffectKind, type EffectResult } from './effects.ts'
import type { Service } from './parts.ts'

/** Waits between tries of one effect, in milliseconds; the last one again and again, so that nothing is given up. */
const BACKOFF_MS = [2_000, 5_000, 15_000, 60_000, 300_000]

/** An effect that could not be sent now; the task goes on when it is due. */
export class Later extends Error {
  override readonly name = 'Later'
  readonly until: Date
  constructor(until: Date, because: string) {
    super(because)
    this.until = until
  }
}

/** What GitHub answered once and for all, in the words of the adapter's error. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: string
  constructor(code: string, because: string) {
    super(because)
    this.code = code
  }
}

interface Wanted<K extends EffectKind> {
  /** Idempotency key; the same key is sent once. */
  key: string
  task: string
  kind: K
  body: EffectBody<K>
}

/** Puts an effect that the sending loop takes care of. `replace`: only the newest body of the key counts. */
export function putEffect<K extends EffectKind>(
  tx: StoreTransaction,
  wanted: Wanted<K>,
  replace = false,
): Promise<void> {
  const { key, task, kind, body } = wanted
  return tx.putEffect({ key, task, kind, body: canonicalJson(body), replace, inline: false })
}

/** Sends an effect inside a stage: intent first, then the call, then its answer. Throws Later or Refused. */
export async function perform<K extends EffectKind>(
  service: Service,
  wanted: Wanted<K>,
): Promise<EffectResult<K>> {
  const { key, task, kind, body } = wanted
  const there = await service.outbox.get(key)
  if (there?.state === 'done') return resultOf(kind, there)
  if (there?.state === 'failed') throw new Refused('invalid', there.error ?? 'it was refused before')
  if (there === undefined) {
    const row = { key, task, kind, body: canonicalJson(body), replace: false, inline: true }
    await service.store.transaction((tx) => tx.putEffect(row))
  } else if (there.nextAt > service.clock.now().toISOString()) {
    throw new Later(new Date(there.nextAt), there.error ?? 'it waits for its next try')
  }
  const sent = await sendEffect(service, key)
  return resultOf(kind, sent)
}

/** Sends the pending effect `key` once. Throws Later when it is to be tried again, Refused when that is of no use. */
export async function sendEffect(service: Service, key: string): Promise<OutboxRow> {
  // The try is counted before it is made: a process that dies in between leaves a row that looks first.
  const row = await service.outbox.begin(key)
  const kind = row.kind as EffectKind
  const body = parse(BODIES[kind], row.body)
  try {
    const result = await call(service, kind, body, row)
    return await service.outbox.settle(key, row.revision, { result: canonicalJson(result) })
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    const code = codeOf(error)
    if (isFinal(code)) {
      await service.outbox.settle(key, row.revision, { error: because, retryAt: null })
      throw new Refused(code, because)
    }
    const until = retryAt(service, error, row.attempts)
    await service.outbox.settle(key, row.revision, { error: because, retryAt: until.toISOString() })
    throw new Later(until, because)
  }
}

function call(service: Service, kind: EffectKind, body: unknown, row: OutboxRow): Promise<unknown> {
  const { at } = body as { at: EffectBody<'comment'>['at'] }
  const before: unknown = row.result === null ? undefined : JSON.parse(row.result)
  const x = { service, forge: service.forge(at), attempt: row.attempts, before }
  // kind and body were parsed together
  return (SENDERS[kind] as (x: unknown, body: unknown) => Promise<unknown>)(x, body)
}

function resultOf<K extends EffectKind>(kind: K, row: OutboxRow): EffectResult<K> {
  return parse(RESULTS[kind] as unknown as z.ZodType<EffectResult<K>>, row.result ?? 'null')
}

function parse<T>(schema: z.ZodType<T>, text: string): T {
  return schema.parse(JSON.parse(text))
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

export function retryAt(service: Pick<Service, 'clock'>, error: unknown, attempts: number): Date {
  const asked = error instanceof Error && 'retryAt' in error && error.retryAt instanceof Date ? error.retryAt : null
  const wait = BACKOFF_MS[Math.min(Math.max(attempts, 1), BACKOFF_MS.length) - 1] ?? 300_000
  const own = service.clock.now().getTime() + wait
  return new Date(Math.max(own, asked?.getTime() ?? 0))
}
