// Owns the work behind the 202: deliveries to handle, tasks to advance, effects to send, each until it is settled.
import type { TaskId } from '../src/contracts/base.ts'
import type { Clock, Delivery, DeliveryHead, Effect, Inbox, Outbox, Wake, Wakes } from '../src/ports.ts'
import { startLoop } from './lanes.ts'
import type { Log } from './log.ts'

/** Nobody's fault (a rate limit, an outage): again at that time, and no attempt is counted. */
export interface Later {
  later: Date
  because: string
}

/**
 * What is to be done; a thrown error is an attempt that failed. All three run at least once: a killed process does
 * them again. `signal` fires when the server stops and has waited long enough.
 */
export interface Work {
  /** Best settles the delivery by `doneDelivery` in the transaction of what it causes; else that follows here. */
  handle(delivery: Delivery, signal: AbortSignal): Promise<Later | void>
  /** One step or several; asks to be woken by `wake` when there is more to do. */
  advance(task: TaskId, signal: AbortSignal): Promise<Later | void>
  /** `refused`: it can never succeed; half a sentence. */
  send(effect: Effect, signal: AbortSignal): Promise<{ result: unknown } | { refused: string } | Later>
  /** Whose turn an effect or a step takes, so that a repository with many tasks leaves room for the others. */
  repositoryOf?(task: TaskId): string
  /** What GitHub was asked in this process's life, for whoever looks after its budget. */
  asked?(): { calls: number; points: number }
}

export interface WorkLoop {
  /** Something new is there: do not wait for the next look. */
  poke(): void
  /** Begins nothing more; what is under way gets a while to end, then its signal. Idempotent. */
  stop(): Promise<void>
}

/** The first four failures keep a repository waiting for a minute and a half, all of them a delivery for an hour. */
const DELAYS_MS = [1000, 4000, 16_000, 64_000, 256_000, 600_000]
const MOST_ATTEMPTS = 12
const GRACE_MS = 10_000
/** What ignores its signal is left; it is done again after the next start. */
const LEAVE_MS = 2000
const HOUR_MS = 3_600_000
/** GitHub offers a delivery for redelivery for 3 days; a month leaves room to look back. */
const REMEMBERED_MS = 30 * 24 * HOUR_MS

export function startWork(x: {
  inbox: Inbox
  outbox: Outbox
  wakes: Wakes
  clock: Clock
  log: Log
  work: Work
  /** How many deliveries, steps and effects at once. */
  slots?: { deliveries: number; steps: number; effects: number }
}): WorkLoop {
  const { inbox, outbox, wakes, clock, log, work } = x
  const { slots = { deliveries: 8, steps: 8, effects: 8 } } = x
  const stopping = new AbortController()
  const leaving = new AbortController()
  const { signal } = leaving
  const repositoryOf = (task: TaskId): string => work.repositoryOf?.(task) ?? task
  const failed = (error: unknown): void => log.error({ err: error }, 'the store did not take what was done')
  const after = (attempts: number): Date =>
    new Date(clock.now().getTime() + (DELAYS_MS[Math.min(attempts, DELAYS_MS.length - 1)] ?? 0))
  /** null: it has failed often enough. */
  const retryAt = (attempts: number): Date | null => (attempts + 1 >= MOST_ATTEMPTS ? null : after(attempts))

  async function deliver({ guid, event, action, attempts }: DeliveryHead): Promise<void> {
    const delivery = await inbox.get(guid)
    if (delivery?.state !== 'pending') return
    try {
      const outcome = await work.handle(delivery, signal)
      if (outcome === undefined) return await inbox.done(guid)
      return await inbox.postpone(guid, outcome.because, outcome.later)
    } catch (error) {
      if (signal.aborted) return
      const next = retryAt(attempts)
      log[next === null ? 'error' : 'warn'](
        { err: error, guid, event, action, attempts: attempts + 1 },
        'a delivery failed',
      )
      await inbox.failed(guid, messageOf(error), next)
    }
  }

  /** By task, while it fails: a step is never given up, since that would lose the task. */
  const failures = new Map<TaskId, number>()
  async function step({ task, at }: Wake): Promise<void> {
    try {
      const outcome = await work.advance(task, signal)
      failures.delete(task)
      if (outcome !== undefined) await wakes.at(task, outcome.later)
    } catch (error) {
      if (signal.aborted) return
      const before = failures.get(task) ?? 0
      failures.set(task, before + 1)
      log.error({ err: error, task, attempts: before + 1 }, 'a task could not be advanced')
      await wakes.at(task, after(before))
    }
    // after the next time is kept: a process killed in between advances once too often, never too seldom
    await wakes.clear(task, at)
  }

  async function send(effect: Effect): Promise<void> {
    const { key, kind, task, attempts } = effect
    try {
      const outcome = await work.send(effect, signal)
      if ('result' in outcome) return await outbox.settle(effect, { result: outcome.result })
      if ('later' in outcome) {
        return await outbox.settle(effect, { postponedTo: outcome.later, because: outcome.because })
      }
      log.error({ key, kind, task, refused: outcome.refused }, 'an effect was refused')
      return await outbox.settle(effect, { error: outcome.refused, retryAt: null })
    } catch (error) {
      if (signal.aborted) return
      const next = retryAt(attempts)
      log[next === null ? 'error' : 'warn'](
        { err: error, key, kind, task, attempts: attempts + 1 },
        'an effect failed',
      )
      await outbox.settle(effect, { error: messageOf(error), retryAt: next })
    } finally {
      // an effect that ended wakes its task
      steps.poke()
    }
  }

  const deliveries = startLoop<DeliveryHead>({
    clock,
    failed,
    slots: slots.deliveries,
    due: (now, limit) => inbox.next(now, limit),
    laneOf: ({ guid, repository, installation }) =>
      repository === null ? `i${installation ?? guid}` : `r${repository}`,
    repositoryOf: ({ repository, installation }) => String(repository ?? installation),
    async work(delivery) {
      await deliver(delivery)
      steps.poke()
      effects.poke()
    },
  })
  const steps = startLoop<Wake>({
    clock,
    failed,
    slots: slots.steps,
    due: (now, limit) => wakes.due(now, limit),
    laneOf: ({ task }) => task,
    repositoryOf: ({ task }) => repositoryOf(task),
    async work(wake) {
      await step(wake)
      effects.poke()
    },
  })
  const effects = startLoop<Effect>({
    clock,
    failed,
    slots: slots.effects,
    due: (now, limit) => outbox.due(now, limit),
    laneOf: ({ task }) => task,
    repositoryOf: ({ task }) => repositoryOf(task),
    work: send,
  })
  void forgetting()

  async function forgetting(): Promise<void> {
    while (!stopping.signal.aborted) {
      await inbox.forget(new Date(clock.now().getTime() - REMEMBERED_MS)).catch(failed)
      await clock.sleep(HOUR_MS, stopping.signal)
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    const ended = Promise.all([deliveries, steps, effects].map((loop) => loop.stop()))
    const done = new AbortController()
    void ended.then(() => done.abort())
    await clock.sleep(GRACE_MS, done.signal)
    leaving.abort()
    await clock.sleep(LEAVE_MS, done.signal)
  }

  let stopped: Promise<void> | undefined
  return {
    poke: () => deliveries.poke(),
    stop: () => (stopped ??= stop()),
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
