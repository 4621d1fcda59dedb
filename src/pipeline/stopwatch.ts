// Owns where a run's time went: intervals by kind, and at every instant the most particular kind that was under way.
import type { RunReport } from '../contracts/summary.ts'
import type { Clock, Sandbox } from '../ports.ts'

/** Most particular first: an install inside a gate counts as install. */
const KINDS = ['install', 'worker', 'git', 'gates'] as const
export type TimeKind = (typeof KINDS)[number]

export interface Stopwatch {
  during<T>(kind: TimeKind, work: () => Promise<T>): Promise<T>
  /** Milliseconds since the stopwatch was made; `orchestration` is what no kind accounts for. */
  read(): RunReport['timings']
}

export function makeStopwatch(clock: Pick<Clock, 'monotonic'>): Stopwatch {
  const started = clock.monotonic()
  const moments: { at: number; kind: TimeKind; step: 1 | -1 }[] = []
  return {
    async during(kind, work) {
      moments.push({ at: clock.monotonic(), kind, step: 1 })
      try {
        return await work()
      } finally {
        moments.push({ at: clock.monotonic(), kind, step: -1 })
      }
    },
    read() {
      const end = clock.monotonic()
      const spent = { install: 0, worker: 0, git: 0, gates: 0, orchestration: 0 }
      const active = { install: 0, worker: 0, git: 0, gates: 0 }
      let last = started
      for (const { at, kind, step } of moments.toSorted((a, b) => a.at - b.at)) {
        spent[KINDS.find((one) => active[one] > 0) ?? 'orchestration'] += at - last
        active[kind] += step
        last = at
      }
      spent[KINDS.find((one) => active[one] > 0) ?? 'orchestration'] += end - last
      return { total: end - started, ...spent }
    },
  }
}

/** The same sandbox with its installs timed: work in its workspaces is timed by who asks for it. */
export function timedSandbox(sandbox: Sandbox, watch: Stopwatch): Sandbox {
  return {
    level: sandbox.level,
    limitsBy: sandbox.limitsBy,
    uidDropped: sandbox.uidDropped,
    workspace: (x) => sandbox.workspace(x),
    install: (x, signal) => watch.during('install', () => sandbox.install(x, signal)),
    close: () => sandbox.close(),
  }
}

/** The same object with every asynchronous method timed. */
export function timed<T extends object>(target: T, kind: TimeKind, watch: Stopwatch): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      const value: unknown = Reflect.get(object, name, receiver)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        const answer: unknown = Reflect.apply(value, object, args)
        return answer instanceof Promise ? watch.during(kind, () => answer) : answer
      }
    },
  })
}
