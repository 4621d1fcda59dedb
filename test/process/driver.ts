// Owns a task in memory: both chains, the evidence files and the folded state, moved by the real transition.
import type { Phase } from '../../src/contracts/base.ts'
import { digestOf, digestOfJson } from '../../src/contracts/canonical.ts'
import type { LedgerEntry, LedgerEvent } from '../../src/contracts/ledger.ts'
import type { Verdict } from '../../src/contracts/verdict.ts'
import { countersOf } from '../../src/process/counters.ts'
import { judgeEvidence } from '../../src/process/evidence.ts'
import { emptyHead, headOf, makeEntry } from '../../src/process/ledger.ts'
import { PHASES } from '../../src/process/phases.ts'
import { EMPTY_STATE, iterationOf, nextVisit } from '../../src/process/state.ts'
import type { EvidenceRecord, TaskState } from '../../src/process/state.ts'
import { transition } from '../../src/process/transition.ts'
import { violationEvent } from '../../src/process/violation.ts'
import type { ProcessViolation, Transition } from '../../src/process/violation.ts'
import { sampleEvidence, TREE } from './sample-evidence.ts'

export const TASK = 't-0000000task'
export const DIGEST = digestOf('sample')
export const runId = (n: number): string => `r-00000000run${n}`

export class Driver {
  state: TaskState = EMPTY_STATE
  readonly chains = new Map<string, LedgerEntry[]>()
  readonly files = new Map<string, Uint8Array>()
  #tick = 0

