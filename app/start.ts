// Owns the App as a whole: store, Probot, work and server, put together from settings.
import { join } from 'node:path'
import type { Probot } from 'probot'
import { openStore } from '../src/adapters/store/store.ts'
import type { OpenStore } from '../src/adapters/store/store.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import type { Clock } from '../src/ports.ts'
import { BEING_SENT } from '../src/service/sending.ts'
import type { Log } from './log.ts'
import { makeProbot } from './probot.ts'
import { makeReadiness } from './readiness.ts'
import { startServer } from './server.ts'
import type { RunningServer } from './server.ts'
import type { AppSettings } from './settings.ts'
import { startWork } from './work-loop.ts'
import type { Work, WorkLoop } from './work-loop.ts'

/** What the work is made of. */
export interface Parts extends OpenStore {
  settings: AppSettings
  clock: Clock
  log: Log
  probot: Probot
}

/** `makeWork` may take its time: the server listens before it is called, and what arrives meanwhile is kept. */
export async function startApp(x: {
  settings: AppSettings
  log: Log
  makeWork(parts: Parts): Work | Promise<Work>
}): Promise<RunningServer> {
  const { settings, log } = x
  const clock = systemClock()
  const open = await openStore({ file: join(settings.stateFolder, 'autopilot.db'), clock })
  try {
    const probot = await makeProbot(settings, log)
    const parts: Parts = { ...open, settings, clock, log, probot }
    let loop: WorkLoop | undefined
    const server = await startServer({
      settings,
      probot,
      inbox: open.inbox,
      work: { poke: () => loop?.poke(), stop: async () => loop?.stop() },
      ready: readinessOf(parts),
      log,
    })
    log.info({ url: server.url, app: settings.appId, github: settings.github.web }, 'listening')
    try {
      const work = await x.makeWork(parts)
      // the store is this process's alone: what one before it was killed at need not wait
      await open.outbox.hasten(BEING_SENT)
      loop = settings.stop ? stoppedWork(log) : startWork({ ...parts, work })
      log.info('at work')
      return {
        url: server.url,
        async stop() {
          await server.stop()
          const asked = work.asked?.()
          if (asked !== undefined) log.info(asked, 'asked GitHub')
          await open.store.close()
        },
      }
    } catch (error) {
      await server.stop()
      throw error
    }
  } catch (error) {
    await open.store.close()
    throw error
  }
}

function stoppedWork(log: Log): WorkLoop {
  log.warn('AUTOPILOT_STOP is on: deliveries are kept, and nothing is worked')
  return { poke() {}, async stop() {} }
}

function readinessOf({ clock, log, notes, probot }: Parts): ReturnType<typeof makeReadiness> {
  return makeReadiness(clock, log, {
    store: {
      look: () => notes.put('server', 'ready', clock.now().toISOString()),
      otherwise: 'cannot be written',
      holds: 10_000,
    },
    github: {
      async look() {
        const octokit = await probot.auth()
        await octokit.rest.apps.getAuthenticated()
      },
      otherwise: 'does not answer this App',
      holds: 60_000,
    },
  })
}
