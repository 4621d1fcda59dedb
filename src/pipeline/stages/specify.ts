// Owns SPEC: issue and repository become a working spec that passes its pre-flight, a question, or a refusal.
import { digestOfJson, evidenceJson } from '../../contracts/canonical.ts'
import { CouncilVerdictContract } from '../../contracts/council.ts'
import { IntentContract } from '../../contracts/intent.ts'
import { withFindings } from '../../planning/intent.ts'
import { normalise } from '../../planning/normalise.ts'
import { preflightLoop } from '../../planning/preflight.ts'
import { refusedOutcome } from '../../planning/refusals.ts'
import { renderSpec, renderSpecYaml } from '../../planning/render.ts'
import { repairSpec } from '../../planning/repair.ts'
import { decideRisk } from '../../planning/risk.ts'
import { draftSpec } from '../../planning/spec.ts'
import { layGroundwork } from '../groundwork.ts'
import type { StageContext, StageResult } from '../stage.ts'
import { stopWith } from '../stopping.ts'

export async function specify(context: StageContext): Promise<StageResult> {
  const { phase, policy, request } = context
  const wanted = await context.read('STRATEGIZE', 'intent.json', IntentContract)
  const ground = await layGroundwork(context)
  if (ground.kind === 'refused') return ground.result
  const { view, scan, toolchain, patch, title, prose, sketches } = ground
  const normalising = await normalise({
    title,
    prose,
    intent: wanted,
    patch,
    sketches,
    scan,
    files: view.files,
    readFile: view.readFile,
    tools: toolchain,
    policy: policy.value,
  })
  const hypotheses =
    toolchain === null
      ? []
      : [{ id: toolchain.id, confidence: toolchain.confidence, evidence: [...toolchain.evidence] }]
  if (normalising.kind === 'question') {
    const intent = withFindings(wanted, { hypotheses, questions: normalising.questions })
    const questions = [...normalising.questions]
    const note = questions[0]?.question ?? 'a question'
    const outcome = { schema: 'autopilot/run-outcome@1', kind: 'question', phase, questions } as const
    return { kind: 'ended', outcome, files: { 'intent.json': evidenceJson(intent) }, note }
  }
  const intent = withFindings(wanted, { hypotheses, questions: [] })
  if (normalising.kind === 'refused') {
    const outcome = refusedOutcome(normalising.refusals, phase)
    if (outcome === undefined) throw new Error('SPEC: refused without a refusal')
    const note = normalising.refusals[0]?.reason ?? 'refused'
    return { kind: 'ended', outcome, files: { 'intent.json': evidenceJson(intent) }, note }
  }
  const { task } = normalising
  const risk = decideRisk({
    asked: request.risk_tier ?? 2,
    triggers: policy.value.risk_triggers,
    tierPaths: policy.value.merge.tier_paths,
    files: task.files,
    patch,
  })
  const testCommand = toolchain?.test === null || toolchain === null ? null : 'npm test'
  const draft = draftSpec({ request, intent, task, risk, scan, testCommand })
  const about = { paths: scan.paths, planned: task.files, fired: risk.fired }
  // A council that rejected the last plan left reasons with repairs: they come before anything else (R36).
  const rejected = (await context.readVoided('THINK', 'plan_review.json', CouncilVerdictContract)).at(-1)
  const mended = rejected === undefined ? draft : repairSpec(draft, rejected.reasons, about)
  const checked = preflightLoop(mended, about)
  const files = {
    'intent.json': evidenceJson(intent),
    'problem.json': evidenceJson(task),
    'spec.json': evidenceJson(checked.spec),
    'spec.yaml': renderSpecYaml(checked.spec),
    'spec.md': renderSpec(checked.spec),
    'preflight.json': evidenceJson(
      checked.ok
        ? { ok: true, rounds: checked.rounds, checks: checked.checks }
        : { ok: false, rounds: checked.rounds, reasons: checked.reasons },
    ),
  }
  if (!checked.ok) {
    const reason = checked.reasons.map((one) => `${one.at}: ${one.message}`).join('; ')
    const would_help = 'say in the issue what is missing, and run again'
    return stopWith(
      phase,
      { rule: `preflight-${checked.reasons[0]?.id ?? 'spec'}`, reason, would_help },
      files,
    )
  }
  const { caws } = checked.spec
  const count = caws.acceptance.length
  const note = `${caws.id} ${digestOfJson(checked.spec).slice(7, 14)}, tier ${caws.risk_tier}, ${count} acceptance ${count === 1 ? 'criterion' : 'criteria'}, pre-flight ${checked.checks.length}/${checked.checks.length}`
  return { kind: 'passed', files, note }
}
