// Owns what the App does: the service on the real parts, behind the work loop's three words.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeBlobs } from '../src/adapters/blobs/blobs.ts'
import { bundleFolders } from '../src/adapters/bundle/bundle-folder.ts'
import { makeEvidenceFolder } from '../src/adapters/evidence/evidence-folder.ts'
import { githubApp } from '../src/adapters/github/app.ts'
import { systemIds } from '../src/adapters/system/ids.ts'
import { makeStopwatch } from '../src/pipeline/stopwatch.ts'
import type { Ids } from '../src/ports.ts'
import type { ForgeApp } from '../src/ports/forge.ts'
import { handleDelivery } from '../src/service/deliveries.ts'
import type { Service } from '../src/service/parts.ts'
import { reconcile } from '../src/service/reconcile.ts'
import { sendEffect } from '../src/service/sending.ts'
import { stepTask } from '../src/service/step.ts'
import type { Parts } from './start.ts'
import type { Work } from './work-loop.ts'

/** A run that no webhook speaks of is looked at so often, and checks may begin so long after a merge. Milliseconds. */
const POLL_MS = 5 * 60_000
const MONITOR_MS = 2 * 60_000

export function makeWork(parts: Parts): Work {
  const { settings, clock, log } = parts
  const github = githubApp({
    appId: settings.appId,
    privateKey: settings.privateKey,
    baseUrl: settings.github.api,
    clock,
    log: (line) => log.debug(line, 'github'),
  })
  return workOf(makeService({ ...parts, github, ids: systemIds() }), github)
}

export function workOf(service: () => Promise<Service>, github: ForgeApp): Work {
  return {
    async handle(delivery) {
      return handleDelivery(await service(), delivery)
    },
    async advance(task) {
      await stepTask(await service(), task)
    },
    async send(effect) {
      return sendEffect(await service(), effect)
    },
    reconcile: async () => reconcile(await service(), github),
    asked: () => ({ calls: github.meter.calls(), points: github.meter.points() }),
  }
}

/** Who the App is, is asked of GitHub by the first who needs it. */
export function makeService(
  parts: Omit<Parts, 'probot'> & { github: ForgeApp; ids: Ids },
): () => Promise<Service> {
  const { settings, clock, log, github, ids } = parts
  const folder = (task: string): string => join(settings.stateFolder, 'tasks', task)
  mkdirSync(join(settings.stateFolder, 'tasks'), { recursive: true })
  const shipped = {
    policy: readPolicy('default.yml'),
    constitution: readPolicy('constitution.yml'),
    workflow: readFileSync(new URL('../docs/workflows/autopilot-app.yml', import.meta.url), 'utf8'),
  }
  const { store, leases, counters, inbox, outbox, wakes, notes } = parts
  const around: Omit<Service, 'app'> = {
    store,
    leases,
    counters,
    inbox,
    outbox,
    wakes,
    notes,
    clock,
    ids,
    blobs: makeBlobs(join(settings.stateFolder, 'blobs')),
    evidence: (task) => makeEvidenceFolder(join(folder(task), 'evidence')),
    bundles: bundleFolders((task) => join(folder(task), 'bundle')),
    holder: ids.next('h'),
    watch: makeStopwatch(clock),
    ownsTaskChain: true,
    progress: (event) => log.debug(event, 'progress'),
    forge: ({ installation, repository }) => github.forge(installation, repository),
    shipped,
    version: version(),
    label: 'autopilot',
    workflow: 'autopilot.yml',
    limits: {
      stopped: settings.stop ? ['*'] : settings.stopped,
      moneyMonthUsd: settings.moneyMonthUsd,
      pollMs: POLL_MS,
      monitorMs: MONITOR_MS,
    },
  }
  let known: Promise<Service> | undefined
  return () => {
    known ??= github.me().then(
      (app) => ({ ...around, app }),
      (error: unknown) => {
        known = undefined
        throw error
      },
    )
    return known
  }
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function readPolicy(name: string): string {
  return readFileSync(new URL(`../policies/${name}`, import.meta.url), 'utf8')
}
