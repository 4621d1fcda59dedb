// Owns how a gate puts its answer together: one verdict, its figures, its artifacts.
import type { Finding, Status } from '../contracts/verdict.ts'
import type { Gate, GateContext, GateResult } from '../ports.ts'

export interface Answer {
  status: Status
  /** One sentence, with the figures that decided. */
  reason: string
  value?: string
  needs?: string
  /** The figures come from code under test. */
  reported?: true
  findings?: readonly Finding[]
  score?: number | null
  measured?: Readonly<Record<string, number>>
  threshold?: Readonly<Record<string, number>>
  artifacts?: Readonly<Record<string, string>>
}

/** The orchestrator fills in the duration and the whole subject; a gate knows the tree alone. */
export function gateResult(id: string, context: Pick<GateContext, 'changes'>, answer: Answer): GateResult {
  return {
    verdict: {
      name: id,
      status: answer.status,
      reason: answer.reason,
      subject: { tree: context.changes.tree },
      ...(answer.value !== undefined && { value: answer.value }),
      ...(answer.needs !== undefined && { needs: answer.needs }),
      ...(answer.reported !== undefined && { reported: answer.reported }),
      findings: atMost(answer.findings ?? []),
      children: [],
    },
    score: answer.score ?? null,
    measured: answer.measured ?? {},
    threshold: answer.threshold ?? {},
    durationMs: 0,
    artifacts: answer.artifacts ?? {},
  }
}

/** Threat: 10,000 findings of one hostile change fill every report. The evidence keeps all; a verdict keeps these. */
const MAX_FINDINGS = 100

function atMost(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= MAX_FINDINGS) return findings
  const left = findings.length - MAX_FINDINGS + 1
  const worst = findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity])
  return [
    ...worst.slice(0, MAX_FINDINGS - 1),
    { rule: 'more-findings', severity: 'info', message: `${left} more findings are left out here` },
  ]
}
const RANK = { error: 0, warning: 1, info: 2 } as const

export const EMPTY_CHANGE = 'the change touches no file'

/** `1 file`, `2 files`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(names: readonly string[], limit = 3): string {
  if (names.length <= 1) return names[0] ?? 'none'
  if (names.length > limit)
    return `${names.slice(0, limit - 1).join(', ')} and ${names.length - limit + 1} more`
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** For a gate that runs one step of the toolchain; `because` says what a repository without that step lacks. */
export function appliesToStep(
  context: GateContext,
  step: 'install' | 'lint' | 'typecheck' | 'test',
  because: string,
): ReturnType<Gate['applies']> {
  if (context.changes.files.length === 0) return { applies: false, because: EMPTY_CHANGE }
  if (context.toolchain === null) return { applies: false, because: 'no known toolchain' }
  return context.toolchain[step] === null ? { applies: false, because } : { applies: true }
}
