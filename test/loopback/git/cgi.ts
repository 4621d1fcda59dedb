// Owns the way between a CGI process and an HTTP response: the head is read, the body streams with back-pressure.
import type { ServerResponse } from 'node:http'
import type { Readable, Writable } from 'node:stream'

export interface CgiHead {
  status: number
  headers: Record<string, string>
}

/** undefined: the head has not ended yet. */
export function parseCgi(bytes: Buffer): { head: CgiHead; rest: Buffer } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const headers: Record<string, string> = {}
  for (const line of bytes.toString('latin1', 0, end).split('\r\n')) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  const { status = '200', ...others } = headers
  return { head: { status: Number.parseInt(status, 10), headers: others }, rest: bytes.subarray(end + 4) }
}

/** Resolves when the bytes are taken, or when nobody is there to take them. */
export function send(stream: Writable, bytes: Buffer): Promise<void> {
  if (stream.destroyed || bytes.length === 0) return Promise.resolve()
  return new Promise((resolve) => {
    const gone = () => resolve()
    stream.once('close', gone)
    stream.write(bytes, () => {
      stream.off('close', gone)
      resolve()
    })
  })
}

/** False when the process ended without an answer. */
export async function relay(output: Readable, response: ServerResponse): Promise<boolean> {
  let held: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of output as AsyncIterable<Buffer>) {
    if (held === undefined) {
      await send(response, chunk)
      continue
    }
    held = Buffer.concat([held, chunk])
    const parsed = parseCgi(held)
    if (parsed !== undefined) {
      held = undefined
      response.writeHead(parsed.head.status, parsed.head.headers)
      await send(response, parsed.rest)
    }
  }
  return held === undefined
}

export async function collect(output: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of output as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
