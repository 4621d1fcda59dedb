// Owns the gates of a run as one verdict, for every renderer that takes a tree.
import { permits, worstStatus } from '../contracts/verdict.ts'
import type { Verdict } from '../contracts/verdict.ts'

export function qualityTree(gates: readonly Verdict[]): Verdict {
  const held = gates.filter((gate) => !permits(gate.status))
  const applied = gates.filter((gate) => gate.status !== 'not_applicable')
  const names = held.map((gate) => gate.name).join(', ')
  return {
    name: 'quality',
    status: worstStatus(gates.map((gate) => gate.status)),
    reason:
      held.length === 0
        ? passed(applied.length)
        : `Held by ${held.length} of ${applied.length} gates: ${names}.`,
    subject: gates[0]?.subject ?? {},
    findings: [],
    children: gates,
  }
}

function passed(gates: number): string {
  if (gates === 0) return 'No gate applies.'
  return gates === 1 ? 'The one gate that applies passes.' : `All ${gates} gates that apply pass.`
}
