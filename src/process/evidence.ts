// Owns the evidence gate: what a phase left behind against what it must leave, as one verdict tree.
import type { z } from 'zod'
import type { Phase } from '../contracts/base.ts'
import { digestOf } from '../contracts/canonical.ts'
import type { Digest } from '../contracts/canonical.ts'
import { ChangeSetContract } from '../contracts/change-set.ts'
import type { Contract, Parsed } from '../contracts/contract.ts'
import { worstStatus } from '../contracts/verdict.ts'
import type { Finding, Status, Verdict } from '../contracts/verdict.ts'
import type { Complaint, EvidenceContext } from './checks/context.ts'
import type { EvidenceRule } from './evidence-rules.ts'
import { PHASE_ORDER, PHASES } from './phases.ts'
import { iterationOf } from './state.ts'
import type { EvidenceRecord, TaskState } from './state.ts'

/** Bytes as they lie in the evidence folder now; undefined when there is no such file. */
export type ReadEvidence = (phase: Phase, name: string) => Uint8Array | undefined

/**
 * Why a phase is not passed. `defect`: evidence is missing, emptied, unparsable, stale, foreign, altered or contradicts
 * itself; that is a violation (`evidence_gate_failed`). `not_accepted`: the evidence is sound and says that the work is
 * not good enough; that is no violation, the phase is returned from or the run is closed.
 */
export type Hold = 'nothing' | 'not_accepted' | 'defect'

type Defect =
  | 'evidence-missing'
  | 'evidence-empty'
  | 'evidence-unrecorded'
  | 'evidence-altered'
  | 'evidence-stale'
  | 'evidence-foreign'
  | 'evidence-unparsable'
type Judged = { rule: Defect | Complaint['rule']; message: string; fix: string }

/**
 * The gate before a forward step. `records` are the records of the phase's present visit, `state.phase.evidence` while
 * it is in progress; all files of the phases passed before are read again too, so that what was removed or altered
 * later is found at the next step. Pure: same state, bytes and records, same verdict, byte for byte.
 *
 * Freshness is a matter of record, not of novelty: a file is stale when it is what a voided visit recorded and this
 * visit did not record it. A phase that is redone may come to the same bytes (an unchanged test result), and then its
 * new record says so.
 */
export function judgeEvidence(
  phase: Phase,
  state: TaskState,
  read: ReadEvidence,
  records: readonly EvidenceRecord[],
): Verdict {
  const reader = makeReader(phase, state, read, records)
  const rules = PHASES[phase].evidence
  const known = new Set(rules.map((rule) => rule.name))
  // what a phase recorded beyond its rules (a gate's own report) must be there too
  const extra = [...new Set(records.map((record) => record.name))].filter((name) => !known.has(name)).sort()
  const children = [
    ...rules.map((rule) => judgeFile(phase, rule, state, reader)),
    ...extra.map((name) =>
      judgeFile(phase, { name, required: true, format: 'text', checks: [] }, state, reader),
    ),
    judgeEarlier(phase, state, reader),
  ]
  const failing = children.filter((child) => child.status === 'fail')
  const tree = reader.value(ChangeSetContract, 'IMPLEMENT', 'change_set.json')?.tree
  return {
    name: `evidence ${phase}`,
    status: worstStatus(children.map((child) => child.status)),
    reason:
      failing.length === 0
        ? `The evidence of ${phase} is whole, fresh and leads on.`
        : `${phase} does not lead on: ${failing.map((child) => `${child.name} ${child.reason}`).join('; ')}.`,
    subject: tree === undefined ? {} : { tree },
    findings: [],
    children,
  }
}

/** Reads the hold out of a verdict of judgeEvidence. */
export function holdOf(verdict: Verdict): Hold {
  const rules = verdict.children.flatMap((child) => child.findings.map((finding) => finding.rule))
  if (rules.length === 0) return 'nothing'
  return rules.every((rule) => rule === 'evidence-not-accepted') ? 'not_accepted' : 'defect'
}

