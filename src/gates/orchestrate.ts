// Owns the run of all gates (R73): order by needs, budgets, modes, and one report in registry order.
import type { GateReport, QualityReport } from '../contracts/quality-report.ts'
import type { GateMode } from '../contracts/settings.ts'
import { permits, type Finding, type Subject, type Verdict } from '../contracts/verdict.ts'
import type { Clock, Gate, GateContext, GateResult } from '../ports.ts'
import { NO_COVERAGE } from './coverage.ts'
import { gateResult } from './result.ts'
import { scoreOf } from './score.ts'
import { failureSignature } from './signature.ts'
import { NO_TESTS } from './tests.ts'
import { renderBuildLog } from '../contracts/build-log.ts'

export interface RunGatesOptions {
  clock: Clock
  /** Of the whole report: every verdict gets it. */
  subject: Subject
  /** From 1. */
  iteration: number
  /** Report of the iteration before, for the delta. */
  previous: Pick<QualityReport, 'score'> | null
  /** At most this many at once; 4 by R73. */
  concurrency?: number
  /** Milliseconds for all gates together; 900 s by R73. */
  totalMs?: number
  /** From settings; a gate that is not named is enforced. */
  modes?: Readonly<Record<string, GateMode>>
  /** Milliseconds by gate id, from settings; a gate that is not named has its own budget. */
  budgets?: Readonly<Record<string, number>>
  onProgress?: (event: GateProgress) => void
}

export type GateProgress =
  | { gate: string; title: string; state: 'started' }
  | { gate: string; title: string; state: 'finished'; verdict: Verdict; durationMs: number }

export interface GateRun {
  report: QualityReport
  /** As the gates answered, before modes: by gate id. */
  results: ReadonlyMap<string, GateResult>
  /** Files for the evidence folder of VERIFY; those that R60 asks for are always there. */
  artifacts: Readonly<Record<string, string>>
}

/** After its budget a gate that ignores its signal gets this long to let go, then the report goes on without it. */
const GRACE_MS = 10_000

/**
 * Runs gates as their needs allow, cheap ones first. Never rejects: what a gate throws is its status `error`, a spent
 * budget is `timed_out`, a gate whose need holds is not run and `inconclusive`. The same results give the same
 * report, whatever finished first.
 */
export async function runGates(
  gates: readonly Gate[],
  context: GateContext,
  options: RunGatesOptions,
): Promise<GateRun> {
  const { clock, concurrency = 4, totalMs = 900_000 } = options
  const results = new Map<string, GateResult>()
  const all = new AbortController()
  const finished = new AbortController()
  void clock.sleep(totalMs, finished.signal).then(() => all.abort())

  const waiting = gates
    .map((gate, order) => ({ gate, order }))
    .sort((a, b) => a.gate.cost - b.gate.cost || a.order - b.order)
    .map(({ gate }) => gate)
  const running = new Map<string, Promise<void>>()
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex((gate) => gate.needs.every((id) => results.has(id) || !knows(gates, id)))
    if (next >= 0 && running.size < concurrency) {
      const [gate] = waiting.splice(next, 1)
      if (gate === undefined) break
      running.set(gate.id, start(gate))
    } else if (running.size > 0) await Promise.race(running.values())
    else throw new TypeError(`runGates: ${waiting.map((gate) => gate.id).join(', ')} need one another`)
  }
  finished.abort()
  return reportOf(gates, context, results, options)

  async function start(gate: Gate): Promise<void> {
    options.onProgress?.({ gate: gate.id, title: gate.title, state: 'started' })
    const began = clock.monotonic()
    const result = await runOne(gate, context, results, options, all.signal)
    const timed = { ...result, durationMs: clock.monotonic() - began }
    results.set(gate.id, timed)
    running.delete(gate.id)
    options.onProgress?.({
      gate: gate.id,
      title: gate.title,
      state: 'finished',
      verdict: shown(timed, modeOf(options, gate.id)).verdict,
      durationMs: timed.durationMs,
    })
  }
}

function knows(gates: readonly Gate[], id: string): boolean {
  return gates.some((gate) => gate.id === id)
}

function modeOf(options: RunGatesOptions, id: string): GateMode {
  return options.modes?.[id] ?? 'enforce'
}

