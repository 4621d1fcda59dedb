// Owns the work behind the 202: deliveries to handle, tasks to advance, effects to send, each until it is settled.
import type { TaskId } from '../src/contracts/base.ts'
import type { Clock, Delivery, DeliveryHead, Effect, Inbox, Outbox, Wake, Wakes } from '../src/ports.ts'
import { startLoop } from './lanes.ts'
import type { Log } from './log.ts'
import type { Reconciled } from '../src/service/reconcile.ts'
import { settleBy } from './settle.ts'

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
  send(
    effect: Effect,
    signal: AbortSignal,
  ): Promise<{ result: unknown; quiet?: boolean } | { refused: string } | Later>
  /** Whose turn an effect or a step takes, so that a repository with many tasks leaves room for the others. */
  repositoryOf?(task: TaskId): string
  /** Finds what webhooks lost; undefined: not now. */
  reconcile?(): Promise<Reconciled | undefined>
  /** What GitHub was asked in this process's life, for whoever looks after its budget. */
  asked?(): { calls: number; points: number }
}

export interface WorkLoop {
  /** Something new is there: do not wait for the next look. */
  poke(): void
  /** Begins nothing more; what is under way gets a while to end, then its signal. Idempotent. */
  stop(): Promise<void>
}

const GRACE_MS = 10_000
/** What ignores its signal is left; it is done again after the next start. */
const LEAVE_MS = 2000
/** A delivery that was lost is missed for no longer than people wait for an answer. */
const RECONCILE_MS = 5 * 60_000
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
  const repositoryOf = (task: TaskId): string => work.repositoryOf?.(task) ?? task
  const failed = (error: unknown): void => log.error({ err: error }, 'the store did not take what was done')
  const settle = settleBy({ inbox, outbox, wakes, clock, log, work, signal: leaving.signal })

  const deliveries = startLoop<DeliveryHead>({
    clock,
    failed,
    slots: slots.deliveries,
    due: (now, limit) => inbox.next(now, limit),
    laneOf: ({ guid, repository, installation }) =>
      repository === null ? `i${installation ?? guid}` : `r${repository}`,
    repositoryOf: ({ repository, installation }) => String(repository ?? installation),
    async work(delivery) {
      await settle.delivery(delivery)
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
      await settle.wake(wake)
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
    async work(effect) {
      try {
        await settle.effect(effect)
      } finally {
        // an effect that ended wakes its task
        steps.poke()
      }
    },
  })
  void forgetting()
  const reconciled = reconciling()

  async function forgetting(): Promise<void> {
    while (!stopping.signal.aborted) {
      await inbox.forget(new Date(clock.now().getTime() - REMEMBERED_MS)).catch(failed)
      await clock.sleep(HOUR_MS, stopping.signal)
    }
  }

  async function reconciling(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const found = await work.reconcile?.()
        if (found !== undefined && found.asked + found.lost > 0) log.info(found, 'deliveries were lost')
        if (found?.complete === false) log.warn('the log of deliveries is longer than is read at once')
      } catch (error) {
        log.warn({ err: error }, 'GitHub could not be asked for lost deliveries')
      }
      await clock.sleep(RECONCILE_MS, stopping.signal)
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    const ended = Promise.all([reconciled, ...[deliveries, steps, effects].map((loop) => loop.stop())])
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