interface Reader {
  bytes: (phase: Phase, name: string) => Uint8Array | undefined
  record: (phase: Phase, name: string) => EvidenceRecord | undefined
  digest: (phase: Phase, name: string) => Digest | undefined
  parsed: (of: Contract<z.ZodType>, phase: Phase, name: string) => Parsed<unknown> | undefined
  value: EvidenceContext['value']
}

function makeReader(
  judged: Phase,
  state: TaskState,
  read: ReadEvidence,
  records: readonly EvidenceRecord[],
): Reader {
  const files = new Map<string, { bytes: Uint8Array; digest: Digest } | undefined>()
  const values = new Map<string, Parsed<unknown> | undefined>()
  const file = (phase: Phase, name: string) => {
    const key = `${phase}/${name}`
    if (!files.has(key)) {
      const bytes = read(phase, name)
      files.set(key, bytes === undefined ? undefined : { bytes, digest: digestOf(bytes) })
    }
    return files.get(key)
  }
  const record = (phase: Phase, name: string): EvidenceRecord | undefined =>
    (phase === judged ? records : (state.passed[phase]?.evidence ?? [])).findLast((one) => one.name === name)
  const parsed = (of: Contract<z.ZodType>, phase: Phase, name: string): Parsed<unknown> | undefined => {
    const key = `${phase}/${name}`
    if (!values.has(key)) {
      const found = file(phase, name)
      const whole = found !== undefined && found.digest === record(phase, name)?.sha256
      values.set(key, whole ? parseJson(of, found.bytes) : undefined)
    }
    return values.get(key)
  }
  return {
    bytes: (phase, name) => file(phase, name)?.bytes,
    digest: (phase, name) => file(phase, name)?.digest,
    record,
    parsed,
    value: <S extends z.ZodType>(of: Contract<S>, phase: Phase, name: string) => {
      const result = parsed(of, phase, name)
      // the schema behind `of` made the value
      return result?.ok === true ? (result.value as z.infer<S>) : undefined
    },
  }
}

function judgeFile(phase: Phase, rule: EvidenceRule, state: TaskState, reader: Reader): Verdict {
  const bytes = reader.bytes(phase, rule.name)
  if (bytes === undefined && !rule.required && reader.record(phase, rule.name) === undefined) {
    return leaf(`${phase}/${rule.name}`, 'not_applicable', 'is optional and was not left', [])
  }
  const problems = bytes === undefined ? [missing(phase)] : problemsOfFile(phase, rule, bytes, state, reader)
  return leaf(
    `${phase}/${rule.name}`,
    problems.length === 0 ? 'pass' : 'fail',
    problems.length === 0
      ? 'is recorded, whole and says what is needed'
      : problems.map((p) => p.message).join('; '),
    problems,
  )
}

function problemsOfFile(
  phase: Phase,
  rule: EvidenceRule,
  bytes: Uint8Array,
  state: TaskState,
  reader: Reader,
): readonly Judged[] {
  const origin = problemOfOrigin(phase, rule, bytes, state, reader)
  if (origin !== undefined) return [origin]
  const text = Buffer.from(bytes).toString('utf8')
  if (rule.contract !== undefined) {
    const parsed = reader.parsed(rule.contract, phase, rule.name)
    if (parsed?.ok === false) {
      return [
        {
          rule: 'evidence-unparsable',
          message: `is no ${rule.contract.name}@${rule.contract.version}: ${parsed.problems[0]}`,
          fix: `write it again from a value of ${rule.contract.name}`,
        },
      ]
    }
  }
  const context: EvidenceContext = {
    phase,
    text,
    value: reader.value,
    digest: (of, name) => reader.record(of, name)?.sha256,
    iteration: iterationOf(state),
    published: state.published,
  }
  return rule.checks.flatMap((check) => check(context))
}

