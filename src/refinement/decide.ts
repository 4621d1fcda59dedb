// Owns the decision after a round: accept, refine or reject, with the reason of the stop rule.
import type { CouncilVerdict } from '../contracts/council.ts'
import type { RefinementDecision, SatisficingResult } from '../contracts/refinement.ts'

/**
 * `satisficed` is the answer of the stop rule on a history whose last round holds this council's verdict. A verdict
 * that does not approve never leads to acceptance, even when the caller forgot it there.
 */
export function decideRefinement(
  satisficed: SatisficingResult,
  council: CouncilVerdict | null,
): RefinementDecision {
  const decide = (decision: RefinementDecision['decision'], rationale: string): RefinementDecision => ({
    schema: 'autopilot/refinement-decision@1',
    decision,
    rationale,
  })
  if (!satisficed.stop) return decide('refine', satisficed.rationale)
  if (!satisficed.accepted) return decide('reject', satisficed.rationale)
  if (council !== null && council.decision !== 'approve') {
    return decide('reject', `gates are met, and the council does not approve: ${council.reason}`)
  }
  return decide(
    'accept',
    council === null ? satisficed.rationale : `${satisficed.rationale}; ${council.reason}`,
  )
}
