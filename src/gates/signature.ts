// Owns the failure signature: same failures, same digest, so that the loop sees that it walks in a circle.
import { type Digest, digestInDomain } from '../contracts/canonical.ts'
import type { GateReport } from '../contracts/quality-report.ts'
import { permits } from '../contracts/verdict.ts'

/**
 * Digest of the sorted (gate, status, rule, path, words) of every error that holds; null when nothing holds. The line
 * of a location is left out, since it moves with every edit above it; of a test only the id counts, since what a
 * failing test says can change from run to run.
 */
export function failureSignature(gates: readonly GateReport[]): Digest | null {
  const failures = gates
    .filter((gate) => !permits(gate.verdict.status))
    .flatMap((gate) => {
      const errors = gate.verdict.findings.filter((finding) => finding.severity === 'error')
      return errors.length === 0
        ? [[gate.id, gate.verdict.status, '', '', '']]
        : errors.map((finding) => [
            gate.id,
            gate.verdict.status,
            finding.rule,
            finding.location?.path ?? '',
            wordsOf(finding.message),
          ])
    })
  if (failures.length === 0) return null
  const sorted = failures.map((parts) => JSON.stringify(parts)).sort()
  return digestInDomain('autopilot/failure-signature@1', sorted)
}

/** A test's id ends in its ordinal: `file > title > 1: what it said`. */
function wordsOf(message: string): string {
  return /^.* > \d+(?=: )/.exec(message)?.[0] ?? message
}
