// Owns the recording of what the outside world answered, as lines of {key, value}, and its replay.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'

/** Answers are kept per key, in the order in which they were given, so that concurrent callers never mix them up. */
export interface Tape {
  put(key: string, value: unknown): void
  /** Throws TapeError when the recording holds no further answer. */
  take(key: string): unknown
}

export class TapeError extends Error {
  override readonly name = 'TapeError'
  readonly code = 'TAPE_EXHAUSTED'
}

export function recordingTape(file: string): Tape {
  writeFileSync(file, '', { mode: 0o600 })
  return {
    put(key, value) {
      appendFileSync(file, `${JSON.stringify({ key, value: pack(value) })}\n`)
    },
    take() {
      throw new TapeError('a recording cannot be replayed while it is made')
    },
  }
}

/**
 * A replay may go on in another process: how much was taken is kept in `<file>.position` by `close`, and read again
 * with `goOn`. Without it the replay starts at the beginning, however often the recording was replayed before.
 */
export function replayingTape(file: string, x: { goOn: boolean }): Tape & { close(): void } {
  const answers = new Map<string, unknown[]>()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue
    const { key, value } = JSON.parse(line) as { key: string; value: unknown }
    answers.set(key, [...(answers.get(key) ?? []), unpack(value)])
  }
  const position = `${file}.position`
  const taken = new Map<string, number>(
    x.goOn && existsSync(position) ? (JSON.parse(readFileSync(position, 'utf8')) as [string, number][]) : [],
  )
  return {
    put() {
      throw new TapeError('a replay records nothing')
    },
    take(key) {
      const n = taken.get(key) ?? 0
      const all = answers.get(key) ?? []
      // Reads that another process repeats after a resume get the last answer again; time alone must never repeat.
      const index = key === 'clock.now' || n < all.length ? n : all.length - 1
      if (index < 0 || index >= all.length) {
        throw new TapeError(
          `the recording ${file} holds no answer ${n + 1} to ${key}: the run took another way`,
        )
      }
      taken.set(key, n + 1)
      return all[index]
    },
    close() {
      writeFileSync(position, JSON.stringify([...taken]))
    },
  }
}

// Bytes have no JSON form: {"$bytes": base64}; undefined inside an answer becomes {"$undefined": true}.
function pack(value: unknown): unknown {
  if (value === undefined) return { $undefined: true }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (value instanceof Date) return { $date: value.toISOString() }
  if (Array.isArray(value)) return value.map(pack)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pack(inner)]))
  }
  return value
}

function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack)
  if (typeof value !== 'object' || value === null) return value
  if ('$undefined' in value) return undefined
  if ('$bytes' in value && typeof value.$bytes === 'string')
    return new Uint8Array(Buffer.from(value.$bytes, 'base64'))
  if ('$date' in value && typeof value.$date === 'string') return new Date(value.$date)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpack(inner)]))
}
