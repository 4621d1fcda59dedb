// Owns the App's process: settings in, one server up, signals and exit codes.
import { existsSync } from 'node:fs'
import { makeLog } from './log.ts'
import type { Log } from './log.ts'
import type { RunningServer } from './server.ts'
import { readSettings } from './settings.ts'
import type { AppSettings, ServerSettings } from './settings.ts'
import type { Parts } from './start.ts'
import type { Work } from './work-loop.ts'

/** As documented in README.md: bad input, and a machine that lacks something. */
const BAD_INPUT = 4
const MACHINE = 5
const ENV_FILE = '.env'

// Reading types off TypeScript uses a function that Node still calls experimental; a person need not hear of it.
process.removeAllListeners('warning')
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`)
})

/** `made`: what the App does, where it is not the App's own work. Sets the exit code. */
export async function main(made?: (parts: Parts) => Work): Promise<void> {
  // what the environment says wins over the file
  if (existsSync(ENV_FILE)) process.loadEnvFile(ENV_FILE)
  const read = readSettings(process.env)
  if (read.kind === 'wrong') {
    const count = read.problems.length === 1 ? 'One setting is' : `${read.problems.length} settings are`
    process.stderr.write(`${count} missing or wrong; .env.example describes each.\n`)
    for (const problem of read.problems) process.stderr.write(`  ${problem}\n`)
    process.exitCode = BAD_INPUT
    return
  }
  const { settings } = read
  const log = makeLog({ level: settings.logLevel, secrets: secretsOf(read.settings) })
  try {
    const server = read.kind === 'app' ? await app(read.settings, log, made) : await setup(settings, log)
    stopOnSignals(server, log)
  } catch (error) {
    process.stderr.write(`${cannotStart(error, settings)}\n`)
    log.debug({ err: error }, 'the server could not start')
    process.exitCode = MACHINE
  }
}

async function app(
  settings: AppSettings,
  log: Log,
  made: ((parts: Parts) => Work) | undefined,
): Promise<RunningServer> {
  const { startApp } = await import('./start.ts')
  return startApp({
    settings,
    log,
    makeWork: async (parts) => (made ?? (await import('./work.ts')).makeWork)(parts),
  })
}

async function setup(settings: ServerSettings, log: Log): Promise<RunningServer> {
  const { startSetup } = await import('./setup.ts')
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  const server = await startSetup({
    settings,
    log,
    envFile: ENV_FILE,
    registered({ name, install }) {
      say(`${name} is registered; its credentials are in ${ENV_FILE}, which only you can read.`)
      say(`Next: stop this server, type npm start, and install the App: ${install}`)
    },
  })
  say('Autopilot is not registered with GitHub yet: no APP_ID, PRIVATE_KEY or WEBHOOK_SECRET is set.')
  say(`Open ${server.page}`)
  return server
}

function secretsOf(settings: ServerSettings | AppSettings): string[] {
  return 'webhookSecret' in settings ? [settings.webhookSecret, settings.privateKey] : []
}

function stopOnSignals(server: RunningServer, log: Log): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping')
      server.stop().then(
        () => {
          log.info('stopped')
          process.exit(0)
        },
        (error: unknown) => {
          log.error({ err: error }, 'the server could not stop in order')
          process.exit(1)
        },
      )
    })
  }
}

function cannotStart(error: unknown, { host, port, stateFolder }: ServerSettings): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return `Port ${port} of ${host} is in use · stop what uses it, or set PORT`
  if (code === 'EACCES') return `Port ${port} of ${host} may not be listened on by this user · set PORT`
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL')
    return `${host} is no address of this machine · set HOST`
  const said = error instanceof Error ? error.message : String(error)
  return `The server could not start: ${said} · the state lies in ${stateFolder}; LOG_LEVEL=debug says more`
}
