// Owns the rubric of a change (R40): the share of rules that hold, for each of five questions.
import type { Constitution, CouncilVerdict, Criterion, Rubric } from '../contracts/council.ts'

type Scored = Rubric['criteria'][Criterion]

/** Evidence `review_rubric.json` and `code_quality_score.json`, from the verdict of a change session. */
export function rubricOf(verdict: CouncilVerdict, constitution: Constitution): Rubric {
  const answers = new Map(
    verdict.votes.flatMap((v) => v.verdict.children.map((rule) => [rule.name, rule.status] as const)),
  )
  const score = (criterion: Criterion): Scored => {
    const rules = constitution.rules.filter(
      (rule) => rule.session === verdict.session && rule.criterion === criterion && answers.has(rule.id),
    )
    const failed = rules.filter((rule) => answers.get(rule.id) !== 'pass').map((rule) => rule.id)
    if (rules.length === 0) return { score: 0, because: 'no rule was asked' }
    const share = Math.round(((rules.length - failed.length) / rules.length) * 1000) / 1000
    const held = `${rules.length - failed.length} of ${rules.length} rules hold`
    return { score: share, because: failed.length === 0 ? held : `${held}; not ${failed.join(', ')}` }
  }
  const criteria = {
    readability: score('readability'),
    maintainability: score('maintainability'),
    performance: score('performance'),
    security: score('security'),
    governance: score('governance'),
  } satisfies Record<Criterion, Scored>
  const scores = Object.values(criteria).map((one) => one.score)
  const mean = scores.reduce((sum, one) => sum + one, 0) / scores.length
  return { schema: 'autopilot/rubric@1', criteria, overall: Math.round(mean * 1000) / 1000 }
}
