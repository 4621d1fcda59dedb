// Owns what is measured of the loopback GitHub inside a process of its own; prints one JSON value.
import { mkdir, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'

const FILES = 500
const REPOSITORIES = 100
const ISSUES = 20
const REQUESTS = 3000
const AT_ONCE = 8
const MANY = Number.MAX_SAFE_INTEGER
/** GitHub's limits would end the measurement after 900 points. */
const UNLIMITED = { user: MANY, pointsPerMinute: MANY, contentsPerMinute: MANY, contentsPerHour: MANY }

const megabytes = () => process.memoryUsage().rss / 1e6

/** From nothing to the first answered request, modules included. */
async function start(): Promise<number> {
  const { startLoopback } = await import('../loopback/loopback.ts')
  const from = performance.now()
  const loopback = await startLoopback()
  await fetch(`${loopback.api}/rate_limit`)
  const took = performance.now() - from
  await loopback.close()
  return took
}

async function furnished() {
  const { startLoopback } = await import('../loopback/loopback.ts')
  const loopback = await startLoopback({ limits: UNLIMITED })
  const ana = loopback.user('ana')
  await loopback.repository({ owner: 'ana', name: 'widgets', files: { 'README.md': '# Widgets\n' } })
  return { loopback, token: ana.token }
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

/** One request on a kept connection: the client shares the core, so it does as little as it can. */
function send(api: URL, agent: Agent, token: string, asked: Asked): Promise<number> {
  const body = asked.body === undefined ? undefined : JSON.stringify(asked.body)
  return new Promise((done, failed) => {
    const sent = request(
      {
        host: api.hostname,
        port: api.port,
        agent,
        method: asked.method,
        path: `${api.pathname}${asked.path}`,
        headers: {
          authorization: `token ${token}`,
          'user-agent': 'loopback-bench',
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
      },
      (reply) => {
        reply.resume()
        reply.on('end', () => done(reply.statusCode ?? 0))
      },
    )
    sent.on('error', failed)
    sent.end(body)
  })
}

/** The mix of a bot: mostly reads of issues and comments, a comment in ten requests. */
async function requests(): Promise<number> {
  const { loopback, token } = await furnished()
  const api = new URL(loopback.api)
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const repository = '/repos/ana/widgets'
  const mix: readonly Asked[] = [
    { method: 'POST', path: `${repository}/issues/1/comments`, body: { body: 'one more' } },
    ...[
      '/issues/1',
      '/issues',
      '/labels',
      '',
      '/issues/1/labels',
      '/git/ref/heads/main',
      '/commits/main',
    ].map((path) => ({ method: 'GET', path: `${repository}${path}` })),
    { method: 'GET', path: '/user' },
    { method: 'GET', path: `${repository}/collaborators/ana/permission` },
  ]
  await send(api, agent, token, { method: 'POST', path: `${repository}/issues`, body: { title: 'first' } })
  let next = 0
  const run = async (most: number) => {
    while (next < most) {
      const asked = mix[next % mix.length]
      next += 1
      if (asked === undefined) return
      const status = await send(api, agent, token, asked)
      if (status >= 400) throw new Error(`${asked.method} ${asked.path} answered ${status}`)
    }
  }
  await run(mix.length * 3)
  next = 0
  const from = performance.now()
  await Promise.all(Array.from({ length: AT_ONCE }, () => run(REQUESTS)))
  const rate = REQUESTS / ((performance.now() - from) / 1000)
  agent.destroy()
  await loopback.close()
  return rate
}

async function push(folder: string): Promise<number> {
  const { loopback, token } = await furnished()
  const { execa } = await import('execa')
  const work = join(folder, 'work')
  const git = (...args: string[]) => execa('git', args, { cwd: work })
  await mkdir(work)
  await git('init', '--quiet', '--initial-branch', 'many')
  await git('config', 'user.name', 'Ana')
  await git('config', 'user.email', 'ana@example.test')
  for (let at = 0; at < FILES; at += 1) await writeFile(join(work, `file-${at}.txt`), `content of ${at}\n`)
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'Many files')
  const address = `${loopback.origin.replace('//', `//ana:${token}@`)}/ana/widgets.git`
  const from = performance.now()
  await git('push', '--quiet', address, 'many')
  const took = performance.now() - from
  await loopback.close()
  return took
}

/** Megabytes with one repository, and with a hundred that have twenty issues each. */
async function rss(): Promise<{ one: number; hundred: number }> {
  const { loopback, token } = await furnished()
  const api = new URL(loopback.api)
  const agent = new Agent({ keepAlive: true })
  const issues = async (name: string) => {
    for (let number = 0; number < ISSUES; number += 1) {
      const body = { title: `issue ${number}`, body: 'a sentence or two of text' }
      await send(api, agent, token, { method: 'POST', path: `/repos/ana/${name}/issues`, body })
    }
  }
  await issues('widgets')
  const one = megabytes()
  for (let at = 0; at < REPOSITORIES; at += 1) {
    await loopback.repository({ owner: 'ana', name: `repository-${at}` })
    await issues(`repository-${at}`)
  }
  const hundred = megabytes()
  agent.destroy()
  await loopback.close()
  return { one, hundred }
}

const WHAT: Readonly<Record<string, () => unknown>> = {
  'rss-bare': megabytes,
  start,
  requests,
  rss,
  push: () => push(process.argv[3] ?? '.'),
}

process.stdout.write(JSON.stringify(await WHAT[process.argv[2] ?? '']?.()))
