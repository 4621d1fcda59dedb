// Owns the composition of one laptop installation: which real parts stand behind the ports, or a recording of them.
import { mkdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeBlobs } from '../adapters/blobs/blobs.ts'
import { bundleFolders } from '../adapters/bundle/bundle-folder.ts'
import { makeEvidenceFolder } from '../adapters/evidence/evidence-folder.ts'
import { openStore, type OpenStore } from '../adapters/store/store.ts'
import { systemClock } from '../adapters/system/clock.ts'
import { systemIds } from '../adapters/system/ids.ts'
import { makeRecipeWorker } from '../adapters/workers/recipe/worker.ts'
import type { Fingerprint } from '../contracts/fingerprint.ts'
import type { RunReport } from '../contracts/summary.ts'
import type { Engine, Progress } from '../pipeline/engine.ts'
import type { Store } from '../ports.ts'
import { loadInputs } from '../pipeline/inputs.ts'
import { readTask } from '../pipeline/journal.ts'
import { createTask } from '../pipeline/loop.ts'
import { makeStopwatch, timed, timedSandbox } from '../pipeline/stopwatch.ts'
import { shellWord } from '../report/run-table.ts'
import { Refusal, refusalOf, renderProblem } from './exit-codes.ts'
import { openOutside, type Outside } from './outside.ts'
import { prepareInputs, readIssue, type Issue } from './prepare.ts'
import { stateFolder, type StateFolder } from './state-folder.ts'

export interface LaptopOptions {
  /** The current folder when left out. */
  repo?: string | undefined
  issue?: string | undefined
  dry: boolean
  resume?: boolean | string | undefined
  sandbox?: 'bwrap' | 'docker' | 'none' | undefined
  state?: string | undefined
  record?: string | undefined
  replay?: string | undefined
}

export interface Laptop {
  engine: Engine
  task: { id: string; title: string; project: string; tier: 1 | 2 | 3 | null }
  /** What a person should know before the run, one line each. */
  notes: readonly string[]
  /** Real path of the repository. */
  repo: string
  /** Where everything of this task lies. */
  folder: string
  bundle: string
  /** What to type to go on with this task. */
  resumeCommand: string
  timings(): RunReport['timings']
  close(): Promise<void>
}

/** Name of the text that says which repository a task works on. */
const REPOSITORY = 'repository'

/** Throws Refusal before anything is started when issue, repository, settings or machine do not allow a run. */
export async function composeLaptop(
  options: LaptopOptions,
  progress: (event: Progress) => void,
): Promise<Laptop> {
  const resuming = options.resume !== undefined && options.resume !== false
  const issue = resuming ? null : await readIssue(options.issue)
  const state = stateFolder(options.state)
  const clock = systemClock()
  const opened = await openStore({ file: state.database, clock })
  const ids = systemIds()
  const fresh = ids.next('t')
  const closers: (() => Promise<void>)[] = [() => opened.store.close()]
  const close = async (): Promise<void> => {
    for (const closer of closers.toReversed()) await closer()
  }
  try {
    const resumed = resuming ? await taskToResume(opened.store, options) : null
    const repo = resumed?.repo ?? options.repo ?? '.'
    const task = resumed?.id ?? fresh
    const gitDir = (id: string): string => join(state.task(id), 'git')
    const outside = await openOutside({ ...options, repo, clock, gitDir, task, resumed: resuming, ids })
    closers.push(() => outside.close())
    const watch = makeStopwatch(clock)
    const engine = makeEngine({ state, opened, outside, watch, progress })
    const id = outside.task
    if (issue !== null) await begin({ engine, outside, issue, state, dry: options.dry })
    const { request, fingerprint } = await loadInputs(engine, id)
    if (issue === null) refuseOtherSandbox(id, fingerprint, outside)
    const tier = request.risk_tier ?? null
    return {
      engine,
      task: { id, title: request.title, project: request.project, tier },
      notes: notesOf(outside, options),
      repo: outside.root,
      folder: state.task(id),
      bundle: join(state.task(id), 'bundle'),
      resumeCommand: goOn(options, outside.lacks === null ? id : null),
      timings: () => watch.read(),
      close,
    }
  } catch (error) {
    await close()
    // What was refused has no task, so it leaves no folder either.
    if (!resuming && error instanceof Refusal) await rm(state.task(fresh), { recursive: true, force: true })
    throw error
  }
}

async function begin(x: {
  engine: Engine
  outside: Outside
  issue: Issue
  state: StateFolder
  dry: boolean
}): Promise<void> {
  const { engine, outside, state } = x
  const inputs = await prepareInputs(x)
  if (outside.lacks !== null && !x.dry) throw refusalOf([outside.lacks])
  await mkdir(state.task(outside.task), { recursive: true })
  await engine.store.transaction((tx) => tx.putText(outside.task, REPOSITORY, outside.root))
  await createTask(engine, outside.task, inputs)
}

