// Owns a small host for the runner's own tests: records in memory, artifacts in a Map, files from a table.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type {
  Annotation,
  JobChange,
  NewAttempt,
  NewJob,
  NewRun,
  RepositoryFacts,
  RunChange,
  RunnerHost,
  StoredArtifact,
  TokenRequest,
} from './host.ts'
import { makeRunner } from './runner.ts'
import type { Runner } from './runner.ts'
import type { RunnerSettings } from './settings.ts'
import type { TriggerEvent } from './triggers/trigger-event.ts'

export interface SeenJob extends NewJob {
  readonly id: number
  readonly changes: JobChange[]
  readonly lines: { readonly step: number; readonly line: string }[]
  readonly annotations: Annotation[]
  readonly summaries: string[]
}

export interface SeenRun extends NewRun {
  readonly id: number
  readonly changes: (RunChange & { readonly attempt: number })[]
  readonly attempts: NewAttempt[]
}

export interface Seen {
  readonly runs: Map<number, SeenRun>
  readonly jobs: Map<number, SeenJob>
  readonly tokens: (TokenRequest & { readonly token: string })[]
  readonly revoked: string[]
  readonly artifacts: (StoredArtifact & {
    readonly run: number
    readonly zip: Buffer
    readonly days: number
  })[]
  /** the newest job of that name */
  job(name: string): SeenJob
  run(): SeenRun
  conclusion(name: string): string
  log(name: string): string
  /** resolves when a job's log has the text */
  said(text: string): Promise<void>
}

export interface MemoryForge {
  readonly host: RunnerHost
  readonly runner: Runner
  readonly seen: Seen
  readonly folder: string
  /** one workflow file, dispatched as a push to main unless `event` says otherwise, and run to its end */
  play(text: string, event?: Partial<TriggerEvent>): Promise<Seen>
  start(text: string, event?: Partial<TriggerEvent>): Promise<readonly number[]>
}

export interface MemoryOptions {
  readonly settings?: Partial<RunnerSettings>
  readonly facts?: Partial<RepositoryFacts>
  readonly cloneUrl?: string
  readonly fetchAction?: RunnerHost['fetchAction']
  readonly files?: Readonly<Record<string, string>>
}

export const PUSH: TriggerEvent = {
  name: 'push',
  repository: 'ana/tiny',
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
  headRef: '',
  baseRef: '',
  headSha: 'a'.repeat(40),
  headBranch: 'main',
  workflowRef: 'refs/heads/main',
  workflowSha: 'a'.repeat(40),
  headMessage: 'a small change\n\nwith a body',
  actor: { login: 'ana', id: 7 },
  payload: { ref: 'refs/heads/main', deleted: false },
  byJob: false,
  fromFork: false,
}

