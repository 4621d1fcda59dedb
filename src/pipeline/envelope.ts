// Owns the envelope: what a service hands to a run elsewhere, made from its store, and opened in an empty one.
import { z } from 'zod'
import type { Phase, TaskId } from '../contracts/base.ts'
import { canonicalJson, digestOf, digestOfJson, evidenceJson, type Digest } from '../contracts/canonical.ts'
import { Envelope, EnvelopeContract, type DispatchInputs } from '../contracts/envelope.ts'
import type { Fingerprint } from '../contracts/fingerprint.ts'
import type { LedgerEntry } from '../contracts/ledger.ts'
import { parseConstitution } from '../council/constitution.ts'
import { parsePolicy } from '../policy/load.ts'
import type { Problem } from '../ports.ts'
import { judgeEvidence } from '../process/evidence.ts'
import { inWritingOrder } from '../process/fold.ts'
import { verifyChain } from '../process/ledger.ts'
import { PHASE_ORDER, PHASES } from '../process/phases.ts'
import { EMPTY_STATE, type TaskState } from '../process/state.ts'
import { transition } from '../process/transition.ts'
import { parseJson } from '../work/bundle.ts'
import { chainLines, readChainLines } from './chain-lines.ts'
import type { TaskEngine } from './engine.ts'
import { loadInputs, putInputs, type TaskInputs } from './inputs.ts'
import { readTask } from './journal.ts'

/** Name of the file that holds it, in the commit that a dispatch names. */
export const ENVELOPE_FILE = 'envelope.json'

/**
 * The envelope of the run that the task asked for. The same request always makes the same text, so that a service that
 * died in between may make it again. Throws when no run is asked for.
 */
export async function makeEnvelope(
  engine: Pick<TaskEngine, 'store' | 'blobs'>,
  task: TaskId,
  about: Pick<Envelope, 'repository' | 'issue' | 'rules_at' | 'app_version'>,
): Promise<{ envelope: Envelope; text: string; digest: Digest }> {
  const state = await readTask(engine, task)
  const { requested } = state
  if (requested === null) throw new Error(`makeEnvelope: no run of ${task} is asked for`)
  const { number, nonce, fence, task_head } = requested
  const inputs = await loadInputs(engine, task)
  // What the task chain gained since is no part of the request.
  const chain = (await engine.store.entries(`task:${task}`)).slice(0, task_head.length)
  const evidence: Envelope['evidence'] = []
  for (const { phase, name, sha256 } of standingRecords(state)) {
    evidence.push({ phase, name, text: new TextDecoder().decode(await engine.blobs.get(sha256)) })
  }
  const earlier_runs: Envelope['earlier_runs'] = []
  for (const run of state.runs) {
    earlier_runs.push({ run, chain: chainLines(await engine.store.entries(`run:${run}`)) })
  }
  const envelope = Envelope.parse({
    schema: 'autopilot/envelope@1',
    task,
    number,
    nonce,
    ...about,
    pull: state.pull?.number ?? null,
    fence,
    task_head,
    task_chain: chainLines(chain),
    earlier_runs,
    evidence,
    request: inputs.request,
    settings: inputs.settings,
    policy_text: inputs.policyText,
    constitution_text: inputs.constitutionText,
    made_at: chain.at(-1)?.at,
  })
  const text = canonicalJson(envelope)
  return { envelope, text, digest: digestOf(text) }
}

function standingRecords(state: TaskState) {
  return PHASE_ORDER.filter((phase) => PHASES[phase].chain === 'task').flatMap(
    (phase) => state.passed[phase]?.evidence ?? [],
  )
}

/** An envelope that was read whole and found to be what the dispatch named. */
export interface ReadEnvelope {
  envelope: Envelope
  state: TaskState
  /** All chains, in the order of writing. */
  entries: readonly LedgerEntry[]
  /** What the chains name by digest and a run needs: the evidence gates' answers. */
  blobs: readonly string[]
}

type Read = { ok: true; read: ReadEnvelope } | { ok: false; problem: Problem }