  /** The entry as its chain's next one; nothing is kept. */
  entry(chain: string, event: LedgerEvent): LedgerEntry {
    const last = this.chains.get(chain)?.at(-1)
    const at = new Date(Date.UTC(2026, 10, 21) + this.#tick * 1000).toISOString()
    return makeEntry({ chain, head: last === undefined ? emptyHead(chain) : headOf(last), at, event })
  }

  /** Applies and keeps; a refusal changes nothing. */
  attempt(chain: string, event: LedgerEvent): Transition {
    this.#tick += 1
    const entry = this.entry(chain, event)
    const step = transition(this.state, entry)
    if (step.ok) {
      this.state = step.state
      this.chains.set(chain, [...(this.chains.get(chain) ?? []), entry])
    }
    return step
  }

  append(chain: string, event: LedgerEvent): void {
    const step = this.attempt(chain, event)
    if (!step.ok) throw new Error(`${step.violation.code}: ${step.violation.message}`)
  }

  /** Attempts what must be refused, and remembers the refusal as a violation entry. */
  refused(chain: string, event: LedgerEvent): ProcessViolation {
    const step = this.attempt(chain, event)
    if (step.ok) throw new Error(`${event.kind} was not refused`)
    this.append(chain, violationEvent(step.violation))
    return step.violation
  }

  get task(): string {
    return `task:${TASK}`
  }

  get run(): string {
    return `run:${this.state.run?.id ?? 'none'}`
  }

  chainOf(phase: Phase): string {
    return PHASES[phase].chain === 'task' ? this.task : this.run
  }

  create(): this {
    this.append(this.task, { kind: 'task.created', task: TASK, request: DIGEST })
    return this
  }

  opening(n: number, fence: number): LedgerEvent & { kind: 'run.opened' } {
    if (this.state.head === null) throw new Error('create the task first')
    return {
      kind: 'run.opened',
      task: TASK,
      run: runId(n),
      attempt: n,
      fence,
      task_head: this.state.head,
      fingerprint: DIGEST,
      rules: { policy: DIGEST, constitution: DIGEST, settings: DIGEST },
    }
  }

  open(n = 1, fence = 1): this {
    this.append(`run:${runId(n)}`, this.opening(n, fence))
    return this
  }

  entering(phase: Phase): LedgerEvent & { kind: 'phase.entered' } {
    const visit = nextVisit(this.state, phase)
    return { kind: 'phase.entered', phase, visit, persona: DIGEST, prompt: DIGEST, inputs: {} }
  }

  enter(phase: Phase): this {
    this.append(this.chainOf(phase), this.entering(phase))
    return this
  }

  recording(
    phase: Phase,
    texts: Readonly<Record<string, string>>,
  ): LedgerEvent & { kind: 'evidence.recorded' } {
    const visit = this.state.phase?.visit ?? 1
    return {
      kind: 'evidence.recorded',
      phase,
      visit,
      artifacts: Object.entries(texts).map(([name, text]) => ({
        name,
        sha256: digestOf(text),
        bytes: Buffer.byteLength(text),
        task: TASK,
        run: PHASES[phase].chain === 'run' ? (this.state.run?.id ?? null) : null,
        phase,
        visit,
        who: 'host',
        why: 'test',
        at: '2026-11-21T02:00:00.000Z',
        security: { guarded_write: true, allowlist_root: 'evidence', violations: [] },
      })),
    }
  }

  /** Writes the files and records them; `change` replaces (or with undefined leaves out) single texts. */
  record(phase: Phase, change: Readonly<Record<string, string | undefined>> = {}): this {
    const texts: Record<string, string> = { ...sampleEvidence(phase, iterationOf(this.state)) }
    for (const [name, text] of Object.entries(change)) {
      if (text === undefined) delete texts[name]
      else texts[name] = text
    }
    for (const [name, text] of Object.entries(texts)) this.write(phase, name, text)
    this.append(this.chainOf(phase), this.recording(phase, texts))
    return this
  }

  write(phase: Phase, name: string, text: string): void {
    this.files.set(`${phase}/${name}`, Buffer.from(text))
  }

  remove(phase: Phase, name: string): void {
    this.files.delete(`${phase}/${name}`)
  }

  judge(phase: Phase, records: readonly EvidenceRecord[] = this.state.phase?.evidence ?? []): Verdict {
    return judgeEvidence(phase, this.state, (of, name) => this.files.get(`${of}/${name}`), records)
  }

  passing(phase: Phase): LedgerEvent & { kind: 'phase.passed' } {
    return {
      kind: 'phase.passed',
      phase,
      visit: this.state.phase?.visit ?? 1,
      verdict: digestOfJson(this.judge(phase)),
    }
  }

  pass(phase: Phase): this {
    this.append(this.chainOf(phase), this.passing(phase))
    return this
  }

  /** Enters, records, judges and passes each phase. */
  through(...phases: readonly Phase[]): this {
    for (const phase of phases) {
      this.enter(phase).record(phase)
      const verdict = this.judge(phase)
      if (verdict.status !== 'pass') throw new Error(verdict.reason)
      this.pass(phase)
    }
    return this
  }

  return(phase: Phase, to: Phase): this {
    this.append(this.chainOf(phase), { kind: 'phase.returned', phase, to, reason: 'test', directive: null })
    return this
  }

  close(result: 'change' | 'question' | 'stopped' = 'change'): this {
    this.append(this.run, { kind: 'run.closed', outcome: DIGEST, result })
    return this
  }

  import(): this {
    const run = this.state.run
    if (run === null) throw new Error('open a run first')
    this.append(this.task, { kind: 'run.imported', run: run.id, run_head: run.head, bundle: DIGEST })
    return this
  }

  publish(): this {
    this.append(this.task, { kind: 'published', branch: 'autopilot/fix', head: 'e'.repeat(40), tree: TREE })
    return this
  }

  entries(): readonly LedgerEntry[] {
    return [...this.chains.values()].flat()
  }

  counters(): ReturnType<typeof countersOf> {
    return countersOf(this.entries())
  }

  runs(): ReadonlyMap<string, readonly LedgerEntry[]> {
    return new Map([...this.chains].filter(([chain]) => chain.startsWith('run:')))
  }
}

/** A task whose run stands before `phase` (a phase of the run chain). */
export function before(phase: Phase): Driver {
  const driver = new Driver().create().through('STRATEGIZE').open()
  const phases: readonly Phase[] = ['SPEC', 'PLAN', 'THINK', 'IMPLEMENT', 'VERIFY', 'REVIEW']
  return driver.through(...phases.slice(0, phases.indexOf(phase)))
}

/** A task whose run ended in a change and was imported: PR comes next. */
export function imported(): Driver {
  return before('REVIEW').through('REVIEW').close().import()
}

/** A task in which `phase` was just entered. */
export function standing(phase: Phase): Driver {
  if (phase === 'PR') return imported().enter('PR').publish()
  if (phase === 'MONITOR') return imported().through('PR').enter('MONITOR')
  if (phase === 'STRATEGIZE')
    return imported().through('PR').enter('MONITOR').return('MONITOR', 'STRATEGIZE').enter(phase)
  return before(phase).enter(phase)
}
