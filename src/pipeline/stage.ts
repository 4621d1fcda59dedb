// Owns what a stage is given and what it may answer; every phase is bound to one stage.
import type { z } from 'zod'
import type { Phase } from '../contracts/base.ts'
import type { Constitution } from '../contracts/council.ts'
import type { Contract } from '../contracts/contract.ts'
import type { Digest } from '../contracts/canonical.ts'
import type { LedgerEvent } from '../contracts/ledger.ts'
import type { RunOutcome } from '../contracts/outcome.ts'
import type { Policy } from '../contracts/policy.ts'
import type { RefinementDirective } from '../contracts/refinement.ts'
import type { Settings } from '../contracts/settings.ts'
import type { TaskRequest } from '../contracts/task.ts'
import type { TaskState } from '../process/state.ts'
import type { ViolationCode } from '../process/violation.ts'
import type { Engine, TaskEngine } from './engine.ts'

export interface StageContext<E extends TaskEngine = Engine> {
  engine: E
  phase: Phase
  visit: number
  state: TaskState
  /** With the base that the present run was asked to stand on, where that is another than the request's own. */
  request: TaskRequest
  settings: Settings
  policy: { value: Policy; digest: Digest }
  /** Level of the sandbox, as the fingerprint has it; `none` while no run has brought one. */
  sandbox: string
  constitution: { value: Constitution; digest: Digest }
  /** Fires when the lease is lost, the watchdog bites or the person stops the run. */
  signal: AbortSignal
  /** Evidence of a passed phase, checked against its ledger record. Throws EvidenceError. */
  read<S extends z.ZodType>(phase: Phase, name: string, contract: Contract<S>): Promise<z.infer<S>>
  readText(phase: Phase, name: string): Promise<string>
  /** Evidence of that name that returns of this run have voided, oldest first: what earlier tries had to say. */
  readVoided<S extends z.ZodType>(
    phase: Phase,
    name: string,
    contract: Contract<S>,
  ): Promise<readonly z.infer<S>[]>
  note(text: string): void
}

interface Answer {
  /** Evidence by file name. */
  files: Readonly<Record<string, string>>
  /** One line for the person who watches. */
  note: string
}

export type StageResult =
  /** `entries`: what the chain remembers before the phase is judged: a branch that was written, a merge. */
  | (Answer & { kind: 'passed'; entries?: readonly LedgerEvent[] })
  | (Answer & { kind: 'returned'; to: Phase; reason: string; directive: RefinementDirective | null })
  /** `violation`: it ended because something was done that the process forbids; the ledger remembers it. */
  | (Answer & { kind: 'ended'; outcome: RunOutcome; violation?: { code: ViolationCode; detail: string } })
  /** `until`: when to look again without being woken; null: not before. */
  | { kind: 'waiting'; for: string; until?: Date | null; entries?: readonly LedgerEvent[] }

export type Stage<E extends TaskEngine = Engine> = (context: StageContext<E>) => Promise<StageResult>

/** Which phases this installation does; the others are somebody else's. */
export type Stages<E extends TaskEngine = Engine> = Readonly<Partial<Record<Phase, Stage<E>>>>
