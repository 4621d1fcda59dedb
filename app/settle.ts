// Owns how one delivery, one wake and one effect are worked and settled: done, later, again after a while, or failed.
import type { TaskId } from '../src/contracts/base.ts'
import type { Clock, DeliveryHead, Effect, Inbox, Outbox, Wake, Wakes } from '../src/ports.ts'
import type { Log } from './log.ts'
import type { Work } from './work-loop.ts'

/** The first four failures keep a repository waiting for a minute and a half, all of them a delivery for an hour. */
const DELAYS_MS = [1000, 4000, 16_000, 64_000, 256_000, 600_000]
const MOST_ATTEMPTS = 12

/** Each ends when the item was settled; throws only what the store throws. */
export interface Settle {
  delivery(head: DeliveryHead): Promise<void>
  wake(wake: Wake): Promise<void>
  effect(effect: Effect): Promise<void>
}

/** What fails while `signal` has fired stays as it is. */
export function settleBy(x: {
  inbox: Inbox
  outbox: Outbox
  wakes: Wakes
  clock: Clock
  log: Log
  work: Work
  signal: AbortSignal
}): Settle {
  const { inbox, outbox, wakes, clock, log, work, signal } = x
  const after = (attempts: number): Date =>
    new Date(clock.now().getTime() + (DELAYS_MS[Math.min(attempts, DELAYS_MS.length - 1)] ?? 0))
  /** null: it has failed often enough. */
  const retryAt = (attempts: number): Date | null => (attempts + 1 >= MOST_ATTEMPTS ? null : after(attempts))
  /** Tells of one more attempt that failed; when the next one is. */
  const attempted = (error: unknown, attempts: number, what: string, about: object): Date | null => {
    const next = retryAt(attempts)
    log[next === null ? 'error' : 'warn']({ err: error, ...about, attempts: attempts + 1 }, what)
    return next
  }
  /** By task, while it fails: a step is never given up, since that would lose the task. */
  const failures = new Map<TaskId, number>()

  return {
    async delivery({ guid, event, action, attempts }) {
      const delivery = await inbox.get(guid)
      if (delivery?.state !== 'pending') return
      try {
        const outcome = await work.handle(delivery, signal)
        if (outcome === undefined) return await inbox.done(guid)
        return await inbox.postpone(guid, outcome.because, outcome.later)
      } catch (error) {
        if (signal.aborted) return
        const next = attempted(error, attempts, 'a delivery failed', { guid, event, action })
        await inbox.failed(guid, messageOf(error), next)
      }
    },

    async wake({ task, at }) {
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
    },

    async effect(effect) {
      const { key, kind, task, attempts } = effect
      try {
        const outcome = await work.send(effect, signal)
        if ('result' in outcome) return await outbox.settle(effect, outcome)
        if ('later' in outcome) {
          return await outbox.settle(effect, { postponedTo: outcome.later, because: outcome.because })
        }
        log.error({ key, kind, task, refused: outcome.refused }, 'an effect was refused')
        return await outbox.settle(effect, { error: outcome.refused, retryAt: null })
      } catch (error) {
        if (signal.aborted) return
        const next = attempted(error, attempts, 'an effect failed', { key, kind, task })
        await outbox.settle(effect, { error: messageOf(error), retryAt: next })
      }
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