/** The record says in which sandbox a run was made; a run that went on in another would make it lie. */
function refuseOtherSandbox(id: string, recorded: Fingerprint | null, outside: Outside): void {
  if (outside.lacks !== null) throw refusalOf([outside.lacks])
  const level = recorded?.sandbox.level
  if (level === undefined || level === outside.sandbox.level) return
  throw refusalOf([
    {
      rule: 'task-sandbox',
      message: `task ${id} was started with sandbox level ${level}, and this would go on with ${outside.sandbox.level}`,
      fix: `add --sandbox ${level}, or start it anew with --issue`,
    },
  ])
}

function notesOf(outside: Outside, options: LaptopOptions): string[] {
  const { lacks, sandbox, untracked } = outside
  const more = untracked.length > 5 ? ` and ${untracked.length - 5} more` : ''
  return [
    ...(lacks === null ? [] : [`a plan needs no sandbox, a run will: ${renderProblem(lacks)}`]),
    ...(lacks === null && sandbox.level === 'none' && !options.dry
      ? ['sandbox level none: code from the repository runs on this machine without isolation']
      : []),
    ...(untracked.length === 0
      ? []
      : [`not committed, so no part of this run: ${untracked.slice(0, 5).join(', ')}${more}`]),
    ...(options.resume === undefined || options.issue === undefined
      ? []
      : ['--issue is not read: the task goes on with the issue it was started with']),
  ]
}

/** A task that was planned without a sandbox is not run in one: it is started anew. */
function goOn(options: LaptopOptions, task: string | null): string {
  const what =
    task === null
      ? ['--repo', options.repo ?? '.', '--issue', options.issue ?? 'FILE.md']
      : ['--resume', task, ...(options.sandbox === undefined ? [] : ['--sandbox', options.sandbox])]
  const where = options.state === undefined ? [] : ['--state', options.state]
  return ['npx --no-install autopilot run', ...[...what, ...where].map(shellWord)].join(' ')
}

function makeEngine(x: {
  state: StateFolder
  opened: OpenStore
  outside: Outside
  watch: ReturnType<typeof makeStopwatch>
  progress: (event: Progress) => void
}): Engine {
  const { state, opened, outside, watch } = x
  const recipe = makeRecipeWorker()
  return {
    clock: outside.clock,
    ids: outside.ids,
    store: opened.store,
    leases: opened.leases,
    counters: opened.counters,
    blobs: makeBlobs(state.blobs),
    evidence: (task) => makeEvidenceFolder(join(state.task(task), 'evidence')),
    bundles: bundleFolders((task) => join(state.task(task), 'bundle')),
    git: timed(outside.git, 'git', watch),
    sandbox: timedSandbox(outside.sandbox, watch),
    workers: new Map([[recipe.id, recipe]]),
    toolchainOptions: outside.toolchainOptions,
    holder: systemIds().next('h'),
    watch,
    ownsTaskChain: true,
    progress: x.progress,
  }
}

/** The task that was named, or the latest that has not ended: of the repository, when one was named. */
function taskToResume(store: Store, options: LaptopOptions): Promise<{ id: string; repo: string }> {
  return typeof options.resume === 'string'
    ? namedTask(store, options.resume)
    : latestTask(store, options.repo)
}

async function namedTask(store: Store, id: string): Promise<{ id: string; repo: string }> {
  const repo = await store.text(id, REPOSITORY)
  if (repo === undefined) {
    const message = `task ${id} is not in this state folder`
    throw refusalOf([{ rule: 'task-unknown', message, fix: 'list them: autopilot task status' }])
  }
  const { closed } = await readTask({ store }, id)
  if (closed === null) return { id, repo }
  const message = `task ${id} has ended (${closed.result.replace('_', ' ')})`
  throw refusalOf([{ rule: 'task-ended', message, fix: `see it: autopilot task report ${id}` }])
}

async function latestTask(store: Store, folder: string | undefined): Promise<{ id: string; repo: string }> {
  const wanted = folder === undefined ? undefined : await realpath(folder).catch(() => folder)
  for (const { id } of await store.tasks(1000)) {
    const repo = await store.text(id, REPOSITORY)
    if (repo === undefined || (wanted !== undefined && repo !== wanted)) continue
    if ((await readTask({ store }, id)).closed === null) return { id, repo }
  }
  const message = `no task${folder === undefined ? '' : ` of ${folder}`} waits to be resumed`
  throw refusalOf([
    { rule: 'task-none', message, fix: 'start one: autopilot run --repo PATH --issue FILE.md' },
  ])
}
