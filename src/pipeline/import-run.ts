// Owns taking a run that was made elsewhere into the task: the bundle is judged as data, then all of it or nothing.
import type { Phase, RunId, TaskId } from '../contracts/base.ts'
import { canonicalJson, digestOf, digestOfJson, type Digest } from '../contracts/canonical.ts'
import { FingerprintContract, type Fingerprint } from '../contracts/fingerprint.ts'
import type { LedgerEntry, LedgerEvent } from '../contracts/ledger.ts'
import { RunOutcomeContract, type RunOutcome } from '../contracts/outcome.ts'
import { permits } from '../contracts/verdict.ts'
import type { BundleReader, Fence } from '../ports.ts'
import { foldTask } from '../process/fold.ts'
import { makeEntry } from '../process/ledger.ts'
import { PHASES } from '../process/phases.ts'
import { frontierOf, type TaskState } from '../process/state.ts'
import { transition } from '../process/transition.ts'
import { bundleDigest, parseJson } from '../work/bundle.ts'
import { taskEnd } from './closing.ts'
import type { TaskEngine } from './engine.ts'
import { loadInputs, putInputs, type TaskInputs } from './inputs.ts'
import { ProcessError, readTask } from './journal.ts'
import { isFenced, withLease } from './lease.ts'
import type { LoadedBundle } from './loaded-bundle.ts'
import { examineBundle } from './verify-bundle.ts'
import { versionSkew } from './version-skew.ts'

export type Imported =
  | { ok: true; run: RunId; bundle: Digest; outcome: RunOutcome }
  /** `lease-held`: another process is at work on the task; asking again is worth it. Any other rule is an answer. */
  | { ok: false; rule: string; reason: string }

export interface ImportOptions {
  /** Number of the request and attempt of the workflow run that are awaited. */
  number: number
  attempt: number
  /** Leases beside the task's own that must still be held when it is written. */
  fences?: () => readonly Fence[]
}

/**
 * Imports the sealed bundle of the run that the task asked for. Nothing of it is believed that the store, the envelope
 * or the rules do not say as well. Again after a crash at any point, it finds what was written and makes it whole.
 * What is no change ends the task, unless a pull request stands: then the task is back before SPEC and waits.
 */
export async function importBundle(
  engine: TaskEngine,
  task: TaskId,
  bundle: BundleReader,
  x: ImportOptions,
): Promise<Imported> {
  const inputs = await loadInputs(engine, task)
  const judged = await judge(bundle, inputs)
  if ('rule' in judged) return explained(bundle, judged)
  const { loaded } = judged
  const refused = problemOfRun(loaded, task, x) ?? problemOfOutcome(judged)
  if (refused !== undefined) return refused
  try {
    const leased = await withLease(engine, [task], (held) =>
      write(engine, task, judged, inputs, x.number, () => [...held.fences(), ...(x.fences?.() ?? [])]),
    )
    return leased.held ? leased.value : no('lease-held', `another process is at work on ${task}`)
  } catch (error) {
    if (isFenced(error)) return no('lease-held', `the lease of ${task} went to another process`)
    throw error
  }
}

interface Judged {
  loaded: LoadedBundle
  outcome: RunOutcome | null
  fingerprint: Fingerprint
}

async function judge(bundle: BundleReader, inputs: TaskInputs): Promise<Judged | Refused> {
  try {
    // Threat: a policy of the bundle's own would be read, and its expressions run, while the bundle is judged.
    const own = {
      'inputs/policy.yml': digestOf(inputs.policyText),
      'inputs/constitution.yml': digestOf(inputs.constitutionText),
    }
    for (const [path, digest] of Object.entries(own)) {
      const bytes = await bundle.read(path)
      if (bytes === undefined || digestOf(bytes) !== digest)
        return no('run-rules', `${path} is not the one it was given`)
    }
    const { verdict, loaded } = await examineBundle(bundle, { rederive: true })
    if (loaded === null || !permits(verdict.status)) {
      const first = verdict.children.find((child) => !permits(child.status))
      return no('bundle-unsound', `${first?.name ?? verdict.name}: ${first?.reason ?? verdict.reason}`)
    }
    const settings = parseJson((await bundle.read('inputs/settings.json')) ?? new Uint8Array())
    if (settings === undefined || digestOfJson(settings) !== digestOfJson(inputs.settings)) {
      return no('run-rules', 'inputs/settings.json is not the one it was given')
    }
    const fingerprint = FingerprintContract.parse(
      parseJson((await bundle.read('inputs/fingerprint.json')) ?? new Uint8Array()),
    )
    if (!fingerprint.ok)
      return no('bundle-unsound', `inputs/fingerprint.json: ${fingerprint.problems[0] ?? ''}`)
    const bytes = await bundle.read('outcome.json')
    const outcome = RunOutcomeContract.parse(bytes === undefined ? undefined : parseJson(bytes))
    return { loaded, outcome: outcome.ok ? outcome.value : null, fingerprint: fingerprint.value }
  } catch (error) {
    // Threat: a bundle at which a parser breaks must not stop the service, nor be tried for ever.
    const why = error instanceof Error ? error.message : String(error)
    return no('bundle-unsound', `it cannot be read: ${why}`)
  }
}

/** What two versions cannot agree on looks like a fault of the bundle: then people are told which to update. */
async function explained(bundle: BundleReader, refused: Refused): Promise<Refused> {
  const skew = await versionSkew(bundle)
  return skew === undefined ? refused : no(skew.rule, `${skew.reason}. What did not fit: ${refused.reason}`)
}

