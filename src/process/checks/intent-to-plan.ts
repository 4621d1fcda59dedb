// Owns what the evidence of STRATEGIZE, SPEC, PLAN and THINK must say before its phase is passed.
import { load } from 'js-yaml'
import { canonicalJson, digestOfJson } from '../../contracts/canonical.ts'
import { problemsOf } from '../../contracts/contract.ts'
import { IntentContract } from '../../contracts/intent.ts'
import { PlanContract } from '../../contracts/plan.ts'
import { CawsSpec, WorkingSpecContract } from '../../contracts/working-spec.ts'
import { approved, inconsistent, notAccepted } from './context.ts'
import type { Check, Complaint } from './context.ts'

/** Bytes; the size that still fits into every prompt (R10). */
const ANCHOR_BYTES = 2048

export const noToolchainYet: Check = (c) => {
  const intent = c.value(IntentContract, 'STRATEGIZE', 'intent.json')
  return intent === undefined || intent.toolchain_hypotheses.length === 0
    ? []
    : [inconsistent('names a toolchain before the repository was read', 'leave toolchain_hypotheses to SPEC')]
}

export const anchorOfIntent: Check = (c) => {
  const intent = c.value(IntentContract, 'STRATEGIZE', 'intent.json')
  const bytes = Buffer.byteLength(c.text, 'utf8')
  const complaints: Complaint[] = []
  if (bytes > ANCHOR_BYTES) {
    complaints.push(
      inconsistent(`has ${bytes} bytes; at most ${ANCHOR_BYTES} are allowed`, 'shorten the anchor'),
    )
  }
  if (intent !== undefined && intent.intent_anchor.trimEnd() !== c.text.trimEnd()) {
    complaints.push(inconsistent('differs from intent_anchor in intent.json', 'write both from one value'))
  }
  return complaints
}

export const sameRequest: Check = (c) => {
  const first = c.value(IntentContract, 'STRATEGIZE', 'intent.json')
  const now = c.value(IntentContract, 'SPEC', 'intent.json')
  if (first === undefined || now === undefined) return []
  return first.raw_input_digest === now.raw_input_digest && first.intent_anchor === now.intent_anchor
    ? []
    : [inconsistent('has another request or anchor than STRATEGIZE pinned', 'only add to the intent in SPEC')]
}

export const yamlIsSpec: Check = (c) => {
  const parsed = CawsSpec.safeParse(parseYaml(c.text))
  if (!parsed.success) {
    return [inconsistent(`is no CAWS spec: ${problemsOf(parsed.error)[0]}`, 'write it from spec.json')]
  }
  const spec = c.value(WorkingSpecContract, 'SPEC', 'spec.json')
  return spec === undefined || canonicalJson(spec.caws) === canonicalJson(parsed.data)
    ? []
    : [inconsistent('says something else than `caws` in spec.json', 'write it from spec.json')]
}

export const planOfSpec: Check = (c) => {
  const plan = c.value(PlanContract, 'PLAN', 'plan.json')
  const spec = c.value(WorkingSpecContract, 'SPEC', 'spec.json')
  if (plan === undefined || spec === undefined) return []
  return plan.spec === digestOfJson(spec) || plan.spec === c.digest('SPEC', 'spec.json')
    ? []
    : [inconsistent('was made for another spec than the one that passed SPEC', 'plan again from spec.json')]
}

export const planApproved: Check = (c) => approved(c, 'THINK', 'plan_review.json', 'plan')

export const noOpenQuestions: Check = (c) => {
  const questions = c.value(IntentContract, 'SPEC', 'intent.json')?.open_questions ?? []
  return questions
    .filter((question) => question.blocking)
    .map((question) =>
      notAccepted(`question ${question.id} is open: ${question.question}`, 'answer it before IMPLEMENT'),
    )
}

function parseYaml(text: string): unknown {
  try {
    return load(text)
  } catch {
    return undefined
  }
}