export function makeMemoryForge(options: MemoryOptions = {}): MemoryForge {
  const folder = mkdtempSync(join(tmpdir(), 'loopback-runner-'))
  const heard: (() => void)[] = []
  const seen = makeSeen(heard)
  let text = ''
  const host = makeHost(folder, seen, heard, options, () => text)
  const runner = makeRunner(host, { workFolder: join(folder, 'work'), ...options.settings })
  onTestFinished(async () => {
    await runner.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const start = (workflow: string, event: Partial<TriggerEvent> = {}) => {
    text = workflow
    return runner.dispatch({ ...PUSH, ...event })
  }
  return {
    host,
    runner,
    seen,
    folder,
    start,
    play: async (workflow, event) => {
      await start(workflow, event)
      await runner.settled()
      return seen
    },
  }
}

function makeSeen(heard: (() => void)[]): Seen {
  const jobs = new Map<number, SeenJob>()
  const runs = new Map<number, SeenRun>()
  const job = (name: string) => {
    const found = [...jobs.values()].findLast((one) => one.name === name)
    if (found === undefined)
      throw new Error(`no job ${name}; there are ${[...jobs.values()].map((one) => one.name).join()}`)
    return found
  }
  const run = () => {
    const last = [...runs.values()].at(-1)
    if (last === undefined) throw new Error('no run was started')
    return last
  }
  const has = (text: string) =>
    [...jobs.values()].some((one) => one.lines.some(({ line }) => line.endsWith(`Z ${text}`)))
  return {
    jobs,
    runs,
    tokens: [],
    revoked: [],
    artifacts: [],
    job,
    run,
    conclusion: (name) => job(name).changes.at(-1)?.conclusion ?? 'none',
    log: (name) =>
      job(name)
        .lines.map(({ line }) => line.slice(line.indexOf(' ') + 1))
        .join('\n'),
    said: (text) =>
      new Promise((resolve) => {
        const look = () => {
          if (!has(text)) return
          heard.splice(heard.indexOf(look), 1)
          resolve()
        }
        heard.push(look)
        look()
      }),
  }
}

function makeHost(
  folder: string,
  seen: Seen,
  heard: readonly (() => void)[],
  options: MemoryOptions,
  workflow: () => string,
): RunnerHost {
  let last = 100
  const facts: RepositoryFacts = {
    id: 1,
    owner: 'ana',
    ownerId: 7,
    defaultBranch: 'main',
    defaultPermissions: 'read',
    variables: new Map(),
    secrets: new Map(),
    retentionDays: 90,
    isProtected: () => false,
    ...options.facts,
  }
  return {
    now: () => Date.now(),
    serverUrl: 'http://127.0.0.1:9',
    apiUrl: 'http://127.0.0.1:9/api/v3',
    graphqlUrl: 'http://127.0.0.1:9/api/graphql',
    repository: () => facts,
    workflowFiles: () =>
      Promise.resolve([
        { path: '.github/workflows/ci.yml', text: workflow() },
        ...Object.entries(options.files ?? {}).map(([path, text]) => ({ path, text })),
      ]),
    cloneUrl: () => options.cloneUrl ?? '',
    fetchAction: options.fetchAction ?? (() => Promise.resolve(false)),
    issueToken: (request) => {
      const token = `ghs_${String(++last).padStart(36, 'T')}`
      seen.tokens.push({ ...request, token })
      return Promise.resolve(token)
    },
    revokeToken: (token) => {
      seen.revoked.push(token)
      return Promise.resolve()
    },
    createRun: (run) => {
      const id = ++last
      seen.runs.set(id, { ...run, id, changes: [], attempts: [] })
      return { id, number: seen.runs.size }
    },
    beginAttempt: (attempt) => seen.runs.get(attempt.run)?.attempts.push(attempt),
    updateRun: (run, attempt, change) => seen.runs.get(run)?.changes.push({ ...change, attempt }),
    createJob: (job) => {
      const id = ++last
      seen.jobs.set(id, { ...job, id, changes: [], lines: [], annotations: [], summaries: [] })
      return { id, checkRun: ++last }
    },
    updateJob: (job, change) => seen.jobs.get(job)?.changes.push(change),
    log: (job, step, line) => {
      seen.jobs.get(job)?.lines.push({ step, line })
      for (const look of heard.slice()) look()
    },
    annotate: (job, annotation) => seen.jobs.get(job)?.annotations.push(annotation),
    summarize: (job, _step, markdown) => seen.jobs.get(job)?.summaries.push(markdown),
    artifacts: {
      put: ({ run, name, zip, retentionDays }) => {
        if (seen.artifacts.some((one) => one.run === run && one.name === name))
          return Promise.resolve(undefined)
        const digest = `sha256:${createHash('sha256').update(zip).digest('hex')}`
        const stored = { id: ++last, name, size: zip.length, digest }
        seen.artifacts.push({ ...stored, run, zip, days: retentionDays ?? facts.retentionDays })
        return Promise.resolve(stored)
      },
      list: ({ run }) => Promise.resolve(seen.artifacts.filter((one) => one.run === run)),
      get: (_query, id) => {
        const found = seen.artifacts.find((one) => one.id === id)
        return found === undefined
          ? Promise.reject(new Error('no such artifact'))
          : Promise.resolve(found.zip)
      },
      remove: (_run, id) => {
        seen.artifacts.splice(
          seen.artifacts.findIndex((one) => one.id === id),
          1,
        )
        return Promise.resolve()
      },
    },
    cacheFolder: () => join(folder, 'cache'),
  }
}
