// Owns whether the server can do its work: each part is looked at now and then, however often that is asked.
import type { Clock } from '../src/ports.ts'
import type { Log } from './log.ts'

export interface Readiness {
  ready: boolean
  /** `ok`, or half a sentence. */
  parts: Readonly<Record<string, string>>
}

export interface Look {
  /** Throws when the part cannot be used. */
  look(): Promise<void>
  /** What is said then; the error itself goes to the log. */
  otherwise: string
  /** Milliseconds that an answer holds. */
  holds: number
}

const TIMEOUT_MS = 5000

/** Threat: anyone may ask, and each answer costs a call to GitHub: one look at a time, and its answer holds a while. */
export function makeReadiness(
  clock: Clock,
  log: Log,
  looks: Readonly<Record<string, Look>>,
): () => Promise<Readiness> {
  const cached = Object.entries(looks).map(([name, look]) => [name, cache(name, look)] as const)

  function cache(name: string, { look, otherwise, holds }: Look): () => Promise<string> {
    let answer: Promise<string> | undefined
    let until = 0
    return () => {
      if (answer !== undefined && clock.monotonic() < until) return answer
      until = clock.monotonic() + holds
      answer = within(TIMEOUT_MS, look()).then(
        () => 'ok',
        (error: unknown) => {
          log.warn({ err: error, part: name }, otherwise)
          return otherwise
        },
      )
      return answer
    }
  }

  return async () => {
    const parts = await Promise.all(cached.map(async ([name, read]) => [name, await read()] as const))
    return { ready: parts.every(([, said]) => said === 'ok'), parts: Object.fromEntries(parts) }
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