/** Pure. `expected` is what the dispatch said: the text is held to the digest, its content to task and nonce. */
export function readEnvelope(
  text: string,
  expected: Pick<DispatchInputs, 'task' | 'envelope' | 'nonce'>,
): Read {
  const digest = digestOf(text)
  if (digest !== expected.envelope) {
    return no('envelope-digest', `the envelope has digest ${digest}; the dispatch names ${expected.envelope}`)
  }
  const value = parseJson(Buffer.from(text))
  const version = Version.safeParse(value)
  if (version.success && version.data.schema !== EnvelopeContract.version) {
    return otherVersion(version.data.schema)
  }
  const parsed = EnvelopeContract.parse(value)
  if (!parsed.ok)
    return no('envelope-malformed', `the envelope does not parse: ${parsed.problems.join('; ')}`)
  const envelope = parsed.value
  if (envelope.task !== expected.task || envelope.nonce !== expected.nonce) {
    const is = `${envelope.task} ${envelope.nonce}`
    return no(
      'envelope-foreign',
      `the envelope is of ${is}; the dispatch names ${expected.task} ${expected.nonce}`,
    )
  }
  return readHistory(envelope)
}

const Version = z.object({
  schema: z
    .string()
    .regex(/^autopilot\/envelope@\d{1,4}$/)
    .transform((tag) => Number(tag.split('@')[1])),
})

function otherVersion(found: number): Read {
  const known = EnvelopeContract.version
  const newer = found > known
  return no(
    newer ? 'envelope-newer' : 'envelope-older',
    `the envelope has version ${found}; this Action reads version ${known}`,
    newer
      ? 'upgrade the Action: the commit that .github/workflows/autopilot.yml names'
      : 'upgrade the App, or go back to the Action that belongs to it',
  )
}

function readHistory(envelope: Envelope): Read {
  const chain = `task:${envelope.task}`
  const task = readChainLines(envelope.task_chain, 'task_chain')
  const problems = [
    ...task.problems,
    ...verifyChain(task.entries, { chain, head: envelope.task_head }).problems.map((one) => one.message),
  ]
  const runs = new Map<string, readonly LedgerEntry[]>()
  for (const { run, chain: lines } of envelope.earlier_runs) {
    const read = readChainLines(lines, `earlier_runs ${run}`)
    const linked = verifyChain(read.entries, { chain: `run:${run}` }).problems.map((one) => one.message)
    problems.push(...read.problems, ...linked)
    if (runs.has(run)) problems.push(`the chain of ${run} stands twice`)
    runs.set(run, read.entries)
  }
  if (problems.length > 0) return no('envelope-chain', `the envelope's chains do not hold: ${problems[0]}`)
  const entries = inWritingOrder(task.entries, runs)
  const folded = foldWithGates(entries, envelope)
  return 'problem' in folded ? { ok: false, problem: folded.problem } : bind(envelope, entries, folded)
}

/** What the chains say against what the envelope repeats. */
function bind(
  envelope: Envelope,
  entries: readonly LedgerEntry[],
  { state, answers }: { state: TaskState; answers: readonly GateAnswer[] },
): Read {
  const { requested } = state
  const { number, nonce, fence } = envelope
  const asked = requested !== null && canonicalJson(requested.task_head) === canonicalJson(envelope.task_head)
  if (!asked || requested.number !== number || requested.nonce !== nonce || requested.fence !== fence) {
    return no('envelope-chain', `the task chain does not end in the request for run ${number}`)
  }
  if (digestOfJson(envelope.request) !== state.request) {
    return no('envelope-request', 'the request is not the one that the task chain names')
  }
  if (envelope.pull !== (state.pull?.number ?? null)) {
    return no('envelope-chain', 'the pull request is not the one that the task chain names')
  }
  const files = new Map(envelope.evidence.map((one) => [`${one.phase}/${one.name}`, one.text]))
  const records = standingRecords(state)
  for (const { phase, name, sha256 } of records) {
    const text = files.get(`${phase}/${name}`)
    if (text === undefined) return no('envelope-evidence', `${phase}/${name} was recorded and is not there`)
    if (digestOf(text) !== sha256) {
      return no('envelope-evidence', `${phase}/${name} is not what was recorded (${sha256})`)
    }
  }
  if (envelope.evidence.length !== records.length) {
    return no('envelope-evidence', 'there is evidence that was never recorded, or stands twice')
  }
  for (const parsed of [
    parsePolicy(envelope.policy_text, 'policy'),
    parseConstitution(envelope.constitution_text, 'constitution'),
  ]) {
    if (!parsed.ok) {
      return no('envelope-rules', `the envelope's rules do not parse: ${JSON.stringify(parsed.problems[0])}`)
    }
  }
  const other = answers.find(({ text, recorded }) => digestOf(text) !== recorded)
  if (other !== undefined) {
    const by = `the evidence gate of ${other.phase} decides otherwise here than in the App ${envelope.app_version}`
    return no('envelope-gate', by, 'use an App and an Action of one version')
  }
  return { ok: true, read: { envelope, state, entries, blobs: answers.map(({ text }) => text) } }
}

