// Owns deciding again, from a bundle alone, everything that rules decided, and comparing it with what was recorded.
import { createHash } from 'node:crypto'
import { applyPatch, parsePatch, reversePatch } from 'diff'
import type { z } from 'zod'
import { canonicalJson, digestOf, type Digest } from '../contracts/canonical.ts'
import { ChangeSetContract, contentBytes, type ChangeSet } from '../contracts/change-set.ts'
import type { Contract } from '../contracts/contract.ts'
import { CouncilVerdictContract, type Constitution } from '../contracts/council.ts'
import { RunOutcomeContract } from '../contracts/outcome.ts'
import { PlanContract } from '../contracts/plan.ts'
import type { Policy } from '../contracts/policy.ts'
import { QualityReportContract } from '../contracts/quality-report.ts'
import { ReviewRefinementContract } from '../contracts/review.ts'
import { Settings, type GateMode } from '../contracts/settings.ts'
import { firedTriggers } from '../contracts/triggers.ts'
import { permits, type Verdict } from '../contracts/verdict.ts'
import { WorkingSpecContract } from '../contracts/working-spec.ts'
import { parseConstitution } from '../council/constitution.ts'
import { reviewChange, reviewPlan } from '../council/review.ts'
import { ChangeSubject, PlanSubject } from '../council/subjects.ts'
import { rederiveGates } from '../gates/rederive.ts'
import { scoreOf } from '../gates/score.ts'
import { parsePolicy } from '../policy/load.ts'
import { decideRefinement } from '../refinement/decide.ts'
import { parseJson } from '../work/bundle.ts'
import { changeOutcome } from './change-outcome.ts'
import { councilOf } from './council.ts'
import { withSettings } from './inputs.ts'
import { leaf, type LoadedBundle } from './loaded-bundle.ts'

/** One verdict for each kind of decision that the bundle holds; what a run never came to is not applicable. */
export async function rederiveDecisions(bundle: LoadedBundle): Promise<readonly Verdict[]> {
  const inputs = await readInputs(bundle)
  if ('problem' in inputs) return [leaf('rederived: inputs', [inputs.problem], '')]
  return [
    await planReview(bundle, inputs),
    await ruleGates(bundle, inputs),
    await changeReview(bundle, inputs),
    await refinement(bundle),
    await outcome(bundle),
  ]
}

interface Inputs {
  /** Of the text, as the reviews name it in their subject. */
  policyDigest: Digest
  policy: Policy
  constitution: Constitution
  settings: Settings
}

async function readInputs(bundle: LoadedBundle): Promise<Inputs | { problem: string }> {
  const policyText = (await text(bundle, 'inputs/policy.yml')) ?? ''
  const constitutionText = (await text(bundle, 'inputs/constitution.yml')) ?? ''
  const policy = parsePolicy(policyText, 'inputs/policy.yml')
  const constitution = parseConstitution(constitutionText, 'inputs/constitution.yml')
  const settings = Settings.safeParse(await json(bundle, 'inputs/settings.json'))
  if (!policy.ok || !constitution.ok || !settings.success) {
    return { problem: 'policy, constitution or settings of the run do not parse' }
  }
  return {
    policyDigest: digestOf(policyText),
    policy: withSettings(policy.value, settings.data),
    constitution: constitution.value,
    settings: settings.data,
  }
}

async function planReview(
  bundle: LoadedBundle,
  { policy, policyDigest, constitution }: Inputs,
): Promise<Verdict> {
  const name = 'rederived: plan review'
  const folder = 'evidence/THINK'
  const recorded = await contract(bundle, `${folder}/plan_review.json`, CouncilVerdictContract)
  if (recorded === undefined) return notReached(name)
  const subject = PlanSubject.safeParse(await json(bundle, `${folder}/plan_subject.json`))
  if (!subject.success) return leaf(name, ['plan_subject.json does not parse'], '')
  const { data } = subject
  const problems: string[] = []
  if (data.subject.policy !== policyDigest) problems.push('it was reviewed under another policy')
  if (!same(data.spec, await json(bundle, 'evidence/SPEC/spec.json')))
    problems.push('another spec was reviewed')
  if (!same(data.plan, await json(bundle, 'evidence/PLAN/plan.json')))
    problems.push('another plan was reviewed')
  if (!same(data.thresholds, policy.tiers[data.plan.risk_tier]))
    problems.push('the thresholds are not the policy’s')
  if (!same(data.protected_paths, policy.protected_paths)) {
    problems.push('the protected paths are not those of policy and settings')
  }
  const again = reviewPlan(data, constitution, councilOf(policy, 'plan'))
  if (!same(again, recorded)) problems.push(`the council decides ${again.decision}: ${again.reason}`)
  return leaf(name, problems, `the council decides ${recorded.decision} again, vote by vote`)
}

