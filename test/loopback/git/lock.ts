// Owns the lock of one repository: first come, first served, and open to the work that already holds it.
import { AsyncLocalStorage } from 'node:async_hooks'

export type Exclusive = <T>(work: () => Promise<T>) => Promise<T>

export function makeLock(): Exclusive {
  const holder = new AsyncLocalStorage<{ active: boolean }>()
  let tail: Promise<unknown> = Promise.resolve()
  return (work) => {
    if (holder.getStore()?.active === true) return work()
    const mine = { active: true }
    const turn = tail
      .then(() => holder.run(mine, work))
      .finally(() => {
        // Work that outlives its turn must queue again.
        mine.active = false
      })
    tail = turn.catch(() => undefined)
    return turn
  }
}