/** Whether the bytes are those that this visit of this phase recorded, and if not, whose they are. */
function problemOfOrigin(
  phase: Phase,
  rule: EvidenceRule,
  bytes: Uint8Array,
  state: TaskState,
  reader: Reader,
): Judged | undefined {
  const fix = `run ${phase} again, or return to the phase whose evidence was lost`
  const is = (rule: Defect, message: string): Judged => ({ rule, message, fix })
  if (Buffer.from(bytes).toString('utf8').trim() === '') return is('evidence-empty', 'is empty')
  const digest = reader.digest(phase, rule.name)
  const record = reader.record(phase, rule.name)
  const visit = state.phase?.phase === phase ? state.phase.visit : state.passed[phase]?.visit
  const foreign = ownerOf(digest, phase, rule, state)
  if (foreign !== undefined) {
    return is('evidence-foreign', `holds the bytes of ${foreign.phase}/${foreign.name}`)
  }
  if (record !== undefined && record.phase !== phase) {
    return is('evidence-foreign', `is recorded as evidence of ${record.phase}`)
  }
  if (record !== undefined && record.visit !== visit) {
    return is('evidence-stale', `was recorded in visit ${record.visit}; this is visit ${visit ?? 'none'}`)
  }
  if (record?.sha256 === digest) return undefined
  const old = state.voided.findLast((one) => one.sha256 === digest)
  if (old !== undefined) {
    return is('evidence-stale', `is ${old.phase}/${old.name} of visit ${old.visit}, which was voided`)
  }
  return record === undefined
    ? is('evidence-unrecorded', 'lies in the folder, and this visit did not record it')
    : is('evidence-altered', `has digest ${digest}; ${record.sha256} was recorded`)
}

/** The earlier phase whose evidence has these bytes. */
function ownerOf(
  digest: Digest | undefined,
  phase: Phase,
  rule: EvidenceRule,
  state: TaskState,
): EvidenceRecord | undefined {
  return PHASE_ORDER.filter((other) => other !== phase)
    .flatMap((other) => state.passed[other]?.evidence ?? [])
    .find((record) => record.sha256 === digest && `${record.phase}/${record.name}` !== rule.mayRepeat)
}

/** Everything that earlier phases recorded is still there, byte for byte. */
function judgeEarlier(phase: Phase, state: TaskState, reader: Reader): Verdict {
  const earlier = PHASE_ORDER.slice(0, PHASE_ORDER.indexOf(phase))
  const records = earlier.flatMap((one) => state.passed[one]?.evidence ?? [])
  const problems = records.flatMap((record): readonly Judged[] => {
    const digest = reader.digest(record.phase, record.name)
    const file = `${record.phase}/${record.name}`
    if (digest === undefined) return [{ ...missing(record.phase), message: `${file} is missing` }]
    if (digest === record.sha256) return []
    const old = state.voided.findLast((one) => one.sha256 === digest)
    return [
      {
        rule: old === undefined ? 'evidence-altered' : 'evidence-stale',
        message: `${file} has digest ${digest}; ${record.sha256} was recorded`,
        fix: `return to ${record.phase}`,
      },
    ]
  })
  return leaf(
    'earlier evidence',
    problems.length > 0 ? 'fail' : records.length === 0 ? 'not_applicable' : 'pass',
    problems.length > 0
      ? problems.map((p) => p.message).join('; ')
      : `${records.length} files of ${earlier.length} phases are as recorded`,
    problems,
  )
}

function missing(phase: Phase): Judged {
  return {
    rule: 'evidence-missing',
    message: 'is missing',
    fix: `run ${phase} again, or return to the phase whose evidence was lost`,
  }
}

function leaf(name: string, status: Status, reason: string, problems: readonly Judged[]): Verdict {
  const findings = problems.map((problem): Finding => ({
    rule: problem.rule,
    severity: 'error',
    message: `${name}: ${problem.message}`,
    fix: problem.fix,
  }))
  return { name, status, reason, subject: {}, findings, children: [] }
}

function parseJson(of: Contract<z.ZodType>, bytes: Uint8Array): Parsed<unknown> {
  let input: unknown
  try {
    input = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : 'is no JSON'] }
  }
  return of.parse(input)
}