async function ruleGates(bundle: LoadedBundle, { policy, settings }: Inputs): Promise<Verdict> {
  const name = 'rederived: gates'
  const report = await contract(bundle, 'evidence/VERIFY/quality_report.json', QualityReportContract)
  const changes = await contract(bundle, 'evidence/IMPLEMENT/change_set.json', ChangeSetContract)
  const plan = await contract(bundle, 'evidence/PLAN/plan.json', PlanContract)
  const spec = await contract(bundle, 'evidence/SPEC/spec.json', WorkingSpecContract)
  if (report === undefined || changes === undefined || plan === undefined || spec === undefined)
    return notReached(name)
  const diff = (await text(bundle, 'evidence/IMPLEMENT/git_diff.patch')) ?? ''
  const before = beforeImages(changes, diff)
  const answers = await rederiveGates({
    base: changes.base,
    changes,
    plan,
    spec,
    tier: plan.risk_tier,
    thresholds: policy.tiers[plan.risk_tier],
    protectedPaths: policy.protected_paths,
    readBase: (path) => Promise.resolve(before.get(path)),
  })
  const problems: string[] = []
  const modes: Readonly<Record<string, GateMode>> = settings.gates
  for (const [id, { verdict }] of answers) {
    const recorded = report.gates.find((gate) => gate.id === id)?.verdict
    const mode = modes[id] ?? 'enforce'
    if (mode === 'off') continue
    const status = mode === 'observe' && !permits(verdict.status) ? 'warn' : verdict.status
    if (recorded === undefined) problems.push(`${id} comes out as ${status}, recorded is nothing`)
    else if (recorded.status !== status || !same(recorded.findings, verdict.findings)) {
      problems.push(`${id} comes out as ${status}, recorded is ${recorded.status}`)
    }
  }
  const { score, safety_capped, accepted } = report
  const sum = scoreOf(report.gates)
  if (!same(sum, { score, safety_capped, accepted })) {
    problems.push(`the score comes out as ${sum.score}, recorded is ${score}`)
  }
  return leaf(name, problems, `${[...answers.keys()].join(', ')} decide as recorded`)
}

