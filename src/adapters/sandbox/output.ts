// Owns one output stream of a command: counted, buffered until somebody reads it, held back when the reader is slow.
import type { Readable } from 'node:stream'

/** Bytes kept for a slow reader before the command is held back. */
const HIGH_WATER_BYTES = 256 * 1024

export interface Output {
  readonly iterable: AsyncIterable<Uint8Array>
  /** Resolves when all was received, or when a slow reader holds the stream back. */
  received(): Promise<void>
  /** Ends the stream although a process outside the tree may still hold it. */
  cut(): void
}

/**
 * Nobody may ever read: until the first read everything is taken and kept, which `admit` bounds (it answers how many
 * of the bytes may be kept). From then on the reader's pace is the command's pace.
 */
export function makeOutput(source: Readable, admit: (bytes: number) => number): Output {
  const queue = makeQueue()
  let ended = false
  let reading = false
  let left = false
  const waiters: (() => void)[] = []
  const wake = (): void => {
    for (const waiter of waiters.splice(0)) waiter()
  }
  const change = (): Promise<void> => new Promise((resolve) => void waiters.push(resolve))
  const end = (): void => {
    ended = true
    wake()
  }

  source.on('data', (chunk: Uint8Array) => {
    const kept = admit(chunk.byteLength)
    if (kept > 0 && !left) queue.put(chunk.subarray(0, kept))
    if (reading && queue.bytes() > HIGH_WATER_BYTES) source.pause()
    wake()
  })
  source.on('end', end)
  source.on('close', end)
  source.on('error', end)

  async function* read(): AsyncGenerator<Uint8Array> {
    reading = true
    try {
      for (;;) {
        const chunk = queue.take()
        if (chunk !== undefined) {
          yield chunk
        } else if (ended) {
          return
        } else {
          source.resume()
          await change()
        }
      }
    } finally {
      left = true
      queue.clear()
      source.resume()
    }
  }

  return {
    iterable: { [Symbol.asyncIterator]: read },
    async received() {
      for (;;) {
        if (ended || source.isPaused()) return
        await change()
      }
    },
    cut() {
      source.destroy()
      end()
    },
  }
}

/** Small chunks are packed together. Threat: a command that prints byte by byte would cost a hundred times its output. */
function makeQueue(): {
  put(chunk: Uint8Array): void
  take(): Uint8Array | undefined
  clear(): void
  bytes(): number
} {
  const BLOCK = 16 * 1024
  let blocks: { bytes: Uint8Array; used: number }[] = []
  let total = 0
  return {
    put(chunk) {
      total += chunk.byteLength
      const last = blocks.at(-1)
      if (last !== undefined && last.used + chunk.byteLength <= last.bytes.byteLength) {
        last.bytes.set(chunk, last.used)
        last.used += chunk.byteLength
        return
      }
      if (chunk.byteLength >= BLOCK / 2) {
        blocks.push({ bytes: chunk, used: chunk.byteLength })
        return
      }
      const bytes = new Uint8Array(BLOCK)
      bytes.set(chunk)
      blocks.push({ bytes, used: chunk.byteLength })
    },
    take() {
      const block = blocks.shift()
      if (block === undefined) return undefined
      total -= block.used
      return block.bytes.subarray(0, block.used)
    },
    clear() {
      blocks = []
      total = 0
    },
    bytes: () => total,
  }
}