/** What the bundle says of itself against what is awaited. */
function problemOfRun(loaded: LoadedBundle, task: TaskId, x: ImportOptions): Refused | undefined {
  const { manifest } = loaded
  if (manifest.task !== task) return no('run-foreign', `the bundle is of ${manifest.task}`)
  if (manifest.attempt !== x.attempt) {
    return no(
      'run-attempt',
      `the bundle is of attempt ${manifest.attempt}; attempt ${x.attempt} holds the lease`,
    )
  }
  if (manifest.state !== 'sealed') {
    const last = manifest.last_phase ?? 'no phase'
    return no('run-unfinished', `the run did not end: ${last} was passed last`)
  }
  return undefined
}

function problemOfOutcome({ outcome, fingerprint }: Judged): Refused | undefined {
  if (outcome === null) return no('bundle-unsound', 'outcome.json does not parse')
  // Level none isolates nothing, so that what ran there proves nothing.
  if (outcome.kind === 'change' && fingerprint.sandbox.level === 'none') {
    return no('run-sandbox', 'the change was made without a sandbox')
  }
  return undefined
}

async function write(
  engine: TaskEngine,
  task: TaskId,
  { loaded, outcome, fingerprint }: Judged,
  inputs: TaskInputs,
  number: number,
  fences: () => readonly Fence[],
): Promise<Imported> {
  if (outcome === null) throw new Error('importBundle: there is no outcome')
  const { manifest } = loaded
  const row = await engine.store.task(task)
  const state = await readTask(engine, task)
  const digest = bundleDigest(manifest)
  const answer = { ok: true, run: manifest.run, bundle: digest, outcome } as const
  if (state.run?.id === manifest.run && state.run.imported === digest) {
    await seatEvidence(engine, task, state)
    return answer
  }
  const { requested } = state
  if (requested?.number !== number) return no('run-not-requested', `run ${number} of ${task} is not awaited`)
  // The chain's head names all that came before it: one that has this entry last is the very chain of the envelope.
  if (canonicalJson(manifest.task_chain) !== canonicalJson(requested.task_head)) {
    return no('run-not-requested', `the run answers another request than number ${requested.number}`)
  }
  const taskEntries = await engine.store.entries(`task:${task}`)
  const runs = new Map<string, readonly LedgerEntry[]>()
  for (const run of state.runs) runs.set(run, await engine.store.entries(`run:${run}`))
  if (runs.has(manifest.run)) return no('run-known', `run ${manifest.run} was imported before`)
  const folded = foldTask(taskEntries, new Map([...runs, [manifest.run, loaded.run]]))
  if (!folded.ok) return no('run-process', folded.violation.message)
  for (const bytes of loaded.byDigest.values()) await engine.blobs.put(bytes)

  const entries = [...loaded.run]
  let next = folded.state
  const add = (event: LedgerEvent): void => {
    if (next.head === null) throw new Error('importBundle: the task has no chain')
    const at = engine.clock.now().toISOString()
    const entry = makeEntry({ chain: `task:${task}`, head: next.head, at, event })
    const step = transition(next, entry)
    if (!step.ok) throw new ProcessError(step.violation)
    next = step.state
    entries.push(entry)
  }
  add({ kind: 'run.imported', run: manifest.run, run_head: manifest.run_chain, bundle: digest })
  if (outcome.kind !== 'change') endWithoutChange(task, next, outcome).forEach(add)
  await engine.store.transaction(async (tx) => {
    for (const fence of fences()) await tx.checkFence(fence)
    for (const entry of entries) await tx.append(entry)
    await putInputs(tx, task, { ...inputs, fingerprint })
    const updatedAt = entries.at(-1)?.at ?? ''
    await tx.saveTask({ id: task, state: canonicalJson(next), updatedAt }, row?.version ?? 0)
  })
  await seatEvidence(engine, task, next)
  return answer
}

/** A pull request outlives a run that brought nothing: people go on there, and the next run begins at SPEC. */
function endWithoutChange(task: TaskId, state: TaskState, outcome: RunOutcome): readonly LedgerEvent[] {
  if (state.pull === null) return [taskEnd(task, outcome).event]
  const phase = frontierOf(state)
  if (phase === null || phase === 'SPEC' || PHASES[phase].chain === 'task') return []
  return [
    {
      kind: 'phase.returned',
      phase,
      to: 'SPEC',
      reason: `the run ended without a change (${outcome.kind})`,
      directive: null,
    },
  ]
}

/** Writes the evidence of the imported run to the folder that gates read; what lies there of an earlier visit goes aside. */
async function seatEvidence(engine: TaskEngine, task: TaskId, state: TaskState): Promise<void> {
  const folder = engine.evidence(task)
  for (const [name, passed] of Object.entries(state.passed)) {
    const phase = name as Phase
    if (passed.run === null || passed.run !== state.run?.id) continue
    const records = new Map(passed.evidence.map((record) => [record.name, record.sha256]))
    for (const one of await folder.list(phase)) {
      const bytes = await folder.read(phase, one)
      if (bytes === undefined || digestOf(bytes) === records.get(one)) continue
      await folder.retire(phase, passed.visit - 1)
      break
    }
    for (const [file, sha256] of records) {
      await folder.write(phase, file, new TextDecoder().decode(await engine.blobs.get(sha256)))
    }
  }
}

type Refused = Extract<Imported, { ok: false }>

function no(rule: string, reason: string): Refused {
  return { ok: false, rule, reason: `${reason.replace(/\.$/, '')}.` }
}
