// Owns the set-up in which a whole task takes a second: a GitHub on loopback whose jobs are played, and the service in
// this process, on the real store and adapter, driven by hand until nothing is left to do.
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Octokit } from '@octokit/rest'
import { Webhooks } from '@octokit/webhooks'
import { makeLog } from '../../app/log.ts'
import { readManifest } from '../../app/manifest.ts'
import { listen } from '../../app/server.ts'
import type { AppSettings } from '../../app/settings.ts'
import { settleBy } from '../../app/settle.ts'
import { WEBHOOK_PATH, webhookRoute } from '../../app/webhook.ts'
import { makeService, workOf } from '../../app/work.ts'
import { githubApp } from '../../src/adapters/github/app.ts'
import { openStore, type OpenStore } from '../../src/adapters/store/store.ts'
import { readTask } from '../../src/pipeline/journal.ts'
import type { Clock, Ids } from '../../src/ports.ts'
import type { TaskState } from '../../src/process/state.ts'
import type { EffectKind } from '../../src/service/effects.ts'
import type { Service } from '../../src/service/parts.ts'
import { taskAt } from '../../src/service/place.ts'
import { reconcile, type Reconciled } from '../../src/service/reconcile.ts'
import { makeTiny } from '../e2e/tiny-repository.ts'
import { makeManualClock, type ManualClock } from '../fakes/manual-clock.ts'
import { appClientAt, clientAt } from '../loopback/clients.ts'
import { startLoopback, type Loopback, type LoopbackOptions } from '../loopback/loopback.ts'
import type { App, Installation } from '../loopback/world/accounts.ts'
import type { Repository } from '../loopback/world/repository.ts'
import { playJobs, type Play } from './played.ts'
import { filesBelow } from './theatre.ts'

const SECRET = 'a secret that only this stage knows'
const OWNER = 'ana'
const NAME = 'tiny'

/** Of the service: it stands still, and with it all that an envelope holds. Before any time of the loopback's. */
const START = Math.floor(Date.now() / 1000) * 1000 - 60_000
const FIRST_COMMIT = '2026-01-02T03:04:05Z'
/** Everything that waits is due by then: no back-off takes time. */
const DAY_MS = 24 * 3_600_000
/** Looks that come later than this find what webhooks lost; without an end they would come again and again. */
const WAKES_MS = 90 * 60_000
/** Longer than GitHub lets the adapter wait in these tests. */
const PAUSE_MS = 61_000
const MOST_ITEMS = 500
/** Nothing of a stage outlives it, so that no disk needs to keep it. */
const MEMORY = '/dev/shm'

/** One run a commit; what it finds is up to whoever plays. */
const CI = `on: push
jobs:
  smoke:
    runs-on: ubuntu-latest
    steps:
      - run: node --test
`

export interface Quick extends OpenStore {
  readonly loopback: Loopback
  readonly repository: Repository
  readonly at: { owner: string; repo: string }
  readonly app: App
  readonly installation: Installation
  /** The maintainer, with admin on the repository. */
  readonly ana: Octokit
  /** Signs in with the App's own key. */
  readonly signed: Octokit
  /** A client of `login` with `role` on the repository; without one it reads only. */
  person(login: string, role?: 'write' | 'triage'): Octokit
  /** Time of the service and its store; stands until it is told to pass. */
  readonly clock: ManualClock
  service(): Promise<Service>
  /** Of this process, what it asked of GitHub. */
  asked(): { calls: number; points: number }
  /** Opens the issue that the repository's own patch answers, or another one. Its number. */
  open(issue?: { title: string; body: string }): Promise<number>
  label(number: number): Promise<void>
  say(number: number, body: string): Promise<void>
  /**
   * Works until nothing is left to do, now or later; throws when that has no end. It stops earlier where so many things
   * are done (`most`), or an effect of that kind would be sent next (`before`).
   */
  settle(until?: { most?: number; before?: EffectKind }): Promise<void>
  /** GitHub sends again what the App did not answer with 2xx. */
  redeliver(): void
  /** The App looks for what webhooks lost. */
  reconcile(): Promise<Reconciled | undefined>
  /** So much time passes at GitHub, and for who asks it. Milliseconds. */
  pass(ms: number): void
  /** Another process takes the place of this one, on the same store. */
  restart(): void
  /** Of the thread's latest task. */
  state(number: number): Promise<TaskState | undefined>
  /** Comments of the App there, without hidden markers. */
  said(number: number): Promise<string[]>
  log(): string
  close(): Promise<void>
}

