// Owns the egress proxy: it runs outside, listens on a unix socket, and lets through what a list names.
import { lookup } from 'node:dns/promises'
import { chmod, chown } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import type { Duplex } from 'node:stream'

export interface ProxyOptions {
  /** A unix socket, or a port of the host's loopback (0: any) for level none. */
  listen: { socket: string; uid: number | undefined } | { port: number }
  /** `host:port`; a port that is left out is 443. An address of this machine passes only when it is named here itself. */
  allow: readonly string[]
  /** Through the proxy's whole life, both directions. */
  maxBytes?: number
  maxConnections?: number
  resolve?: (host: string) => Promise<readonly string[]>
}

export interface Proxy {
  /** 0 on a unix socket. */
  port: number
  /** One line each, oldest first; at most 200 are kept. */
  refused(): readonly string[]
  close(): Promise<void>
}

const MAX_BYTES = 4 * 1024 ** 3
const MAX_CONNECTIONS = 128
const MAX_REFUSALS = 200
const IDLE_MS = 120_000

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Throws when it cannot listen. */
export async function openProxy(x: ProxyOptions): Promise<Proxy> {
  const allow = new Set(x.allow.map((entry) => normalise(entry)))
  const resolve = x.resolve ?? resolveHost
  const refusals: string[] = []
  const open = new Set<Duplex>()
  let left = x.maxBytes ?? MAX_BYTES

  const refuse = (what: string, why: string): string => {
    const line = `${printable(what)}: ${why}`
    if (refusals.length < MAX_REFUSALS) refusals.push(line)
    return `autopilot egress: refused ${line}\n`
  }
  const count = (chunk: Uint8Array): void => {
    left -= chunk.byteLength
    if (left >= 0) return
    refuse('transfer', 'the limit of bytes is used up')
    for (const stream of open) stream.destroy()
  }
  const track = (stream: Duplex): void => {
    open.add(stream)
    stream.on('close', () => open.delete(stream))
    stream.on('error', () => stream.destroy())
  }
  const decide = async (host: string, port: number): Promise<{ address: string } | { why: string }> => {
    if (left < 0) return { why: 'the limit of bytes is used up' }
    if (!allow.has(`${host}:${port}`)) return { why: 'not in the allowlist' }
    const addresses = await resolve(host).catch((): readonly string[] => [])
    if (addresses.length === 0) return { why: 'the name has no address' }
    // Threat: a listed name that points at the host itself or its link (databases on loopback, metadata services).
    const fine = addresses.find(
      (address) => !isOwn(address) || allow.has(`${address}:${port}`) || host === 'localhost',
    )
    return fine === undefined
      ? { why: `it resolves to ${addresses[0]}, an address of this machine or its link` }
      : { address: fine }
  }

  const server = http.createServer((request, response) => {
    void forward(request, response)
  })
  const forward = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const deny = (status: number, text: string): void => {
      response
        .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
        .end(text)
    }
    const line = `${request.method} ${request.url}`
    const url = URL.parse(request.url ?? '')
    if (url?.protocol !== 'http:')
      return deny(403, refuse(line, 'only CONNECT and absolute http addresses pass'))
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return deny(403, refuse(line, 'only GET and HEAD pass without encryption'))
    }
    const host = bare(url.hostname)
    const port = Number(url.port || 80)
    const target = await decide(host, port)
    if ('why' in target) return deny(403, refuse(`${request.method} ${host}:${port}`, target.why))
    const onward = http.request({
      host: target.address,
      port,
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: { ...plainHeaders(request.headers), host: url.host },
      agent: false,
      timeout: IDLE_MS,
    })
    onward.on('socket', track)
    onward.on('timeout', () => onward.destroy())
    onward.on('error', () => {
      if (response.headersSent) response.destroy()
      else deny(502, `autopilot egress: ${host}:${port} does not answer\n`)
    })
    onward.on('response', (answer) => {
      answer.on('data', count)
      answer.on('error', () => response.destroy())
      response.writeHead(answer.statusCode ?? 502, plainHeaders(answer.headers))
      answer.pipe(response)
    })
    response.on('close', () => onward.destroy())
    onward.end()
  }
  const tunnel = async (request: http.IncomingMessage, inner: Duplex, head: Buffer): Promise<void> => {
    const deny = (status: string, text: string): void => {
      inner.end(
        `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
      )
    }
    const line = `CONNECT ${request.url}`
    const at = /^(?<host>[^\s/@]+):(?<port>\d{1,5})$/.exec(request.url ?? '')
    if (at?.groups === undefined) return deny('403 Forbidden', refuse(line, 'is no host and port'))
    const host = bare(at.groups['host'] ?? '')
    const port = Number(at.groups['port'])
    const target = await decide(host, port)
    if ('why' in target) return deny('403 Forbidden', refuse(line, target.why))
    const outer = net.connect({ host: target.address, port })
    track(outer)
    outer.setTimeout(IDLE_MS, () => outer.destroy())
    let connected = false
    outer.once('connect', () => {
      connected = true
      inner.write('HTTP/1.1 200 Connection established\r\n\r\n')
      outer.write(head)
      inner.on('data', count)
      outer.on('data', count)
      inner.pipe(outer)
      outer.pipe(inner)
    })
    outer.once('error', () => {
      if (!connected) deny('502 Bad Gateway', `autopilot egress: ${host}:${port} does not answer\n`)
    })
    outer.once('close', () => {
      if (connected) inner.destroy()
    })
    inner.once('close', () => outer.destroy())
  }
  server.on('connect', (request, socket, head) => void tunnel(request, socket, head))
  server.on('upgrade', (request, socket) => {
    refuse(`UPGRADE ${request.url}`, 'only CONNECT and absolute http addresses pass')
    socket.destroy()
  })
  server.on('connection', track)
  server.on('clientError', (_error, socket) => socket.destroy())
  server.maxConnections = x.maxConnections ?? MAX_CONNECTIONS

  await new Promise<void>((listening, reject) => {
    server.once('error', reject)
    const where =
      'socket' in x.listen ? { path: x.listen.socket } : { host: '127.0.0.1', port: x.listen.port }
    server.listen(where, listening)
  })
  if ('socket' in x.listen) {
    await chmod(x.listen.socket, 0o600)
    if (x.listen.uid !== undefined) await chown(x.listen.socket, x.listen.uid, x.listen.uid)
  }
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    refused: () => [...refusals],
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
      for (const stream of open) stream.destroy()
      await closed
    },
  }
}

/** Lower case, with a port, without the brackets of an IPv6 address. */
function normalise(entry: string): string {
  const at = /^(?<host>\[[^\]]+\]|[^:]+)(?::(?<port>\d+))?$/.exec(entry.trim())
  return `${bare(at?.groups?.['host'] ?? entry)}:${at?.groups?.['port'] ?? '443'}`
}

function bare(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
}

async function resolveHost(host: string): Promise<readonly string[]> {
  if (net.isIP(host) !== 0) return [host]
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

// One list for each family: a rule for mapped addresses (::ffff:0:0/96) in a common list would match all of IPv4.
const OWN_IPV4 = new net.BlockList()
const OWN_IPV6 = new net.BlockList()
// RFC 6890: addresses that mean this machine, its link (metadata services) or no single host. Those of a private
// network (10.0.0.0/8 …) are not among them: that is where a company's own registry stands.
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['224.0.0.0', 3],
] as const) {
  OWN_IPV4.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  OWN_IPV6.addSubnet(network, prefix, 'ipv6')
}

/** True for an address that no listed name may lead to: this machine, its link, or no single host. */
export function isOwn(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  return net.isIPv4(mapped) ? OWN_IPV4.check(mapped, 'ipv4') : OWN_IPV6.check(mapped, 'ipv6')
}

function plainHeaders(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)))
}

/** Threat: what is refused ends in evidence and in a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200)
}
