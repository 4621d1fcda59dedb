// Owns what REVIEW leaves beside the council's verdict: the rubric, the score, and what the loop decided.
import { z } from 'zod'
import { contract, tag } from './contract.ts'
import { RefinementDecision, RefinementDirective, SatisficingResult } from './refinement.ts'
import { Subject } from './verdict.ts'

/** Evidence `review_rubric.json`: one row a question; scores and thresholds are ratios 0..1. */
export const ReviewRubric = z.strictObject({
  schema: tag('review-rubric', 1),
  subject: Subject,
  items: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        text: z.string().min(1),
        score: z.number().min(0).max(1),
        threshold: z.number().min(0).max(1),
        /** Gate, rule or file that the score comes from. */
        because: z.string().min(1),
      }),
    )
    .min(1),
})
export type ReviewRubric = z.infer<typeof ReviewRubric>
export const ReviewRubricContract = contract('review-rubric', 1, ReviewRubric)

/** Evidence `code_quality_score.json`: the quality report's score, and what each gate gave to it. */
export const CodeQualityScore = z.strictObject({
  schema: tag('code-quality-score', 1),
  iteration: z.int().min(1),
  score: z.number().min(0).max(1),
  parts: z.record(z.string(), z.number().min(0).max(1)),
})
export type CodeQualityScore = z.infer<typeof CodeQualityScore>
export const CodeQualityScoreContract = contract('code-quality-score', 1, CodeQualityScore)

/** Evidence `refinement.json`: accept, refine or reject; why the loop stops or not; what comes next. */
export const ReviewRefinement = z.strictObject({
  schema: tag('review-refinement', 1),
  decision: RefinementDecision,
  satisficing: SatisficingResult,
  /** Set when the decision is refine. */
  directive: RefinementDirective.nullable(),
})
export type ReviewRefinement = z.infer<typeof ReviewRefinement>
export const ReviewRefinementContract = contract('review-refinement', 1, ReviewRefinement)
