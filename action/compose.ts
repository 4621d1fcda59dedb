// Owns the composition of a runner: the parts that keep its copy of the task, and those that it runs with.
import { makeBlobs } from '../src/adapters/blobs/blobs.ts'
import { bundleFolders } from '../src/adapters/bundle/bundle-folder.ts'
import { makeEvidenceFolder } from '../src/adapters/evidence/evidence-folder.ts'
import { findNodeTools } from '../src/adapters/machine/npm.ts'
import { openMachine, type Machine, type MachineOptions } from '../src/adapters/machine/open-machine.ts'
import { openStore } from '../src/adapters/store/store.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import { systemIds } from '../src/adapters/system/ids.ts'
import { makeRecipeWorker } from '../src/adapters/workers/recipe/worker.ts'
import { cacheFolder } from '../src/cli/cache-folder.mjs'
import type { BaseRef } from '../src/contracts/base.ts'
import type { Engine, Progress, TaskEngine } from '../src/pipeline/engine.ts'
import { makeStopwatch, timed, timedSandbox } from '../src/pipeline/stopwatch.ts'
import type { Problem } from '../src/ports.ts'
import type { RunFolder } from './folder.ts'

/** All that sealing and publishing need: nothing of this can run anything. */
export async function openChains(
  folder: RunFolder,
  x: { ownsTaskChain: boolean; progress?: (event: Progress) => void },
): Promise<{ engine: TaskEngine; close(): Promise<void> }> {
  const clock = systemClock()
  await folder.make()
  const { store, leases, counters } = await openStore({ file: folder.database, clock })
  const engine: TaskEngine = {
    clock,
    ids: systemIds(),
    store,
    leases,
    counters,
    blobs: makeBlobs(folder.blobs),
    evidence: () => makeEvidenceFolder(folder.evidence),
    bundles: bundleFolders(() => folder.bundle),
    holder: systemIds().next('h'),
    watch: makeStopwatch(clock),
    ownsTaskChain: x.ownsTaskChain,
    progress: x.progress ?? (() => undefined),
  }
  return { engine, close: () => store.close() }
}

export interface Surroundings {
  /** GITHUB_WORKSPACE, PATH, NODE_EXTRA_CA_CERTS. */
  workspace: string
  path: string
  caFile: string | undefined
  sandbox: 'auto' | 'bwrap' | 'docker'
  dockerImage: string
}

/** `warning`: what a reader of the run should know of the sandbox. */
export type Opened =
  | { ok: true; machine: Machine; warning: string | undefined }
  | { ok: false; problems: readonly Problem[] }

/** bubblewrap, or else Docker; without either there is no run, for nothing of a repository runs outside of a sandbox. */
export async function openRunner(folder: RunFolder, x: Surroundings, at: BaseRef): Promise<Opened> {
  const tools = await findNodeTools({ path: x.path, own: process.execPath })
  if (!tools.ok) return { ok: false, problems: [tools.problem] }
  const options: MachineOptions = {
    repo: x.workspace,
    gitDir: folder.git,
    path: x.path,
    at,
    clock: systemClock(),
    nodePath: tools.nodePath,
    npmPath: tools.npmPath,
    // the user that sandboxed commands drop to must reach it, which may not enter the folders of the job
    cache: cacheFolder(),
    caFile: x.caFile,
    image: x.dockerImage,
  }
  const levels = x.sandbox === 'auto' ? (['bwrap', 'docker'] as const) : [x.sandbox]
  const lacking: Problem[] = []
  for (const level of levels) {
    const opened = await openMachine({ ...options, level })
    if (!opened.ok) return opened
    const { machine } = opened
    if (machine.lacks === null) {
      const why = lacking[0]?.message
      const warning =
        why === undefined ? undefined : `sandbox level docker is used, as bubblewrap is not: ${why}`
      return { ok: true, machine, warning }
    }
    lacking.push(machine.lacks)
    await machine.close()
  }
  return { ok: false, problems: lacking }
}

export function makeRunner(chains: TaskEngine, machine: Machine): Engine {
  const recipe = makeRecipeWorker()
  return {
    ...chains,
    git: timed(machine.git, 'git', chains.watch),
    sandbox: timedSandbox(machine.sandbox, chains.watch),
    workers: new Map([[recipe.id, recipe]]),
    toolchainOptions: machine.toolchainOptions,
  }
}
