// Owns the attempts to reach a network: the host's loopback, names, and the proxy's refusals.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { run, sh } from './arena.ts'
import { within } from './attempt.ts'
import type { Attempt } from './attempt.ts'

interface Listener {
  port: number
  /** Method and address of each request. */
  seen: string[]
  close(): Promise<void>
}

async function listen(): Promise<Listener> {
  const seen: string[] = []
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    response.end('canary-service')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Asks without the proxy: straight to the address. */
const direct = (port: number): string =>
  `const net = require('node:net'); const s = net.connect(${port}, '127.0.0.1'); s.on('connect', () => console.log('reached')); s.on('error', (e) => console.log(e.code))`

/** Speaks to the relay by hand, with an address line of its own choice. */
const viaProxy = (method: string, path: string): string => `
  const http = require('node:http')
  const agent = new http.Agent()
  const request = http.request({ agent, host: '127.0.0.1', port: 3128, method: '${method}', path: '${path}' })
  const show = (stream, head) => {
    let text = head
    stream.on('data', (chunk) => (text += chunk))
    stream.on('end', () => console.log(text))
  }
  request.on('response', (answer) => show(answer, answer.statusCode + ' '))
  request.on('connect', (answer, socket, head) => {
    show(socket, answer.statusCode + ' ' + head)
    if (answer.statusCode === 200) socket.write('GET /tunnel HTTP/1.0\\r\\n\\r\\n')
  })
  request.end()`

export const networkAttempts: readonly Attempt[] = [
  {
    title: 'a service on the loopback of the host cannot be reached, nor any name resolved',
    attempt: async (arena) => {
      const service = await listen()
      try {
        await within(arena, async (workspace) => {
          assert.equal((await run(workspace, ['node', '-e', direct(service.port)])).out, 'ECONNREFUSED\n')
          const names = `require('node:dns').lookup('example.com', (e) => console.log(e.code)); require('node:dns').resolve4('example.com', (e) => console.log(e.code)); fetch('http://192.0.2.1').catch((e) => console.log(e.cause.code))`
          assert.match((await run(workspace, ['node', '-e', names])).out, /^(E\w+\n){3}$/)
          const links = (await sh(workspace, 'cat /proc/net/dev; ls /run; env')).out
          assert.doesNotMatch(links, /eth|ens|egress|PROXY/i)
          const refused = await run(workspace, ['true'], { egress: 'socket' })
          assert.equal(refused.outcome, 'spawn_failed')
          assert.match(refused.detail, /allows no host/)
        })
        assert.deepEqual(service.seen, [])
      } finally {
        await service.close()
      }
    },
  },
  {
    title: 'through the proxy only what the list names is reached, and refusals are told and kept',
    attempt: async (arena) => {
      const listed = await listen()
      const other = await listen()
      const allow = [`127.0.0.1:${listed.port}`]
      try {
        await within(
          arena,
          async (workspace) => {
            const ask = async (method: string, path: string): Promise<Awaited<ReturnType<typeof run>>> =>
              await run(workspace, ['node', '-e', viaProxy(method, path)], { egress: 'socket' })
            assert.equal(
              (await ask('GET', `http://127.0.0.1:${listed.port}/a?b`)).out,
              '200 canary-service\n',
            )
            assert.match((await ask('CONNECT', `127.0.0.1:${listed.port}`)).out, /^200 [\s\S]*canary-service/)
            const denied = await ask('GET', `http://127.0.0.1:${other.port}/`)
            assert.match(
              denied.out,
              /^403 autopilot egress: refused GET 127\.0\.0\.1:\d+: not in the allowlist/,
            )
            assert.deepEqual(denied.refused, [`GET 127.0.0.1:${other.port}: not in the allowlist`])
            assert.match((await ask('CONNECT', `127.0.0.1:${other.port}`)).out, /^403 .*refused CONNECT/)
            assert.match((await ask('CONNECT', `localhost:${other.port}`)).out, /^403 .*refused CONNECT/)
            assert.match(
              (await ask('POST', `http://127.0.0.1:${listed.port}/`)).out,
              /^403 .*only GET and HEAD/,
            )
            assert.match((await ask('GET', '/relative')).out, /^403 /)
            assert.match((await ask('GET', `ftp://127.0.0.1:${listed.port}/`)).out, /^403 /)
            const env = await run(
              workspace,
              [
                'node',
                '-e',
                `fetch('http://127.0.0.1:${listed.port}/env').then((r) => r.text()).then(console.log)`,
              ],
              { egress: 'socket' },
            )
            assert.equal(env.out, 'canary-service\n')
            assert.equal(env.refused, undefined)
            const around = await run(workspace, ['node', '-e', direct(listed.port)], { egress: 'socket' })
            assert.equal(around.out, 'ECONNREFUSED\n')
            const without = await run(workspace, ['node', '-e', direct(3128)])
            assert.equal(without.out, 'ECONNREFUSED\n')
          },
          { allow },
        )
        assert.deepEqual(other.seen, [])
        assert.deepEqual(listed.seen, ['GET /a?b', 'GET /tunnel', 'GET /env'])
      } finally {
        await Promise.all([listed.close(), other.close()])
      }
    },
  },
  {
    title: 'the exit code and the signal of a command come through the relay',
    attempt: (arena) =>
      within(
        arena,
        async (workspace) => {
          const egress = { egress: 'socket' } as const
          assert.equal((await sh(workspace, 'exit 7', egress)).exitCode, 7)
          assert.equal((await sh(workspace, 'kill -9 $$', egress)).outcome, 'signalled')
          assert.equal((await run(workspace, ['no-such-program'], egress)).exitCode, 127)
          const piped = await run(workspace, ['cat'], { ...egress, stdin: 'through' })
          assert.equal(piped.out, 'through')
        },
        { allow: [] },
      ),
  },
]
