// Owns the set-up in which the App is seen at work: a GitHub on loopback, a repository, people, and the App as a process.
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Octokit } from '@octokit/rest'
import { execa } from 'execa'
import { clientAt } from '../loopback/clients.ts'
import { startLoopback, type Loopback, type LoopbackOptions } from '../loopback/loopback.ts'
import type { App, Installation } from '../loopback/world/accounts.ts'
import type { Repository } from '../loopback/world/repository.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { readManifest } from './manifest.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** How workflows name the Action; the loopback's runner takes it from this folder. */
const ACTION = 'autopilot-dev/autopilot'
const SECRET = 'a secret that only this theatre knows'

export interface Theatre {
  readonly loopback: Loopback
  readonly repository: Repository
  /** The maintainer, with admin on the repository. */
  readonly ana: Octokit
  /** Reads only. */
  readonly eve: Octokit
  /** A client of `login` with `role` on the repository. */
  person(login: string, role?: 'write' | 'triage'): Octokit
  readonly at: { owner: string; repo: string }
  readonly app: App
  readonly installation: Installation
  readonly process: AppProcess
  /** Asks again until there is an answer; throws with the App's last lines after `ms`. */
  until<T>(what: string, ask: () => Promise<T | undefined>, ms?: number): Promise<T>
  close(): Promise<void>
}

export interface AppProcess {
  readonly url: string
  /** Throws while it does not run. */
  pid(): number
  /** What it printed so far. */
  log(): string
  start(): Promise<void>
  /** SIGKILL: nothing is put in order. */
  kill(): Promise<void>
  /** SIGTERM, and its end. */
  stop(): Promise<void>
}

export interface TheatreOptions {
  /** Path → text of the repository's first commit. */
  files: Readonly<Record<string, string | Buffer>>
  owner?: string
  name?: string
  loopback?: LoopbackOptions
  /** More of the App's environment. */
  env?: Readonly<Record<string, string>>
  /** The App is not started. */
  dark?: boolean
}

export async function openTheatre(options: TheatreOptions): Promise<Theatre> {
  const owner = options.owner ?? 'ana'
  const name = options.name ?? 'widgets'
  const temporary = await temporaryFolder('theatre-')
  const loopback = await startLoopback({
    actions: { actions: { [ACTION]: ROOT }, packageTools: true, machine: await machine() },
    ...options.loopback,
  })
  const ana = loopback.user(owner)
  const eve = loopback.user('eve')
  const repository = await loopback.repository({ owner, name, files: options.files })
  const port = await freePort()
  const manifest = await readManifest()
  const { app, privateKey } = loopback.app({
    slug: 'autopilot',
    permissions: manifest.permissions,
    events: manifest.events,
    webhook: { url: `http://127.0.0.1:${port}/api/github/webhooks`, secret: SECRET },
  })
  const process_ = appProcess({
    port,
    env: {
      APP_ID: String(app.id),
      PRIVATE_KEY: privateKey,
      WEBHOOK_SECRET: SECRET,
      HOST: '127.0.0.1',
      PORT: String(port),
      AUTOPILOT_STATE: join(temporary.path, 'state'),
      GHE_HOST: new URL(loopback.origin).host,
      GHE_PROTOCOL: 'http',
      LOG_LEVEL: 'info',
      ...options.env,
    },
  })
  if (options.dark !== true) await process_.start()
  const installation = loopback.install(app, owner)
  const client = (token: string): Octokit => clientAt(loopback.api, { auth: token })
  return {
    loopback,
    repository,
    ana: client(ana.token),
    eve: client(eve.token),
    at: { owner, repo: name },
    app,
    installation,
    process: process_,
    person(login, role) {
      const made = loopback.user(login)
      if (role !== undefined)
        loopback.addCollaborator({ repository: `${owner}/${name}`, by: owner, login, role })
      return client(made.token)
    },
    async until(what, ask, ms = 60_000) {
      const end = Date.now() + ms
      for (;;) {
        const answer = await ask()
        if (answer !== undefined) return answer
        if (Date.now() > end)
          throw new Error(`${what} did not happen in ${ms} ms\n${process_.log().slice(-6000)}`)
        await new Promise((resume) => setTimeout(resume, 150))
      }
    },
    async close() {
      await process_.stop()
      await loopback.close()
      await temporary.remove()
    },
  }
}

function appProcess(x: { port: number; env: Record<string, string> }): AppProcess {
  let running: { pid: number; kill(signal: NodeJS.Signals): boolean; ended: Promise<void> } | undefined
  let text = ''
  const url = `http://127.0.0.1:${x.port}`
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const one = running
    running = undefined
    if (one === undefined) return
    one.kill(signal)
    await one.ended
  }
  return {
    url,
    pid() {
      if (running === undefined) throw new Error('the App does not run')
      return running.pid
    },
    log: () => text,
    async start() {
      const one = execa(process.execPath, [join(ROOT, 'app/main.mjs')], {
        cwd: ROOT,
        env: { PATH: process.env['PATH'] ?? '', ...x.env },
        extendEnv: false,
        reject: false,
        all: true,
        stdin: 'ignore',
      })
      one.all.on('data', (chunk: Buffer) => (text += chunk.toString()))
      let over = false
      const ended = one.then(() => void (over = true))
      running = { pid: one.pid ?? 0, kill: (signal) => one.kill(signal), ended }
      for (let tries = 0; tries < 200; tries += 1) {
        const answer = await fetch(`${url}/healthz`).catch(() => undefined)
        if (answer?.ok === true) return
        if (over) break
        await new Promise((resume) => setTimeout(resume, 100))
      }
      throw new Error(`the App did not start:\n${text.slice(-4000)}`)
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => found(port))
    })
  })
}

/** What jobs need of the machine: where npm gets its packages. */
async function machine(): Promise<Record<string, string>> {
  const { stdout } = await execa('npm', ['config', 'get', 'registry'], { cwd: tmpdir(), reject: false })
  const registry = (stdout ?? '').trim()
  return registry.startsWith('http') ? { npm_config_registry: registry } : {}
}

/** All regular files below a folder, as the first commit of a repository. */
export async function filesBelow(folder: string): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {}
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/')
    if (!entry.isFile() || path.split('/').some((part) => part === '.git' || part === 'node_modules'))
      continue
    files[path] = await readFile(join(folder, path))
  }
  return files
}
