// Measures the App's server: durable webhooks beside a bare Probot that keeps nothing, its start, and its memory.
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import recorded from '@octokit/webhooks-examples' with { type: 'json' }
import { Webhooks } from '@octokit/webhooks'
import { execa } from 'execa'
import manifest from '../../../package.json' with { type: 'json' }
import { atLeast, atMost, percentile, shown, timed } from '../row.ts'
import type { Row } from '../row.ts'
import { rssOf } from '../rss.ts'

const CHILD = fileURLToPath(new URL('../app-main.ts', import.meta.url))
const MAIN = fileURLToPath(new URL('../../../app/main.mjs', import.meta.url))
/** Of Node, as `npm start` gives them. */
const FLAGS = manifest.scripts.start.split(' ').filter((word) => word.startsWith('--'))
const SECRET = 'the secret of the bench'
const DELIVERIES = 2000
const AT_ONCE = 32
const WARM_UP = 1000
/** Both take turns, so that a burst of other work on the machine strikes both. */
const ROUNDS = 5
const STARTS = 9

export async function rows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'app-bench-'))
  try {
    const webhook = await webhookRows(folder)
    return [...webhook, ...(await startRows(folder))]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function webhookRows(folder: string): Promise<Row[]> {
  const body = JSON.stringify(issueEvent())
  const signature = await new Webhooks({ secret: SECRET }).sign(body)
  const [ours, probot] = [await serve('ours', folder), await serve('probot', folder)]
  try {
    for (const { url } of [ours, probot]) await load(url, body, signature, WARM_UP)
    const rates: Record<'ours' | 'probot', number[]> = { ours: [], probot: [] }
    const ms: Record<'ours' | 'probot', number[]> = { ours: [], probot: [] }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, { url }] of [
        ['ours', ours],
        ['probot', probot],
      ] as const) {
        const took = await load(url, body, signature, DELIVERIES)
        rates[name].push(DELIVERIES / took.seconds)
        ms[name].push(...took.ms)
      }
    }
    const rate = (name: 'ours' | 'probot'): number => percentile(rates[name], 0.5)
    return [
      atLeast('webhook.vs_probot', rate('ours') / rate('probot'), 'x', 0.8),
      atMost('webhook.p99', percentile(ms.ours, 0.99), 'ms', 60),
      shown('webhook.rate', rate('ours'), '/s'),
      shown('webhook.p50', percentile(ms.ours, 0.5), 'ms'),
      shown('webhook.probot.rate', rate('probot'), '/s'),
      shown('webhook.probot.p99', percentile(ms.probot, 0.99), 'ms'),
      shown('webhook.rss_after', await rssOf(ours.pid), 'MB'),
    ]
  } finally {
    await ours.stop()
    await probot.stop()
  }
}

/** A recorded event of about 12 KB, with the installation that every event for an App has. */
function issueEvent(): unknown {
  const events = recorded as unknown as readonly { name: string; examples: readonly object[] }[]
  const example = events.find(({ name }) => name === 'issues')?.examples[0]
  return { ...example, installation: { id: 7, node_id: 'MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uNw==' } }
}

async function serve(which: string, folder: string) {
  const running = execa(process.execPath, [...FLAGS, CHILD, which, SECRET, folder], {
    reject: false,
    buffer: false,
  })
  const url = await line(createInterface(running.stdout), 'http://')
  return {
    url,
    pid: running.pid ?? 0,
    async stop() {
      running.kill('SIGKILL')
      await running
    },
  }
}

/** The first line that begins so, or that holds it as its message; the others are read and dropped. */
function line(lines: Interface, wanted: string): Promise<string> {
  return new Promise((resolve, reject) => {
    lines.on('line', (text) => {
      if (text.startsWith(wanted) || text.includes(`"msg":"${wanted}"`)) resolve(text)
    })
    lines.on('close', () => reject(new Error(`bench: the server ended before it said ${wanted}`)))
  })
}

/** On kept connections: the client shares the machine, so it does as little as it can. */
async function load(
  url: string,
  body: string,
  signature: string,
  deliveries: number,
): Promise<{ seconds: number; ms: number[] }> {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const bytes = Buffer.from(body)
  const ms: number[] = []
  const post = (): Promise<void> =>
    new Promise((done, failed) => {
      const from = performance.now()
      const sent = request(
        {
          host: hostname,
          port,
          agent,
          method: 'POST',
          path: '/api/github/webhooks',
          headers: {
            'content-type': 'application/json',
            'content-length': bytes.length,
            'user-agent': 'GitHub-Hookshot/bench',
            'x-github-event': 'issues',
            'x-github-delivery': randomUUID(),
            'x-hub-signature-256': signature,
          },
        },
        (reply) => {
          reply.resume()
          reply.on('end', () => {
            ms.push(performance.now() - from)
            if (Math.floor((reply.statusCode ?? 0) / 100) === 2) done()
            else failed(new Error(`bench: a delivery was answered with ${reply.statusCode}`))
          })
        },
      )
      sent.on('error', failed)
      sent.end(bytes)
    })
  let left = deliveries
  const from = performance.now()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left > 0) {
        left -= 1
        await post()
      }
    }),
  )
  const seconds = (performance.now() - from) / 1000
  agent.destroy()
  return { seconds, ms }
}

/** From the process to the first request that is answered, as `npm start` begins it. */
async function startRows(folder: string): Promise<Row[]> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const env = {
    APP_ID: '1',
    PRIVATE_KEY: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    WEBHOOK_SECRET: SECRET,
    HOST: '127.0.0.1',
    PORT: '0',
    AUTOPILOT_STATE: join(folder, 'start'),
  }
  const starts: number[] = []
  const bare: number[] = []
  const rss: number[] = []
  // the first one compiles, the others find what it compiled
  for (let round = 0; round <= STARTS; round += 1) {
    const from = performance.now()
    const running = execa(process.execPath, [...FLAGS, MAIN], {
      cwd: folder,
      env,
      reject: false,
      buffer: false,
    })
    const lines = createInterface(running.stdout)
    const [listening, atWork] = [line(lines, 'listening'), line(lines, 'at work')]
    const { url } = JSON.parse(await listening) as { url: string }
    await (await fetch(`${url}/healthz`)).text()
    if (round > 0) starts.push(performance.now() - from)
    // everything that it works with is loaded then
    await atWork
    if (round > 0) rss.push(await rssOf(running.pid ?? 0))
    running.kill(round === 0 ? 'SIGTERM' : 'SIGKILL')
    await running
    bare.push(await timed(() => execa(process.execPath, ['-e', '0'])))
  }
  return [
    atMost('app.start', percentile(starts, 0.5), 'ms', 600),
    shown('app.start.bare_node', percentile(bare, 0.5), 'ms'),
    atMost('app.rss', percentile(rss, 0.5), 'MB', 120),
  ]
}
