// Owns how many jobs run at a time: first come, first served.

export interface Slots {
  /** false when `signal` came first */
  take(signal: AbortSignal): Promise<boolean>
  give(): void
}

export function makeSlots(count: number): Slots {
  const waiting: (() => void)[] = []
  let free = count
  return {
    take: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve(false)
          return
        }
        if (free > 0) {
          free -= 1
          resolve(true)
          return
        }
        const leave = () => {
          waiting.splice(waiting.indexOf(enter), 1)
          resolve(false)
        }
        const enter = () => {
          signal.removeEventListener('abort', leave)
          resolve(true)
        }
        waiting.push(enter)
        signal.addEventListener('abort', leave, { once: true })
      }),
    give: () => {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    },
  }
}