async function runOne(
  gate: Gate,
  context: GateContext,
  results: ReadonlyMap<string, GateResult>,
  options: RunGatesOptions,
  total: AbortSignal,
): Promise<GateResult> {
  const { clock } = options
  const not = (
    status: 'not_applicable' | 'inconclusive' | 'timed_out' | 'error',
    reason: string,
  ): GateResult =>
    gateResult(gate.id, context, { status, reason, score: status === 'not_applicable' ? null : 0 })
  if (modeOf(options, gate.id) === 'off') return not('not_applicable', 'switched off in the settings')

  const budget = options.budgets?.[gate.id] ?? gate.budget(context.tier)
  const own = new AbortController()
  const signal = AbortSignal.any([context.signal, total, own.signal])
  const inner = contextOf(context, gate, results, signal)
  const attempt = settle(async (): Promise<GateResult> => {
    const applies = gate.applies(inner)
    if (!applies.applies) return not('not_applicable', applies.because)
    if (context.signal.aborted) return not('inconclusive', 'not run: the run was stopped')
    if (total.aborted) return not('timed_out', 'not run: the time for all gates was spent')
    // The answer itself counts, not its mode: what was only observed to fail still gives no ground to build on.
    const needed = gate.needs.find((id) => !permits(results.get(id)?.verdict.status ?? 'not_applicable'))
    if (needed !== undefined) {
      return not(
        'inconclusive',
        `not run: ${needed} ${WORDS[results.get(needed)?.verdict.status ?? 'error']}`,
      )
    }
    return gate.run(inner)
  })
  const ended = new AbortController()
  const budgetOver = clock.sleep(budget, ended.signal).then(() => 'over' as const)
  const stopped = new Promise<'over'>((resolve) => {
    if (signal.aborted) resolve('over')
    signal.addEventListener('abort', () => resolve('over'), { once: true })
  })
  let first = await Promise.race([attempt, budgetOver, stopped])
  const late = first === 'over'
  if (late) {
    own.abort()
    first = await Promise.race([attempt, clock.sleep(GRACE_MS, ended.signal).then(() => 'over' as const)])
  }
  ended.abort()
  if (context.signal.aborted && late) return not('inconclusive', 'the run was stopped before this gate ended')
  if (late) {
    const what = total.aborted ? 'the time for all gates was spent' : `no answer within ${seconds(budget)}`
    const kept = typeof first === 'object' && 'verdict' in first ? first.artifacts : {}
    const left = first === 'over' ? '; it did not react to being stopped' : ''
    return gateResult(gate.id, context, {
      status: 'timed_out',
      reason: `${what}${left}`,
      score: 0,
      findings: [overdue(what)],
      artifacts: kept,
    })
  }
  if (first === 'over') return not('timed_out', 'it did not react to being stopped')
  return 'thrown' in first ? not('error', `the gate itself failed: ${first.thrown}`) : first
}

function overdue(what: string): Finding {
  return {
    rule: 'gate-timeout',
    severity: 'error',
    message: `${what}, and what it ran was stopped`,
    fix: 'make its command end by itself; `gate_seconds` in .github/autopilot.yml says how long is waited for it',
  }
}

const WORDS: Readonly<Record<string, string>> = {
  fail: 'failed',
  error: 'could not be run',
  timed_out: 'took too long',
  inconclusive: 'is inconclusive',
  pending: 'is pending',
}

/** A thrown error is a bug of a gate; it becomes an answer here so that one broken gate never hides the others. */
async function settle(work: () => Promise<GateResult>): Promise<GateResult | { thrown: string }> {
  return work().then(
    (result) => result,
    (error: unknown) => ({
      thrown: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    }),
  )
}

/** Forwards instead of spreading: a context may be an object with methods, and `dependencies` changes while gates run. */
function contextOf(
  context: GateContext,
  gate: Gate,
  results: ReadonlyMap<string, GateResult>,
  signal: AbortSignal,
): GateContext {
  const needed = gate.needs.flatMap((id) => {
    const result = results.get(id)
    return result === undefined ? [] : [[id, result] as const]
  })
  return {
    base: context.base,
    changes: context.changes,
    plan: context.plan,
    spec: context.spec,
    tier: context.tier,
    thresholds: context.thresholds,
    protectedPaths: context.protectedPaths,
    toolchain: context.toolchain,
    get dependencies() {
      return context.dependencies
    },
    results: new Map(needed),
    workspace: (purpose, of) => context.workspace(purpose, of),
    install: (of) => context.install(of, signal),
    readBase: (path) => context.readBase(path),
    readHead: (path) => context.readHead(path),
    signal,
  }
}

/** observe: what would hold is a warning, said so. */
function shown(result: GateResult, mode: GateMode): GateResult {
  if (mode !== 'observe' || permits(result.verdict.status)) return result
  const reason = `only observed, would be ${result.verdict.status}: ${result.verdict.reason}`
  return { ...result, verdict: { ...result.verdict, status: 'warn', reason } }
}

function reportOf(
  gates: readonly Gate[],
  context: GateContext,
  results: ReadonlyMap<string, GateResult>,
  options: RunGatesOptions,
): GateRun {
  const artifacts: Record<string, string> = {
    'test_results.json': JSON.stringify(NO_TESTS, null, 2),
    'coverage_report.json': JSON.stringify(NO_COVERAGE, null, 2),
    'build_output.log': renderBuildLog([]),
  }
  const reports = gates.map((gate): GateReport => {
    const raw = results.get(gate.id)
    if (raw === undefined) throw new TypeError(`runGates: ${gate.id} left no result`)
    Object.assign(artifacts, raw.artifacts)
    const { verdict, score, measured, threshold } = shown(raw, modeOf(options, gate.id))
    const subject = { ...options.subject, tree: context.changes.tree }
    return {
      id: gate.id,
      title: gate.title,
      verdict: { ...verdict, subject },
      weight: gate.weight,
      safety: gate.safety,
      score,
      measured: { ...measured },
      threshold: { ...threshold },
    }
  })
  const score = scoreOf(reports)
  const report: QualityReport = {
    schema: 'autopilot/quality-report@1',
    iteration: options.iteration,
    subject: { ...options.subject, tree: context.changes.tree },
    gates: reports,
    ...score,
    delta_previous:
      options.previous === null ? null : Math.round((score.score - options.previous.score) * 10_000) / 10_000,
    failure_signature: failureSignature(reports),
  }
  artifacts['quality_report.json'] = JSON.stringify(report, null, 2)
  return { report, results, artifacts }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}
