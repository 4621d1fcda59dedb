// Owns one round of the loop: what the stop rule needs of a quality report and, where it has spoken, the council.
import { digestInDomain } from '../contracts/canonical.ts'
import type { CouncilVerdict } from '../contracts/council.ts'
import type { QualityReport } from '../contracts/quality-report.ts'
import { permits } from '../contracts/verdict.ts'
import { byPriority, focusOf } from './focus.ts'
import type { Round } from './satisfice.ts'

export function roundOf(report: QualityReport, council: CouncilVerdict | null): Round {
  const held = report.gates.filter((gate) => !permits(gate.verdict.status)).map((gate) => gate.id)
  const rejected =
    council === null || council.decision === 'approve' ? [] : council.reasons.map((one) => one.rule)
  return {
    score: report.score,
    signature: signatureOf(report, council),
    accepted: report.accepted && (council === null || council.decision === 'approve'),
    safetyCapped: report.safety_capped,
    focus: byPriority([...held, ...rejected].map(focusOf)),
  }
}

/** A change that passes all gates and is rejected twice for the same reasons walks in a circle too. */
function signatureOf(report: QualityReport, council: CouncilVerdict | null): string | null {
  if (council === null || council.decision === 'approve') return report.failure_signature
  const reasons = council.reasons.map((one) => `${one.rule}\0${one.at ?? ''}`).sort()
  return digestInDomain('autopilot/round-signature@1', [report.failure_signature, council.decision, reasons])
}
