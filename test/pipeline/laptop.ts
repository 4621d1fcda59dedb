// Owns an engine for tests: real store, git, evidence, blobs and bundles in a temporary folder; sandbox, worker and
// clock are fakes. Several engines on one folder are several processes.
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { makeBlobs } from '../../src/adapters/blobs/blobs.ts'
import { bundleFolders } from '../../src/adapters/bundle/bundle-folder.ts'
import { makeEvidenceFolder } from '../../src/adapters/evidence/evidence-folder.ts'
import { openGit } from '../../src/adapters/git/open.ts'
import { openStore } from '../../src/adapters/store/store.ts'
import type { BaseRef } from '../../src/contracts/base.ts'
import type { LedgerEntry, LedgerEvent } from '../../src/contracts/ledger.ts'
import { cleanIssue } from '../../src/intake/clean-text.ts'
import { makeRequest } from '../../src/intake/request.ts'
import { defaultSettings } from '../../src/intake/settings.ts'
import type { Engine, Progress, TaskEngine } from '../../src/pipeline/engine.ts'
import { loadInputs, type TaskInputs } from '../../src/pipeline/inputs.ts'
import { openJournal, readTask } from '../../src/pipeline/journal.ts'
import { withLease } from '../../src/pipeline/lease.ts'
import { createTask } from '../../src/pipeline/loop.ts'
import { makeStopwatch } from '../../src/pipeline/stopwatch.ts'
import type { TaskState } from '../../src/process/state.ts'
import { makeFolderSandbox, type FolderSandbox } from '../fakes/folder-sandbox.ts'
import { makeManualClock, type ManualClock } from '../fakes/manual-clock.ts'
import { makeScriptedWorker, writeFile, type ScriptedWorker } from '../fakes/scripted-worker.ts'
import { ROOT, scratchFolder } from '../e2e/autopilot.ts'
import { makeTiny, MENDED, type Tiny } from '../e2e/tiny-repository.ts'

export interface Laptop {
  engine: Engine
  task: string
  tiny: Tiny
  clock: ManualClock
  sandbox: FolderSandbox
  worker: ScriptedWorker
  /** What a person would have been shown. */
  shown: Progress[]
  /** Where the task's evidence and bundle lie. */
  folder: string
  /** The same state in another process. */
  again: (change?: Partial<Engine>) => Engine
  state: () => Promise<TaskState>
  /** Both chains in the order of writing. */
  entries: () => Promise<readonly LedgerEntry[]>
}

/** Does what the issue's patch says. */
export const mends: ScriptedWorker = makeScriptedWorker({
  canRefine: false,
  deed: (workspace) => apply(workspace),
})

export async function apply(
  workspace: Parameters<typeof writeFile>[0],
  files: Readonly<Record<string, string>> = MENDED,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) await writeFile(workspace, path, text)
}

/** A task that was created and has not begun. */
export async function makeLaptop(
  x: { worker?: ScriptedWorker; inputs?: (inputs: TaskInputs) => TaskInputs } = {},
): Promise<Laptop> {
  const { folder: root, remove } = await scratchFolder()
  const tiny = await makeTiny(root)
  const task = 't-00000000test'
  const folder = join(root, 'task')
  await mkdir(folder)
  const opened = await openGit({
    repo: tiny.repo,
    gitDir: join(folder, 'git'),
    path: process.env['PATH'] ?? '',
  })
  if (!opened.ok) throw new Error(opened.problems[0]?.message)
  const { git, facts } = opened
  const clock = makeManualClock()
  const { store, leases, counters } = await openStore({ file: join(root, 'autopilot.db'), clock })
  onTestFinished(async () => {
    await store.close()
    await git.close()
    await remove()
  })
  const sandbox = makeFolderSandbox(git)
  const worker = x.worker ?? mends
  const shown: Progress[] = []
  let ids = 0
  const make = (change: Partial<Engine> = {}): Engine => ({
    clock,
    ids: { next: (kind) => `${kind}-00000000id${String((ids += 1)).padStart(2, '0')}` },
    store,
    leases,
    counters,
    blobs: makeBlobs(join(root, 'blobs')),
    evidence: () => makeEvidenceFolder(join(folder, 'evidence')),
    bundles: bundleFolders(() => join(folder, 'bundle')),
    git,
    sandbox,
    workers: new Map([[worker.id, worker]]),
    toolchainOptions: { registry: 'http://127.0.0.1:9/', versions: { node: '24', npm: '11' } },
    holder: `h-00000000id${String((ids += 1)).padStart(2, '0')}`,
    watch: makeStopwatch(clock),
    ownsTaskChain: true,
    progress: (event) => void shown.push(event),
    ...change,
  })
  const engine = make()
  const inputs = await inputsOf(tiny, facts.head)
  await createTask(engine, task, x.inputs?.(inputs) ?? inputs)
  const state = (): Promise<TaskState> => readTask(engine, task)
  return {
    engine,
    task,
    tiny,
    clock,
    sandbox,
    worker,
    shown,
    folder,
    again: make,
    state,
    async entries() {
      const { runs } = await state()
      const chains = [`task:${task}`, ...runs.map((run) => `run:${run}`)]
      const all = await Promise.all(chains.map((chain) => store.entries(chain)))
      return all.flat().sort((a, b) => (a.at < b.at ? -1 : 1))
    },
  }
}

async function inputsOf(tiny: Tiny, base: BaseRef): Promise<TaskInputs> {
  const issue = cleanIssue(await readFile(tiny.issue))
  if (!issue.ok) throw new Error(issue.problem.message)
  const shipped = (name: string): Promise<string> => readFile(join(ROOT, 'policies', name), 'utf8')
  const settings = defaultSettings()
  const about = { project: 'tiny', origin: 'file:issue.md', actor: 'somebody' }
  return {
    request: makeRequest({ issue, settings, base, ...about }),
    settings,
    policyText: await shipped('default.yml'),
    constitutionText: await shipped('constitution.yml'),
    fingerprint: FINGERPRINT,
  }
}

const FINGERPRINT: TaskInputs['fingerprint'] = {
  schema: 'autopilot/fingerprint@1',
  autopilot: '0.0.0',
  platform: 'test',
  tools: [],
  sandbox: { level: 'none', limits_by: 'none', uid_dropped: false },
  contracts: {},
}

/** What a service writes when it asks for a run elsewhere. */
export async function requestRun(
  { engine, task }: { engine: TaskEngine; task: string },
  x: { fence?: number; base?: BaseRef } = {},
): Promise<Extract<LedgerEvent, { kind: 'run.requested' }>> {
  const { request } = await loadInputs(engine, task)
  const asked = await withLease(engine, [task], async (held) => {
    const journal = await openJournal(engine, task, held.fences)
    const number = journal.state.requests + 1
    const nonce = `h-00000nonce${number}`
    const about = { number, nonce, fence: x.fence ?? number, base: x.base ?? request.base }
    const event = { kind: 'run.requested', ...about } as const
    await journal.write({ chain: `task:${task}`, event })
    return event
  })
  if (!asked.held) throw new Error('the lease of the task is held')
  return asked.value
}

/** Kinds of entries, with their phase. */
export function kinds(entries: readonly LedgerEntry[]): readonly string[] {
  return entries.map(({ event }) =>
    'phase' in event && event.phase ? `${event.kind} ${event.phase}` : event.kind,
  )
}