export interface QuickOptions {
  /** More files of the first commit; `null` takes one away. */
  files?: Readonly<Record<string, string | null>>
  /** Stands in the place of each job. */
  play?: Play
  settings?: Partial<AppSettings>
  /** GitHub's own limits are lifted but for these. */
  limits?: LoopbackOptions['limits']
}

export async function openQuick(options: QuickOptions = {}): Promise<Quick> {
  const { files, issue } = await tinyStory()
  const folder = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'quick-'))
  const loopback: Loopback = await startLoopback({
    folder,
    limits: { pointsPerMinute: 1e6, contentsPerMinute: 1e6, contentsPerHour: 1e6, ...options.limits },
    actions: { play: playJobs(() => loopback.forge.world, options.play) },
  })
  const owner = loopback.user(OWNER)
  const wanted = Object.entries({ ...files, ...options.files })
  const repository = await loopback.repository({
    owner: OWNER,
    name: NAME,
    files: Object.fromEntries(
      wanted.filter((entry): entry is [string, string | Buffer] => entry[1] !== null),
    ),
    at: FIRST_COMMIT,
  })
  const manifest = readManifest()
  const { app, privateKey } = loopback.app({
    slug: 'autopilot',
    permissions: manifest.default_permissions,
    events: manifest.default_events,
    webhook: { secret: SECRET },
  })
  const settings: AppSettings = {
    appId: app.id,
    privateKey,
    webhookSecret: SECRET,
    host: '127.0.0.1',
    port: 0,
    stateFolder: folder,
    publicUrl: undefined,
    github: { web: loopback.origin, api: loopback.api },
    stop: false,
    stopped: [],
    moneyMonthUsd: 100,
    logLevel: 'info',
    ...options.settings,
  }
  const lines: string[] = []
  const log = makeLog({
    level: settings.logLevel,
    secrets: [privateKey, SECRET],
    to: { write: (line) => void lines.push(line) },
  })
  const clock = makeManualClock({ start: START, tick: 0 })
  const outside = hastyClock()
  const open = await openStore({ file: join(folder, 'autopilot.db'), clock })
  const ids = countedIds()
  const process_ = () => {
    const github = githubApp({ appId: app.id, privateKey, baseUrl: loopback.api, clock: outside })
    const service = makeService({ ...open, settings, clock, log, github, ids })
    const { signal } = new AbortController()
    return {
      service,
      github,
      settle: settleBy({ ...open, clock, log, work: workOf(service, github), signal }),
    }
  }
  let process = process_()
  const webhooks = new Webhooks({ secret: SECRET })
  const server = await listen({
    host: settings.host,
    port: settings.port,
    log,
    routes: [
      webhookRoute({
        verify: (payload, signature) => webhooks.verify(payload, signature),
        inbox: open.inbox,
        log,
        arrived() {},
      }),
    ],
  })
  app.webhook.url = `${server.url}${WEBHOOK_PATH}`
  const installation = loopback.install(app, OWNER)
  await loopback.settled()
  const ana = clientAt(loopback.api, { auth: owner.token })
  const at = { owner: OWNER, repo: NAME }

  /** One thing that is due by then, worked to its end; what it was. One after the other, so that calls keep their order. */
  async function workOne(until: Date, before?: EffectKind): Promise<string | undefined> {
    const { settle } = process
    const [delivery] = await open.inbox.next(until, 1)
    if (delivery !== undefined) {
      await settle.delivery(delivery)
      return `${delivery.event}.${delivery.action ?? ''}`
    }
    const [effect] = await open.outbox.due(until, 1)
    if (effect !== undefined && effect.kind === before) return undefined
    if (effect !== undefined) {
      await settle.effect(effect)
      return effect.key
    }
    const soon = new Date(Math.min(until.getTime(), clock.now().getTime() + WAKES_MS))
    const [wake] = await open.wakes.due(soon, 1)
    if (wake === undefined) return undefined
    await settle.wake(wake)
    return `wake of ${wake.task}`
  }

  return {
    ...open,
    loopback,
    repository,
    at,
    app,
    installation,
    ana,
    signed: appClientAt(loopback.api, { appId: app.id, privateKey }),
    clock,
    service: () => process.service(),
    asked: () => ({ calls: process.github.meter.calls(), points: process.github.meter.points() }),
    person(login, role) {
      const { token } = loopback.user(login)
      if (role !== undefined)
        loopback.addCollaborator({ repository: `${OWNER}/${NAME}`, by: OWNER, login, role })
      return clientAt(loopback.api, { auth: token })
    },
    async open(wanted_ = issue) {
      return (await ana.rest.issues.create({ ...at, ...wanted_ })).data.number
    },
    async label(number) {
      await ana.rest.issues.addLabels({ ...at, issue_number: number, labels: ['autopilot'] })
    },
    async say(number, body) {
      await ana.rest.issues.createComment({ ...at, issue_number: number, body })
    },
    async settle({ most, before } = {}) {
      const worked: string[] = []
      while (worked.length !== most) {
        await loopback.settled()
        let one = await workOne(clock.now(), before)
        if (one === undefined) {
          // nothing is left for now: what waits for a time has it come
          outside.pass(PAUSE_MS)
          one = await workOne(new Date(clock.now().getTime() + DAY_MS), before)
        }
        if (one === undefined) return
        worked.push(one)
        if (worked.length > MOST_ITEMS)
          throw new Error(`it has no end: ${worked.slice(-20).join(', ')}\n${lines.slice(-20).join('')}`)
      }
    },
    redeliver() {
      const log = [...loopback.webhooks.log(app)].toReversed()
      const taken = new Set(log.filter((one) => isTaken(one.answer?.code)).map((one) => one.guid))
      for (const one of log) if (!taken.has(one.guid)) loopback.webhooks.redeliver(one)
    },
    reconcile: async () => reconcile(await process.service(), process.github),
    pass(ms) {
      loopback.forge.clock.advance(ms)
      outside.pass(ms)
    },
    restart() {
      process = process_()
    },
    async state(number) {
      const task = await taskAt(open, { kind: 'thread', repository: repository.id, number })
      return task === undefined ? undefined : readTask(open, task)
    },
    async said(number) {
      const { data } = await ana.rest.issues.listComments({ ...at, issue_number: number, per_page: 100 })
      return data
        .filter((one) => one.user?.login === 'autopilot[bot]')
        .map((one) => (one.body ?? '').replaceAll(/<!--.*?-->/gs, '').trim())
    },
    log: () => lines.join(''),
    async close() {
      await server.stop()
      await loopback.close()
      await open.store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function isTaken(code: number | undefined): boolean {
  return code !== undefined && code >= 200 && code < 300
}

/** The adapter's: near real time, for its signatures, and whoever sleeps has slept. */
function hastyClock(): Clock & { pass(ms: number): void } {
  let ahead = 0
  return {
    now: () => new Date(Date.now() + ahead),
    monotonic: () => performance.now() + ahead,
    async sleep(ms) {
      ahead += ms
    },
    pass(ms) {
      ahead += ms
    },
  }
}

function countedIds(): Ids {
  let last = 0
  return { next: (kind) => `${kind}-00000000id${String((last += 1)).padStart(2, '0')}` }
}

interface TinyStory {
  files: Readonly<Record<string, string | Buffer>>
  issue: { title: string; body: string }
}

let tiny: Promise<TinyStory> | undefined

/** The small package with its workflow, its CI and a policy under which it merges; and the issue that mends it. */
export function tinyStory(): Promise<TinyStory> {
  tiny ??= readTiny()
  return tiny
}

async function readTiny(): Promise<TinyStory> {
  const folder = await mkdtemp(join(tmpdir(), 'quick-tiny-'))
  try {
    const { repo, issue } = await makeTiny(folder)
    const [first = '', ...rest] = (await readFile(issue, 'utf8')).split('\n')
    const here = (path: string): Promise<string> =>
      readFile(new URL(`../../${path}`, import.meta.url), 'utf8')
    return {
      files: {
        ...(await filesBelow(repo)),
        '.github/workflows/autopilot.yml': await here('docs/workflows/autopilot-app.yml'),
        '.github/workflows/ci.yml': CI,
        '.github/autopilot/policy.yml': await here('test/demo/data/policy.yml'),
      },
      issue: { title: first.replace(/^#+\s*/, ''), body: rest.join('\n').trim() },
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
