// Owns the one shape in which gates, judges, policy rules and evidence rules answer.
import { z } from 'zod'
import { BaseRef, RepoPath, Sha } from './base.ts'
import { Digest } from './canonical.ts'

export const Status = z.enum([
  'pass',
  'fail',
  'warn',
  'pending',
  'not_applicable',
  'inconclusive',
  'timed_out',
  'error',
])
export type Status = z.infer<typeof Status>

export const Location = z.strictObject({
  path: RepoPath,
  line: z.int().min(1).optional(),
  end_line: z.int().min(1).optional(),
})
export type Location = z.infer<typeof Location>

/** One thing to look at. `rule` can be looked up and argued with; `fix` says what to do. */
export const Finding = z.strictObject({
  rule: z.string().min(1),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string().min(1),
  location: Location.optional(),
  fix: z.string().optional(),
})
export type Finding = z.infer<typeof Finding>

/** What a verdict is about. A moved subject voids it. A run knows `tree`; the publisher adds `head`. */
export const Subject = z.strictObject({
  spec: Digest.optional(),
  base: BaseRef.optional(),
  tree: Sha.optional(),
  head: Sha.optional(),
  policy: Digest.optional(),
  constitution: Digest.optional(),
})
export type Subject = z.infer<typeof Subject>

export interface Verdict {
  /** Stable id: gate id, judge id, rule id. */
  name: string
  status: Status
  /** A sentence that a maintainer understands. */
  reason: string
  subject: Subject
  /** For the table: what was measured and what is asked, as text (`161/161`, `>= 80 %`). */
  value?: string | undefined
  needs?: string | undefined
  /** True when the figures come from code under test: alone they never permit anything. */
  reported?: boolean | undefined
  findings: readonly Finding[]
  children: readonly Verdict[]
}
export const Verdict: z.ZodType<Verdict> = z.strictObject({
  name: z.string().min(1),
  status: Status,
  reason: z.string().min(1),
  subject: Subject,
  value: z.string().optional(),
  needs: z.string().optional(),
  reported: z.boolean().optional(),
  findings: z.array(Finding),
  get children() {
    return z.array(Verdict)
  },
})

/** Worst first: the status of a whole is the first of these that any part has. */
const WORST_FIRST: readonly Status[] = [
  'error',
  'fail',
  'timed_out',
  'inconclusive',
  'pending',
  'warn',
  'pass',
]

/** Status of a whole from its parts; nothing but not_applicable parts (or none) is not_applicable, never a pass. */
export function worstStatus(statuses: readonly Status[]): Status {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'not_applicable'
}

/** pass, warn and not_applicable let work go on; everything else holds it. */
export function permits(status: Status): boolean {
  return status === 'pass' || status === 'warn' || status === 'not_applicable'
}
