// Owns the rubric of a change (R40): the share of rules that hold, for each of five questions, and the share needed.
import { Criterion, type Constitution, type CouncilVerdict } from '../contracts/council.ts'
import type { ReviewRubric } from '../contracts/review.ts'

/** What each question asks, and below which share a review does not lead on whatever the votes say. */
const QUESTIONS: Readonly<Record<Criterion, { text: string; threshold: number }>> = {
  readability: { text: 'Can a reader follow the change?', threshold: 0.5 },
  maintainability: { text: 'Does the change leave the code easier, or no harder, to keep?', threshold: 0.5 },
  performance: { text: 'Does the change avoid needless work?', threshold: 0.5 },
  // one rule that is not critical may fail; a critical one is a veto before it comes to a rubric
  security: { text: 'Does the change keep the code as safe as it was?', threshold: 0.8 },
  governance: { text: 'Does the change keep to what was asked and allowed?', threshold: 0.5 },
}

/** Evidence `review_rubric.json`. A question that no seated judge answered scores 0: unmeasured is never good. */
export function rubricOf(verdict: CouncilVerdict, constitution: Constitution): ReviewRubric {
  const answers = new Map(
    verdict.votes.flatMap((v) => v.verdict.children.map((rule) => [rule.name, rule.status] as const)),
  )
  return {
    schema: 'autopilot/review-rubric@1',
    subject: verdict.subject,
    items: Criterion.options.map((id) => {
      const rules = constitution.rules.filter(
        (rule) => rule.session === verdict.session && rule.criterion === id && answers.has(rule.id),
      )
      return {
        id,
        ...QUESTIONS[id],
        ...shareOf(
          rules.map((rule) => rule.id),
          answers,
        ),
      }
    }),
  }
}

function shareOf(
  rules: readonly string[],
  answers: ReadonlyMap<string, string>,
): { score: number; because: string } {
  if (rules.length === 0) return { score: 0, because: 'no rule was asked' }
  const failed = rules.filter((rule) => answers.get(rule) !== 'pass')
  const held = `${rules.length - failed.length} of ${rules.length} rules hold`
  return {
    score: Math.round(((rules.length - failed.length) / rules.length) * 1000) / 1000,
    because: failed.length === 0 ? held : `${held}; not ${failed.join(', ')}`,
  }
}
