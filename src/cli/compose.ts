// Owns the composition of one laptop installation: which real parts stand behind the ports, or a recording of them.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeBlobs } from '../adapters/blobs/blobs.ts'
import { bundleFolders } from '../adapters/bundle/bundle-folder.ts'
import { makeEvidenceFolder } from '../adapters/evidence/evidence-folder.ts'
import { openStore, type OpenStore } from '../adapters/store/store.ts'
import { systemClock } from '../adapters/system/clock.ts'
import { systemIds } from '../adapters/system/ids.ts'
import { makeRecipeWorker } from '../adapters/workers/recipe/worker.ts'
import type { RunReport } from '../contracts/summary.ts'
import type { Engine, Progress } from '../pipeline/engine.ts'
import { loadInputs } from '../pipeline/inputs.ts'
import { createTask, readTask } from '../pipeline/loop.ts'
import { makeStopwatch, timed } from '../pipeline/stopwatch.ts'
import { EXIT, Refusal } from './exit-codes.ts'
import { openOutside, type Outside } from './outside.ts'
import { prepareInputs } from './prepare.ts'
import { stateFolder, type StateFolder } from './state-folder.ts'

export interface LaptopOptions {
  repo: string
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
  /** Where everything of this task lies. */
  folder: string
  bundle: string
  resumeCommand: string
  timings(): RunReport['timings']
  close(): Promise<void>
}

/** Name of the text that says which repository a task works on. */
const REPOSITORY = 'repository'

export async function composeLaptop(
  options: LaptopOptions,
  progress: (event: Progress) => void,
): Promise<Laptop> {
  const state = stateFolder(options.state)
  const clock = systemClock()
  const opened = await openStore({ file: state.database, clock })
  const closers: (() => Promise<void>)[] = [() => opened.store.close()]
  const close = async (): Promise<void> => {
    for (const closer of closers.toReversed()) await closer()
  }
  try {
    const resumed =
      options.resume === undefined || options.resume === false ? null : await taskToResume(opened, options)
    const repo = resumed?.repo ?? options.repo
    const gitDir = (id: string): string => join(state.task(id), 'git')
    const outside = await openOutside({ ...options, repo, clock, gitDir, id: resumed?.id, ids: systemIds() })
    closers.push(() => outside.close())
    const watch = makeStopwatch(clock)
    const engine = makeEngine({ state, opened, outside, watch, progress })
    const id = outside.task
    if (resumed === null) {
      const inputs = await prepareInputs({ issue: options.issue, outside })
      await mkdir(state.task(id), { recursive: true })
      await opened.store.transaction((tx) => tx.putText(id, REPOSITORY, outside.root))
      await createTask(engine, id, inputs)
    }
    const { request } = await loadInputs(engine, id)
    const tier = request.risk_tier ?? null
    return {
      engine,
      task: { id, title: request.title, project: request.project, tier },
      folder: state.task(id),
      bundle: join(state.task(id), 'bundle'),
      resumeCommand: `npx --no-install autopilot run --resume ${id}${options.state === undefined ? '' : ` --state ${options.state}`}`,
      timings: () => watch.read(),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function makeEngine(x: {
  state: StateFolder
  opened: OpenStore
  outside: Outside
  watch: ReturnType<typeof makeStopwatch>
  progress: (event: Progress) => void
}): Engine {
  const { state, opened, outside, watch } = x
  const recipe = timed(makeRecipeWorker(), 'worker', watch)
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
    sandbox: outside.sandbox,
    workers: new Map([[recipe.id, recipe]]),
    toolchainOptions: outside.toolchainOptions,
    holder: systemIds().next('h'),
    watch,
    progress: x.progress,
  }
}

/** The task that was named, or the latest of this repository that has not ended. */
async function taskToResume(
  opened: OpenStore,
  options: LaptopOptions,
): Promise<{ id: string; repo: string }> {
  const { store } = opened
  const ids =
    typeof options.resume === 'string' ? [options.resume] : (await store.tasks(1000)).map((row) => row.id)
  for (const id of ids) {
    const repo = await store.text(id, REPOSITORY)
    const task = await readTask({ store }, id)
    if (typeof options.resume === 'string') {
      if (repo === undefined) {
        throw new Refusal(EXIT.badInput, [
          `task ${id} is not in this state folder · list them: autopilot task status`,
        ])
      }
      if (task.closed !== null) {
        throw new Refusal(EXIT.badInput, [
          `task ${id} has ended (${task.closed.result}) · see it: autopilot task report ${id}`,
        ])
      }
    }
    if (repo !== undefined && task.closed === null) return { id, repo }
  }
  throw new Refusal(EXIT.badInput, [
    'no task waits to be resumed · start one: autopilot run --repo PATH --issue FILE.md',
  ])
}