/** What stood before, made from after-image and diff, and believed only when its blob id is the recorded one. */
function beforeImages(changes: ChangeSet, diff: string): ReadonlyMap<string, Uint8Array> {
  const images = new Map<string, Uint8Array>()
  const patches = new Map(
    parsePatch(diff).map((patch) => [(patch.newFileName ?? '').replace(/^b\//, ''), patch]),
  )
  for (const file of changes.files) {
    const patch = patches.get(file.path)
    if (file.before === null || file.after === null || file.binary || patch === undefined) continue
    const after = Buffer.from(contentBytes(file.after.content)).toString('utf8')
    const text = applyPatch(after, reversePatch(patch))
    if (text === false) continue
    const bytes = Buffer.from(text)
    if (blobId(bytes, file.before.blob) === file.before.blob) images.set(file.path, bytes)
  }
  return images
}

function blobId(bytes: Uint8Array, like: string): string {
  return createHash(like.length === 40 ? 'sha1' : 'sha256')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
}

async function changeReview(
  bundle: LoadedBundle,
  { policy, policyDigest, constitution }: Inputs,
): Promise<Verdict> {
  const name = 'rederived: change review'
  const folder = 'evidence/REVIEW'
  const recorded = await contract(bundle, `${folder}/council_verdict.json`, CouncilVerdictContract)
  if (recorded === undefined) return notReached(name)
  const subject = ChangeSubject.safeParse(await json(bundle, `${folder}/change_subject.json`))
  if (!subject.success) return leaf(name, ['change_subject.json does not parse'], '')
  const { data } = subject
  const problems: string[] = []
  if (data.subject.policy !== policyDigest) problems.push('it was reviewed under another policy')
  const parts = [
    [data.changes, 'evidence/IMPLEMENT/change_set.json', 'change'],
    [data.report, 'evidence/VERIFY/quality_report.json', 'quality report'],
    [data.plan, 'evidence/PLAN/plan.json', 'plan'],
    [data.spec, 'evidence/SPEC/spec.json', 'spec'],
  ] as const
  for (const [value, path, what] of parts) {
    if (!same(value, await json(bundle, path))) problems.push(`another ${what} was reviewed`)
  }
  if (data.diff !== (await text(bundle, 'evidence/IMPLEMENT/git_diff.patch')))
    problems.push('another diff was reviewed')
  const triggers = firedTriggers(policy.risk_triggers, { files: data.changes.files, diff: data.diff })
  if (!same(data.triggers, triggers)) problems.push('other risk triggers fire')
  if (!same(data.protected_paths, policy.protected_paths)) {
    problems.push('the protected paths are not those of policy and settings')
  }
  const again = reviewChange(data, constitution, councilOf(policy, 'change'))
  if (!same(again, recorded)) problems.push(`the council decides ${again.decision}: ${again.reason}`)
  return leaf(name, problems, `the council decides ${recorded.decision} again, vote by vote`)
}

async function refinement(bundle: LoadedBundle): Promise<Verdict> {
  const name = 'rederived: decision'
  const recorded = await contract(bundle, 'evidence/REVIEW/refinement.json', ReviewRefinementContract)
  const council = await contract(bundle, 'evidence/REVIEW/council_verdict.json', CouncilVerdictContract)
  if (recorded === undefined || council === undefined) return notReached(name)
  const again = decideRefinement(recorded.satisficing, council)
  const problems = same(again, recorded.decision) ? [] : [`the decision comes out as ${again.decision}`]
  return leaf(name, problems, `${recorded.decision.decision}, as recorded`)
}

/** What the run says it ended in, against the evidence that passed. */
async function outcome(bundle: LoadedBundle): Promise<Verdict> {
  const name = 'rederived: outcome'
  const recorded = await contract(bundle, 'outcome.json', RunOutcomeContract)
  const closed = bundle.run.at(-1)?.event
  if (recorded === undefined || closed?.kind !== 'run.closed') return notReached(name)
  const problems: string[] = []
  if (recorded.kind !== closed.result) {
    problems.push(`the run chain ends in ${closed.result}, outcome.json in ${recorded.kind}`)
  }
  const { sha } = bundle.manifest.base
  const changes = await contract(bundle, 'evidence/IMPLEMENT/change_set.json', ChangeSetContract)
  if (changes !== undefined && changes.base !== sha) {
    problems.push(`the change stands on ${changes.base}; the run on ${sha}`)
  }
  if (recorded.kind === 'change') {
    const report = await contract(bundle, 'evidence/VERIFY/quality_report.json', QualityReportContract)
    const record = bundle.manifest.files.find((file) => file.path === 'evidence/IMPLEMENT/change_set.json')
    if (changes === undefined || report === undefined || record === undefined) {
      problems.push('the evidence of the change is not there')
    } else if (!same(recorded, changeOutcome(record.sha256, changes, report))) {
      problems.push('outcome.json says something else than the evidence of the change')
    }
  }
  return leaf(name, problems, `${recorded.kind}, as the evidence says`)
}

function notReached(name: string): Verdict {
  const reason = 'The run did not come so far, or its evidence was voided by a return.'
  return { name, status: 'not_applicable', reason, subject: {}, findings: [], children: [] }
}

async function text(bundle: LoadedBundle, path: string): Promise<string | undefined> {
  const bytes = await bundle.read(path)
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
}

async function json(bundle: LoadedBundle, path: string): Promise<unknown> {
  const bytes = await bundle.read(path)
  return bytes === undefined ? undefined : parseJson(bytes)
}

async function contract<S extends z.ZodType>(
  bundle: LoadedBundle,
  path: string,
  of: Contract<S>,
): Promise<z.infer<S> | undefined> {
  const parsed = of.parse(await json(bundle, path))
  return parsed.ok ? parsed.value : undefined
}

function same(a: unknown, b: unknown): boolean {
  return a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b)
}
