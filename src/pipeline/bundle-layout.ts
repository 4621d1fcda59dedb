// Owns what follows from the chains for a bundle: which file lies where, and what its manifest says about the run.
import type { BaseRef, Phase } from '../contracts/base.ts'
import type { BundleManifest } from '../contracts/bundle.ts'
import type { Digest } from '../contracts/canonical.ts'
import type { LedgerEntry } from '../contracts/ledger.ts'
import { inWritingOrder } from '../process/fold.ts'
import { headOf } from '../process/ledger.ts'
import { PHASE_ORDER } from '../process/phases.ts'
import { frontierOf, type TaskState } from '../process/state.ts'

/** Everything else that a bundle may hold, beside its manifest and the chains of earlier runs. */
export const FIXED_FILES = [
  'ledger/task.jsonl',
  'ledger/run.jsonl',
  'inputs/policy.yml',
  'inputs/constitution.yml',
  'inputs/settings.json',
  'inputs/fingerprint.json',
  'outcome.json',
] as const

const EARLIER = /^ledger\/earlier\/(r-[0-9a-z]{10,26})\.jsonl$/

/** Where the chain of an earlier run of the task lies. */
export function earlierPath(run: string): string {
  return `ledger/earlier/${run}.jsonl`
}

/** The earlier run whose chain lies there; undefined for any other path. */
export function earlierRunAt(path: string): string | undefined {
  return EARLIER.exec(path)?.[1]
}

/**
 * Path → digest: `evidence/<phase>/<name>` for what stands, `voided/<phase>-<visit>/<name>` for what a return took
 * back, `verdicts/<phase>-<visit>.json` for the evidence gate's answers. All of this run; of the task chain what stands
 * and no more; nothing of earlier runs, which have their own bundles.
 */
export function layoutOf(
  task: readonly LedgerEntry[],
  run: readonly LedgerEntry[],
): ReadonlyMap<string, Digest> {
  const entries = inWritingOrder(task, new Map([['', run]]))
  const standing = new Map<Phase, number>()
  for (const { event } of entries) {
    if (event.kind === 'phase.entered') standing.set(event.phase, event.visit)
    if (event.kind !== 'phase.returned') continue
    for (const phase of PHASE_ORDER.slice(PHASE_ORDER.indexOf(event.to))) standing.delete(phase)
  }
  const layout = new Map<string, Digest>()
  for (const { chain, event } of entries) {
    if (event.kind !== 'phase.passed' && event.kind !== 'evidence.recorded') continue
    const stands = standing.get(event.phase) === event.visit
    if (!stands && chain.startsWith('task:')) continue
    if (event.kind === 'phase.passed') {
      layout.set(`verdicts/${event.phase}-${event.visit}.json`, event.verdict)
      continue
    }
    const folder = stands ? `evidence/${event.phase}` : `voided/${event.phase}-${event.visit}`
    for (const artifact of event.artifacts) layout.set(`${folder}/${artifact.name}`, artifact.sha256)
  }
  return layout
}

/** undefined while no run was opened. `state` is the fold of all chains. */
export function aboutOf(
  state: TaskState,
  x: { task: readonly LedgerEntry[]; run: readonly LedgerEntry[]; base: BaseRef },
): Omit<BundleManifest, 'schema' | 'files'> | undefined {
  const { run } = state
  const [lastOfTask, lastOfRun] = [x.task.at(-1), x.run.at(-1)]
  if (run === null || state.task === null || lastOfTask === undefined || lastOfRun === undefined)
    return undefined
  return {
    task: state.task,
    run: run.id,
    attempt: run.attempt,
    state: run.closed === null ? 'checkpoint' : 'sealed',
    // The last entry's time, not the wall clock: the same ledger always makes the same bundle.
    written_at: lastOfRun.at,
    last_phase: PHASE_ORDER.findLast((phase) => state.passed[phase] !== undefined) ?? null,
    next_phase: run.closed === null ? frontierOf(state) : null,
    base: x.base,
    task_chain: headOf(lastOfTask),
    run_chain: headOf(lastOfRun),
    outcome: run.closed?.outcome ?? null,
  }
}
