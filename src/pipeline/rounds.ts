// Owns the refinement loop's memory: earlier rounds from voided evidence, and the decision after the present one.
import type { CouncilVerdict } from '../contracts/council.ts'
import { CouncilVerdictContract } from '../contracts/council.ts'
import type { QualityReport } from '../contracts/quality-report.ts'
import { QualityReportContract } from '../contracts/quality-report.ts'
import type { RefinementDirective } from '../contracts/refinement.ts'
import { ReviewRefinementContract, type ReviewRefinement } from '../contracts/review.ts'
import { iterationOf, voidedOfRun } from '../process/state.ts'
import { decideRefinement } from '../refinement/decide.ts'
import { directiveOf } from '../refinement/directive.ts'
import { roundOf } from '../refinement/round.ts'
import { satisfice } from '../refinement/satisfice.ts'
import type { StageContext } from './stage.ts'

/** Reports of earlier iterations, oldest first; of one that was measured again (a crash, lost evidence) the last. */
export async function earlierReports(context: StageContext): Promise<readonly QualityReport[]> {
  const voided = await context.readVoided('VERIFY', 'quality_report.json', QualityReportContract)
  const byIteration = new Map(voided.map((report) => [report.iteration, report]))
  return [...byIteration.values()].filter((report) => report.iteration < iterationOf(context.state))
}

/** What the last round told the worker to change, whichever phase sent the work back. */
export async function lastDirective(context: StageContext): Promise<RefinementDirective | null> {
  const last = voidedOfRun(context.state).findLast((record) => record.name === 'refinement.json')
  if (last === undefined) return null
  const rounds = await context.readVoided(last.phase, last.name, ReviewRefinementContract)
  return rounds.at(-1)?.directive ?? null
}

/** `refinement.json`: whether the loop ends here, why, and what comes next. */
export async function decideRound(
  context: StageContext,
  report: QualityReport,
  council: CouncilVerdict | null,
  canRefine: boolean,
): Promise<ReviewRefinement> {
  const { request, state } = context
  const earlier = await earlierReports(context)
  const councils = await context.readVoided('REVIEW', 'council_verdict.json', CouncilVerdictContract)
  const history = earlier.map((one) =>
    roundOf(one, councils.find((verdict) => verdict.subject.tree === one.subject.tree) ?? null),
  )
  const started = Date.parse(state.passed.STRATEGIZE?.at ?? '')
  const now = Date.parse(state.phase?.progress_at ?? '')
  const satisficing = satisfice({
    history: [...history, roundOf(report, council)],
    // Recipes ask no model: only time is spent. A gateway's meter comes in with the first worker that does.
    spent: { seconds: Number.isFinite(now - started) ? (now - started) / 1000 : 0, money_usd: 0, tokens: 0 },
    limits: request.limits,
    canRefine,
  })
  const left = request.limits.iterations - report.iteration
  return {
    schema: 'autopilot/review-refinement@1',
    decision: decideRefinement(satisficing, council),
    satisficing,
    directive: satisficing.stop ? null : directiveOf(report, council, left),
  }
}
