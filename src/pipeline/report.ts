// Owns RunReport: what a run came to, read back from ledger and evidence alone.
import type { z } from 'zod'
import type { Phase, TaskId } from '../contracts/base.ts'
import type { Digest } from '../contracts/canonical.ts'
import type { Contract } from '../contracts/contract.ts'
import { CouncilVerdictContract } from '../contracts/council.ts'
import type { LedgerEntry } from '../contracts/ledger.ts'
import { QualityReportContract } from '../contracts/quality-report.ts'
import type { RunReport } from '../contracts/summary.ts'
import { councilTree } from '../council/review.ts'
import { countersOf } from '../process/counters.ts'
import { inWritingOrder } from '../process/fold.ts'
import { parseJson } from '../work/bundle.ts'
import { readOutcome } from './closing.ts'
import type { TaskEngine } from './engine.ts'
import { readTask } from './journal.ts'

/**
 * undefined while the task's run has not ended. `timings` are this process's own. `sealed`: digest of the bundle, told
 * by a runner, where no task chain binds it.
 */
export async function readReport(
  engine: TaskEngine,
  task: TaskId,
  x: { bundle: string; timings: RunReport['timings']; sealed?: Digest },
): Promise<RunReport | undefined> {
  const state = await readTask(engine, task)
  const { run } = state
  const bundleDigest = run?.imported ?? x.sealed
  if (run === null || run.closed === null || bundleDigest === undefined) return undefined
  const taskEntries = await engine.store.entries(`task:${task}`)
  const runEntries = await engine.store.entries(`run:${run.id}`)
  const entries = inWritingOrder(taskEntries, new Map([[run.id, runEntries]]))
  const outcome = await readOutcome(engine, run.closed.outcome)
  const quality = await newest(engine, entries, 'VERIFY', 'quality_report.json', QualityReportContract)
  const councils = [
    await newest(engine, entries, 'THINK', 'plan_review.json', CouncilVerdictContract),
    await newest(engine, entries, 'REVIEW', 'council_verdict.json', CouncilVerdictContract),
  ]
  const opened = JSON.parse((await engine.store.text(task, 'inputs')) ?? '{}') as {
    fingerprint?: { sandbox?: { level?: string } }
  }
  return {
    schema: 'autopilot/run-report@1',
    task,
    run: run.id,
    accepted: engine.ownsTaskChain ? state.closed?.result === 'accepted' : run.closed.result === 'change',
    outcome,
    phases: phasesOf(entries),
    gates: quality?.gates.map((gate) => gate.verdict) ?? [],
    verdicts: councils.flatMap((council) => (council === undefined ? [] : [councilTree(council)])),
    branch: state.published?.branch ?? null,
    commit: state.published?.head ?? null,
    bundle: x.bundle,
    bundleDigest,
    ledgerHead: run.head.hash,
    ledgerLength: run.head.length,
    taskHead: await engine.store.head(`task:${task}`),
    sandbox: opened.fingerprint?.sandbox?.level ?? 'none',
    counters: { ...countersOf(entries), ...engine.counters.read() },
    timings: x.timings,
  }
}

async function newest<S extends z.ZodType>(
  engine: Pick<TaskEngine, 'blobs'>,
  entries: readonly LedgerEntry[],
  phase: Phase,
  name: string,
  of: Contract<S>,
): Promise<z.infer<S> | undefined> {
  let digest: Digest | undefined
  for (const { event } of entries) {
    if (event.kind !== 'evidence.recorded' || event.phase !== phase) continue
    digest = event.artifacts.find((artifact) => artifact.name === name)?.sha256 ?? digest
  }
  if (digest === undefined) return undefined
  const parsed = of.parse(parseJson(await engine.blobs.get(digest)))
  return parsed.ok ? parsed.value : undefined
}

/** One row a visit, in order; times are those of the ledger's entries. */
function phasesOf(entries: readonly LedgerEntry[]): RunReport['phases'] {
  const rows: RunReport['phases'] = []
  let open: { phase: Phase; visit: number; at: number } | undefined
  const close = (status: RunReport['phases'][number]['status'], note: string, at: string): void => {
    if (open === undefined) return
    rows.push({ phase: open.phase, visit: open.visit, status, note, ms: Date.parse(at) - open.at })
    open = undefined
  }
  for (const { at, event } of entries) {
    if (event.kind === 'phase.entered') open = { phase: event.phase, visit: event.visit, at: Date.parse(at) }
    else if (event.kind === 'phase.passed') close('passed', '', at)
    else if (event.kind === 'phase.returned') close('returned', `to ${event.to}: ${event.reason}`, at)
    else if (event.kind === 'run.closed' || event.kind === 'task.closed') close('stopped', '', at)
  }
  return rows
}
