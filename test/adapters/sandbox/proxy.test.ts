// The egress proxy and the relay by themselves, without a sandbox around them.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { isOwn, openProxy } from '../../../src/adapters/sandbox/proxy.ts'
import type { Proxy, ProxyOptions } from '../../../src/adapters/sandbox/proxy.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

async function serve(body: string): Promise<number> {
  const server = http.createServer((_request, response) => void response.end(body))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return (server.address() as AddressInfo).port
}

async function proxyFor(options: Omit<ProxyOptions, 'listen'>): Promise<Proxy> {
  const proxy = await openProxy({ listen: { port: 0 }, ...options })
  cleanups.push(() => proxy.close())
  return proxy
}

interface Answer {
  status: number
  body: string
  broken: boolean
}

async function get(proxy: Proxy, address: string): Promise<Answer> {
  return await new Promise((resolve) => {
    const request = http.get(
      { host: '127.0.0.1', port: proxy.port, path: address, agent: false },
      (response) => {
        let body = ''
        response.on('data', (chunk: Buffer) => (body += chunk.toString()))
        response.on('close', () => {
          resolve({ status: response.statusCode ?? 0, body, broken: !response.complete })
        })
      },
    )
    request.on('error', () => resolve({ status: 0, body: '', broken: true }))
  })
}

async function connect(proxy: Proxy, authority: string): Promise<number> {
  return await new Promise((resolve) => {
    const request = http.request({
      host: '127.0.0.1',
      port: proxy.port,
      method: 'CONNECT',
      path: authority,
      agent: false,
    })
    request.on('connect', (response, socket) => {
      socket.destroy()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', () => resolve(0))
    request.end()
  })
}

test('a listed name that resolves to this machine is refused, unless that address is listed itself', async () => {
  const port = await serve('inner service')
  const resolve = (): Promise<readonly string[]> => Promise.resolve(['127.0.0.1'])
  const named = await proxyFor({ allow: [`inner.example:${port}`], resolve })
  const refused = await get(named, `http://inner.example:${port}/`)
  expect(refused.status).toBe(403)
  expect(refused.body).toContain('127.0.0.1, an address of this machine')
  expect(await connect(named, `inner.example:${port}`)).toBe(403)
  expect(named.refused()).toHaveLength(2)
  const both = await proxyFor({ allow: [`inner.example:${port}`, `127.0.0.1:${port}`], resolve })
  expect(await get(both, `http://inner.example:${port}/`)).toMatchObject({
    status: 200,
    body: 'inner service',
  })
  expect(await connect(both, `INNER.example.:${port}`)).toBe(200)
})

test('other ports, other hosts and odd addresses of a listed host are refused', async () => {
  const port = await serve('x')
  const proxy = await proxyFor({ allow: [`127.0.0.1:${port}`] })
  for (const authority of [
    '127.0.0.1:1',
    `127.0.0.1.example:${port}`,
    `2130706433:${port}`,
    `0x7f000001:${port}`,
    `[::ffff:127.0.0.1]:${port}`,
    `user@127.0.0.1:${port}`,
    `127.0.0.1:${port}/x`,
    '127.0.0.1',
  ]) {
    expect([authority, await connect(proxy, authority)]).toEqual([authority, 403])
  }
})

test('an entry without a port is port 443', async () => {
  const proxy = await proxyFor({
    allow: ['Quiet.example'],
    resolve: () => Promise.resolve(['169.254.169.254']),
  })
  await connect(proxy, 'quiet.example:443')
  await connect(proxy, 'quiet.example:80')
  expect(proxy.refused()).toEqual([
    'CONNECT quiet.example:443: it resolves to 169.254.169.254, an address of this machine or its link',
    'CONNECT quiet.example:80: not in the allowlist',
  ])
})

test('past its limit of bytes the proxy breaks off and lets nothing more through', async () => {
  const port = await serve('x'.repeat(200_000))
  const proxy = await proxyFor({ allow: [`127.0.0.1:${port}`], maxBytes: 300_000 })
  expect(await get(proxy, `http://127.0.0.1:${port}/`)).toMatchObject({ status: 200, broken: false })
  expect((await get(proxy, `http://127.0.0.1:${port}/`)).broken).toBe(true)
  expect((await get(proxy, `http://127.0.0.1:${port}/`)).status).toBe(403)
  expect(proxy.refused()[0]).toBe('transfer: the limit of bytes is used up')
})

test('refusals are kept in bounds and hold no control character', async () => {
  const proxy = await proxyFor({ allow: [] })
  const socket = net.connect(proxy.port, '127.0.0.1')
  socket.end(`GET http://\u001b[31m${'a'.repeat(500)}/ HTTP/1.1\r\nhost: x\r\n\r\n`)
  socket.resume()
  await once(socket, 'close')
  for (let at = 0; at < 210; at += 1) await connect(proxy, `h${at}:1`)
  expect(proxy.refused()).toHaveLength(200)
  expect(proxy.refused().every((line) => /^[\x20-\x7e]{1,300}$/.test(line))).toBe(true)
})

test('a host that does not answer is a bad gateway, not a refusal', async () => {
  const proxy = await proxyFor({ allow: ['127.0.0.1:1'] })
  expect((await get(proxy, 'http://127.0.0.1:1/')).status).toBe(502)
  expect(await connect(proxy, '127.0.0.1:1')).toBe(502)
  expect(proxy.refused()).toEqual([])
})

test('addresses of this machine and its link are known in every spelling; a company network is none of them', () => {
  const inner = ['127.0.0.1', '169.254.169.254', '0.0.0.0', '224.0.0.1']
  const innerSix = [
    '::1',
    '::',
    'fe80::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '::127.0.0.1',
  ]
  expect([...inner, ...innerSix].filter((address) => !isOwn(address))).toEqual([])
  expect(
    ['1.1.1.1', '10.1.2.3', '192.168.1.1', 'fd00::1', '2606:4700::1', '::ffff:1.1.1.1'].filter(isOwn),
  ).toEqual([])
})

test('one relay serves several sockets: a package proxy today, a model gateway tomorrow', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relay-'))
  cleanups.push(() => rm(folder, { recursive: true }))
  const pairs: string[] = []
  for (const name of ['first', 'second']) {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end(name)
    })
    server.listen(join(folder, name))
    await once(server, 'listening')
    cleanups.push(async () => {
      server.close()
      await once(server, 'close')
    })
    pairs.push(`${await freePort()}=${join(folder, name)}`)
  }
  const ask = `for (const port of process.argv.slice(1)) { let t = ''; await new Promise((done) => require('node:net').connect(Number(port), '127.0.0.1').on('data', (c) => t += c).on('close', done)); console.log(t) }`
  const relay = fileURLToPath(new URL('../../../src/adapters/sandbox/relay.mjs', import.meta.url))
  const ports = pairs.map((pair) => pair.split('=')[0] ?? '')
  const { stdout } = await promisify(execFile)(process.execPath, [
    relay,
    ...pairs,
    '--',
    process.execPath,
    '-e',
    `(async () => { ${ask} })()`,
    ...ports,
  ])
  expect(stdout).toBe('first\nsecond\n')
})

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
