// Owns the score of a report: a weighted mean, capped when safety failed (R89), and whether the change is accepted.
import type { GateReport } from '../contracts/quality-report.ts'
import { permits } from '../contracts/verdict.ts'

/** Below every half, so that no weighting makes an unsafe change look good. */
export const SAFETY_CAP = 0.49

export interface Score {
  /** 0..1 */
  score: number
  safety_capped: boolean
  accepted: boolean
}

/**
 * A gate that does not apply has no part; one that holds without a figure counts as 0, so that a gate that breaks
 * never raises the score. Accepted: no gate holds, and at least one found something to judge.
 */
export function scoreOf(gates: readonly GateReport[]): Score {
  let sum = 0
  let weights = 0
  for (const gate of gates) {
    const held = !permits(gate.verdict.status)
    const score = gate.score ?? (held ? 0 : null)
    if (gate.weight === 0 || score === null) continue
    sum += gate.weight * score
    weights += gate.weight
  }
  const unsafe = gates.some((gate) => gate.safety && !permits(gate.verdict.status))
  const mean = weights === 0 ? 0 : Math.round((sum / weights) * 10_000) / 10_000
  return {
    score: unsafe ? Math.min(mean, SAFETY_CAP) : mean,
    safety_capped: unsafe,
    accepted:
      gates.every((gate) => permits(gate.verdict.status)) &&
      gates.some((gate) => gate.verdict.status === 'pass' || gate.verdict.status === 'warn'),
  }
}
