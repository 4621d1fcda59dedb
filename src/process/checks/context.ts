// Owns what a check of evidence may look at and how it complains.
import type { z } from 'zod'
import type { Phase, Sha } from '../../contracts/base.ts'
import type { Digest } from '../../contracts/canonical.ts'
import type { Contract } from '../../contracts/contract.ts'
import { CouncilVerdictContract } from '../../contracts/council.ts'

/** What a check may look at. */
export interface EvidenceContext {
  readonly phase: Phase
  /** The file that is judged, as UTF-8. */
  readonly text: string
  /**
   * Another file, read by its contract. undefined when it is missing, altered or unparsable: the verdict of that file
   * says so, and a check that needs it stays silent rather than say it twice.
   */
  value: <S extends z.ZodType>(of: Contract<S>, phase: Phase, name: string) => z.infer<S> | undefined
  /** Recorded digest of a file of this or an earlier phase. */
  digest: (phase: Phase, name: string) => Digest | undefined
  readonly iteration: number
  readonly published: { readonly tree: Sha } | null
}

export interface Complaint {
  /**
   * `evidence-inconsistent`: the file contradicts what it stands on, a defect of the process.
   * `evidence-not-accepted`: honest evidence of a result that does not lead on.
   */
  readonly rule: 'evidence-inconsistent' | 'evidence-not-accepted'
  readonly message: string
  readonly fix: string
}
export type Check = (context: EvidenceContext) => readonly Complaint[]

export const inconsistent = (message: string, fix: string): Complaint => ({
  rule: 'evidence-inconsistent',
  message,
  fix,
})
export const notAccepted = (message: string, fix: string): Complaint => ({
  rule: 'evidence-not-accepted',
  message,
  fix,
})

/** A council of this kind approves. */
export function approved(
  c: EvidenceContext,
  phase: Phase,
  name: string,
  session: 'plan' | 'change',
): readonly Complaint[] {
  const verdict = c.value(CouncilVerdictContract, phase, name)
  if (verdict === undefined) return []
  if (verdict.session !== session) {
    return [inconsistent(`is of a ${verdict.session} session; ${session} is needed`, 'ask the council again')]
  }
  return verdict.decision === 'approve'
    ? []
    : [notAccepted(`is ${verdict.decision}: ${verdict.reason}`, 'return with the reasons, or close the run')]
}
