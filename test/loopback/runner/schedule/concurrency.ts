// Owns concurrency groups of a repository, which runs and jobs share: one in progress, one pending.

export interface Entry {
  readonly group: string
  readonly cancelInProgress: boolean
  /** `single`: a newer one takes the place of the pending one; `max`: all wait in order */
  readonly queue: 'single' | 'max'
  /** told to the one in progress, and to the pending one that is replaced */
  readonly cancel: () => void
  /** told once when it has to wait */
  readonly pending: () => void
}

export interface Concurrency {
  /** false when it was cancelled while it waited */
  enter(entry: Entry, signal: AbortSignal): Promise<boolean>
  leave(entry: Entry): void
}

interface Group {
  active: Entry | undefined
  waiting: { readonly entry: Entry; readonly settle: (go: boolean) => void }[]
}

/** Source: docs.github.com, "Concurrency"; names of groups are compared without regard to case. */
export function makeConcurrency(): Concurrency {
  const groups = new Map<string, Group>()
  const groupOf = (entry: Entry): Group => {
    const name = entry.group.toLowerCase()
    const known = groups.get(name) ?? { active: undefined, waiting: [] }
    groups.set(name, known)
    return known
  }
  return {
    enter: (entry, signal) => {
      const group = groupOf(entry)
      if (group.active === undefined) {
        group.active = entry
        return Promise.resolve(true)
      }
      entry.pending()
      const waits = waitIn(group, entry, signal)
      if (entry.cancelInProgress) group.active.cancel()
      return waits
    },
    leave: (entry) => {
      const group = groupOf(entry)
      if (group.active !== entry) return
      const next = group.waiting.shift()
      group.active = next?.entry
      next?.settle(true)
    },
  }
}

function waitIn(group: Group, entry: Entry, signal: AbortSignal): Promise<boolean> {
  if (entry.queue === 'single') {
    for (const replaced of group.waiting.splice(0)) {
      replaced.entry.cancel()
      replaced.settle(false)
    }
  }
  return new Promise((resolve) => {
    const waiter = {
      entry,
      settle: (go: boolean) => {
        signal.removeEventListener('abort', leave)
        resolve(go)
      },
    }
    const leave = () => {
      group.waiting = group.waiting.filter((one) => one !== waiter)
      resolve(false)
    }
    group.waiting.push(waiter)
    signal.addEventListener('abort', leave, { once: true })
  })
}
