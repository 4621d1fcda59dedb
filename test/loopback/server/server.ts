// Owns the socket of the loopback GitHub: reads a request whole, hands it on by its path, writes the reply.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Outcome, Request } from './pipeline.ts'

/** Larger than any body GitHub takes; a blob's 100 MB arrive as base64. */
const MOST_BYTES = 150_000_000

/** Answers what begins with `prefix`; the first that matches is asked. */
export interface Route {
  matches(path: string): boolean
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> | void
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_BYTES) throw new Error('the request body is larger than GitHub takes')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A `Request` of the API from a node:http one. */
export async function readRequest(message: IncomingMessage, url: URL, prefix: string): Promise<Request> {
  return {
    method: message.method ?? 'GET',
    url,
    path: url.pathname.slice(prefix.length) || '/',
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : value,
      ]),
    ),
    body: await readBody(message),
  }
}

export function sendOutcome(response: ServerResponse, outcome: Outcome): void {
  if (outcome.kind === 'refuse') {
    response.destroy()
    return
  }
  const { reply, headers } = outcome
  const empty = reply.raw === undefined && reply.body === undefined
  const bytes = Buffer.from(reply.raw?.bytes ?? (empty ? '' : JSON.stringify(reply.body)))
  const bodiless = reply.status === 204 || reply.status === 304
  response.writeHead(reply.status, {
    ...headers,
    'x-github-media-type': 'github.v3; format=json',
    ...(empty ? {} : { 'content-type': reply.raw?.contentType ?? 'application/json; charset=utf-8' }),
    ...(bodiless ? {} : { 'content-length': bytes.length }),
  })
  if (outcome.kind === 'cut') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy())
    return
  }
  response.end(bodiless ? undefined : bytes)
}

export interface Listening {
  readonly server: Server
  readonly origin: string
  close(): Promise<void>
}

/** Listens on 127.0.0.1; port 0 takes a free one. A route that throws answers 500 and is told to `failed`. */
export async function listen(
  routes: () => readonly Route[],
  options: { readonly port: number; failed(error: unknown, what: string): void },
): Promise<Listening> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`)
    const route = routes().find((candidate) => candidate.matches(url.pathname))
    const handle = async () => {
      if (route === undefined) response.writeHead(404).end()
      else await route.handle(request, response, url)
    }
    handle().catch((error: unknown) => {
      options.failed(error, `${request.method} ${url.pathname}`)
      if (response.headersSent) response.destroy()
      else response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"Server Error"}')
    })
  })
  await new Promise<void>((done) => server.listen(options.port, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    server,
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