interface GateAnswer {
  phase: Phase
  visit: number
  recorded: Digest
  text: string
}

/** Folds, and asks the gates of the task chain again: their answers belong into the run's bundle. */
function foldWithGates(
  entries: readonly LedgerEntry[],
  envelope: Envelope,
): { state: TaskState; answers: readonly GateAnswer[] } | { problem: Problem } {
  const files = new Map(envelope.evidence.map((one) => [`${one.phase}/${one.name}`, Buffer.from(one.text)]))
  const read = (phase: Phase, name: string): Uint8Array | undefined => files.get(`${phase}/${name}`)
  const answers: GateAnswer[] = []
  let state: TaskState = EMPTY_STATE
  for (const entry of entries) {
    const { event } = entry
    if (event.kind === 'phase.passed' && PHASES[event.phase].chain === 'task') {
      const { phase, visit, verdict: recorded } = event
      const verdict = judgeEvidence(phase, state, read, state.phase?.evidence ?? [])
      answers.push({ phase, visit, recorded, text: evidenceJson(verdict) })
    }
    const step = transition(state, entry)
    if (!step.ok) {
      const at = `${entry.chain}#${entry.seq}`
      return { problem: problemOf('envelope-chain', `${at} is no allowed step: ${step.violation.message}`) }
    }
    state = step.state
  }
  return { state, answers: answers.filter(({ phase, visit }) => state.passed[phase]?.visit === visit) }
}

/**
 * Seats the task in a store that does not have it. Again after a crash, or in the next process of the same job, it
 * finds its own and leaves it. `fingerprint` is this machine's; null where the run is made on another.
 */
export async function seatEnvelope(
  engine: TaskEngine,
  { envelope, state, entries, blobs }: ReadEnvelope,
  fingerprint: Fingerprint | null,
): Promise<{ ok: true } | { ok: false; problem: Problem }> {
  const { task } = envelope
  const there = await readTask(engine, task)
  if (there.task !== null) {
    if (there.requested?.nonce === envelope.nonce) return { ok: true }
    const message = `the state folder holds ${task} already, for another run`
    return {
      ok: false,
      problem: problemOf('envelope-taken', message, 'give each run a state folder of its own'),
    }
  }
  const folder = engine.evidence(task)
  for (const text of blobs) await engine.blobs.put(text)
  for (const { phase, name, text } of envelope.evidence) {
    await engine.blobs.put(text)
    await folder.write(phase, name, text)
  }
  const inputs: TaskInputs = {
    request: envelope.request,
    settings: envelope.settings,
    policyText: envelope.policy_text,
    constitutionText: envelope.constitution_text,
    fingerprint,
  }
  await engine.store.transaction(async (tx) => {
    for (const entry of entries) await tx.append(entry)
    await putInputs(tx, task, inputs)
    await tx.saveTask({ id: task, state: canonicalJson(state), updatedAt: envelope.made_at }, 0)
  })
  return { ok: true }
}

function no(rule: string, message: string, fix?: string): { ok: false; problem: Problem } {
  return { ok: false, problem: problemOf(rule, message, fix) }
}

function problemOf(rule: string, message: string, fix?: string): Problem {
  return {
    rule,
    message,
    fix: fix ?? 'start the run again from the issue (/retry); do not re-run the workflow',
  }
}
