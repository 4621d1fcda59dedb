// Owns the ports of what must not be lost: webhooks that came, effects that must go out, tasks to wake, small notes.
import type { TaskId, Timestamp } from '../contracts/base.ts'

/** `failed` is final: nothing takes it up again by itself. */
export type QueueState = 'pending' | 'done' | 'failed'

/** What the webhook route hands over, verified. */
export interface NewDelivery {
  /** `X-GitHub-Delivery`; a redelivery has the same. */
  guid: string
  /** `issues`, and its action `labeled` where the event has one. */
  event: string
  action: string | null
  repository: number | null
  installation: number | null
  /** JSON text as GitHub sent it: signed, and otherwise untrusted. */
  payload: string
}

export interface Delivery extends NewDelivery {
  receivedAt: Timestamp
  state: QueueState
  /** How often work on it failed. */
  attempts: number
  nextAt: Timestamp
  /** Why it failed last. */
  error: string | null
}

/** What is read of a delivery to choose it: payloads can be megabytes. */
export type DeliveryHead = Omit<Delivery, 'payload'>

/**
 * Webhooks between their 202 and their work. Throws StoreError. Deliveries of one repository come one after another:
 * one that waits for its next attempt holds back those behind it, until it failed 4 times and steps out of the order.
 */
export interface Inbox {
  /**
   * Durable before it resolves; what comes while a commit is under way shares the next one. A delivery that ended as
   * failed is taken up again when GitHub redelivers it, and is `new`.
   */
  accept(delivery: NewDelivery): Promise<'new' | 'duplicate'>
  /** Those that may be worked on now: the oldest of each repository, in order of arrival. */
  next(now: Date, limit: number): Promise<readonly DeliveryHead[]>
  /** Idempotent. Its payload is forgotten: it can quote a private repository. */
  done(guid: string): Promise<void>
  /** Counts an attempt; null: it has failed for good. */
  failed(guid: string, error: string, retryAt: Date | null): Promise<void>
  /** Not its fault (a rate limit, an outage): later, without counting an attempt. */
  postpone(guid: string, because: string, until: Date): Promise<void>
  get(guid: string): Promise<Delivery | undefined>
  counts(): Promise<Readonly<Record<QueueState, number>>>
  /** Drops what was done before `receivedBefore`. A redelivery after that counts as new. Returns how many. */
  forget(receivedBefore: Date): Promise<number>
}

/** One effect on the outside world, put in the transaction that decided it (R100). */
export interface NewEffect {
  /** Idempotency key: what is the same effect has the same key. */
  key: string
  task: TaskId
  kind: string
  /** A JSON value. */
  body: unknown
  /**
   * A projection (a comment that is edited in place, a check run): its newest body counts, so that another body makes
   * it pending again, also after it was sent or refused for good. Left out: the first body stays.
   */
  replace?: boolean
}

export interface Effect extends Omit<NewEffect, 'replace'> {
  /** Rises with each new body: what was sent may be older than what is wanted. */
  version: number
  state: QueueState
  /** What the last sending that succeeded gave, a JSON value; kept when the body is replaced. null: none did. */
  result: unknown
  attempts: number
  nextAt: Timestamp
  error: string | null
  updatedAt: Timestamp
}

export type Settlement =
  /** `quiet`: nobody waits for it, so that its task is not woken. */
  | { result: unknown; quiet?: boolean }
  /** Counts an attempt; null: it has failed for good. */
  | { error: string; retryAt: Date | null }
  /** Not its fault: later, without counting an attempt. */
  | { postponedTo: Date; because: string }

/**
 * At least once: who sends looks first whether the effect is there already. Throws StoreError. Effects do not wait for
 * one another; who needs the result of one puts the next when it is there.
 */
export interface Outbox {
  /** The oldest of each task that may be sent now, in the order in which they were put. */
  due(now: Date, limit: number): Promise<readonly Effect[]>
  get(key: string): Promise<Effect | undefined>
  /**
   * `sent` is the effect as it was given by `due`: when its body was replaced meanwhile, the result is kept and the
   * effect stays pending. An effect that ends, one way or the other, wakes its task in the same transaction,
   * unless it ended quietly.
   */
  settle(sent: Pick<Effect, 'key' | 'task' | 'version'>, outcome: Settlement): Promise<void>
  /** What was postponed for this reason may be sent now: whoever was at it is gone. */
  hasten(because: string): Promise<void>
  /** In the order in which they were put. */
  pendingOf(task: TaskId): Promise<readonly Effect[]>
}

export interface Wake {
  task: TaskId
  at: Timestamp
}

/**
 * When to look at a task again. Throws StoreError. The earliest time wins; the second earliest is kept too, so that a
 * time set while the task is being advanced outlives `clear`.
 */
export interface Wakes {
  at(task: TaskId, when: Date): Promise<void>
  /** Earliest first. */
  due(now: Date, limit: number): Promise<readonly Wake[]>
  /** After the task was advanced: takes one time away, unless the earliest is after `upTo`. */
  clear(task: TaskId, upTo: Timestamp): Promise<void>
}

/** Small texts that outlive the process: cursors, switches, what a month cost. Throws StoreError. */
export interface Notes {
  get(scope: string, name: string): Promise<string | undefined>
  /** By name. */
  list(scope: string): Promise<readonly { name: string; text: string; updatedAt: Timestamp }[]>
  put(scope: string, name: string, text: string): Promise<void>
}

/** What a transaction of the store may do beside its ledger, so that all that a command causes is kept or nothing. */
export interface QueueTransaction {
  /** The same key and done: kept as it is. One that failed for good is pending again, a projection only with another body. */
  putEffect(effect: NewEffect): Promise<void>
  doneDelivery(guid: string): Promise<void>
  wake(task: TaskId, at: Date): Promise<void>
  /** As this transaction sees it: what is read here cannot change before the commit. */
  note(scope: string, name: string): Promise<string | undefined>
  putNote(scope: string, name: string, text: string): Promise<void>
}
