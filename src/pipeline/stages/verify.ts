// Owns VERIFY: the gates measure the change in fresh copies; what does not pass refines, or ends the run with its reason.
import { evidenceJson } from '../../contracts/canonical.ts'
import { ChangeSetContract } from '../../contracts/change-set.ts'
import { PlanContract } from '../../contracts/plan.ts'
import type { QualityReport } from '../../contracts/quality-report.ts'
import { permits } from '../../contracts/verdict.ts'
import { WorkingSpecContract } from '../../contracts/working-spec.ts'
import { runGates } from '../../gates/orchestrate.ts'
import { redactDeep } from '../../gates/secret-scan.ts'
import { GATES } from '../../gates/registry.ts'
import { iterationOf } from '../../process/state.ts'
import { makeGateContext } from '../gate-context.ts'
import { decideRound, earlierReports } from '../rounds.ts'
import { workerFor } from '../run-worker.ts'
import type { StageContext, StageResult } from '../stage.ts'
import { stopWith } from '../stopping.ts'
import { refuseToolchain, toolchainOf } from '../toolchain.ts'

export async function verify(context: StageContext): Promise<StageResult> {
  const { engine, policy, request, settings, signal } = context
  const changes = await context.read('IMPLEMENT', 'change_set.json', ChangeSetContract)
  const plan = await context.read('PLAN', 'plan.json', PlanContract)
  const spec = await context.read('SPEC', 'spec.json', WorkingSpecContract)
  const base = await toolchainOf(context, undefined)
  const change = await toolchainOf(context, changes)
  if (change.kind === 'problem') return refuseToolchain(context, change.problem)
  const gateContext = await makeGateContext({
    engine,
    base: request.base.sha,
    changes,
    plan,
    spec,
    thresholds: policy.value.tiers[plan.risk_tier],
    protectedPaths: policy.value.protected_paths,
    toolchains: {
      base: base.kind === 'known' ? base.toolchain : null,
      change: change.kind === 'known' ? change.toolchain : null,
    },
    signal,
  })
  const { artifacts, ...run } = await engine.watch.during('gates', () =>
    runGates(GATES, gateContext, {
      clock: engine.clock,
      subject: { base: request.base, tree: changes.tree, policy: policy.digest },
      iteration: iterationOf(context.state),
      previous: null,
      modes: settings.gates,
      budgets: inMilliseconds(settings.gate_seconds),
      onProgress: (event) => {
        if (event.state === 'finished')
          context.note(`${event.title}: ${event.verdict.value ?? event.verdict.reason}`)
      },
    }),
  )
  // what tools print is quoted in findings and reasons, and goes to people
  const report = await redactDeep(run.report)
  const before = (await earlierReports(context)).at(-1)
  const measured: QualityReport = {
    ...report,
    delta_previous: before === undefined ? null : Math.round((report.score - before.score) * 10_000) / 10_000,
  }
  const files = { ...artifacts, 'quality_report.json': evidenceJson(measured) }
  const applied = measured.gates.filter((gate) => gate.verdict.status !== 'not_applicable')
  const passed = applied.filter((gate) => permits(gate.verdict.status))
  const tests = measured.gates.find((gate) => gate.id === 'tests')?.verdict.value
  const note = `${passed.length} of ${applied.length} gates pass${tests === undefined ? '' : ` · tests ${tests}`}`
  if (measured.accepted) return { kind: 'passed', files, note }
  return hold(context, measured, files, note, workerFor(engine, plan)?.canRefine ?? false)
}

function inMilliseconds(seconds: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(seconds).map(([id, value]) => [id, value * 1000]))
}

async function hold(
  context: StageContext,
  report: QualityReport,
  files: Readonly<Record<string, string>>,
  note: string,
  canRefine: boolean,
): Promise<StageResult> {
  const round = await decideRound(context, report, null, canRefine)
  const held = report.gates.filter((gate) => !permits(gate.verdict.status))
  // A gate that was not run because another one holds says nothing of its own.
  const own = held.filter((gate) => !gate.verdict.reason.startsWith('not run:'))
  const reason = `${(own.length > 0 ? own : held).map((gate) => `${gate.id}: ${gate.verdict.reason}`).join('; ')}.`
  const all = { ...files, 'refinement.json': evidenceJson(round) }
  if (!round.satisficing.stop) {
    return { kind: 'returned', to: 'IMPLEMENT', reason, directive: round.directive, files: all, note }
  }
  const fixes = held.flatMap((gate) =>
    gate.verdict.findings.flatMap((one) => (one.fix === undefined ? [] : [one.fix])),
  )
  return stopWith(
    context.phase,
    {
      rule: held[0]?.id ?? 'quality',
      reason,
      stop_reason: round.satisficing.stop_reason,
      tried: [
        `${report.iteration} of ${context.request.limits.iterations} iterations: ${round.satisficing.rationale}`,
      ],
      would_help: fixes[0] ?? 'a change that passes the gates named above',
    },
    all,
  )
}
