// Owns what a task was started with, kept so that any process can go on with it, and the context made from it.
import { z } from 'zod'
import type { BaseRef, Phase, TaskId } from '../contracts/base.ts'
import { canonicalJson, digestOf } from '../contracts/canonical.ts'
import type { Contract } from '../contracts/contract.ts'
import { Fingerprint } from '../contracts/fingerprint.ts'
import type { Policy } from '../contracts/policy.ts'
import { Settings } from '../contracts/settings.ts'
import { TaskRequest } from '../contracts/task.ts'
import { parseConstitution } from '../council/constitution.ts'
import { parsePolicy } from '../policy/load.ts'
import type { StoreTransaction } from '../ports.ts'
import { voidedOfRun, type EvidenceRecord, type TaskState } from '../process/state.ts'
import { parseJson } from '../work/bundle.ts'
import type { TaskEngine } from './engine.ts'
import type { Journal } from './journal.ts'
import type { StageContext } from './stage.ts'

export const TaskInputs = z.strictObject({
  request: TaskRequest,
  settings: Settings,
  policyText: z.string().min(1),
  constitutionText: z.string().min(1),
  /** Of the machine that the run is or was made on; null until a run elsewhere has brought its own. */
  fingerprint: Fingerprint.nullable(),
})
export type TaskInputs = z.infer<typeof TaskInputs>

const NAME = 'inputs'

/** Kept beside the task's state; `request` is also evidence of STRATEGIZE. */
export async function saveInputs(
  engine: Pick<TaskEngine, 'store'>,
  task: TaskId,
  inputs: TaskInputs,
): Promise<void> {
  await engine.store.transaction((tx) => putInputs(tx, task, inputs))
}

export function putInputs(tx: StoreTransaction, task: TaskId, inputs: TaskInputs): Promise<void> {
  return tx.putText(task, NAME, canonicalJson(inputs))
}

export async function loadInputs(engine: Pick<TaskEngine, 'store'>, task: TaskId): Promise<TaskInputs> {
  const text = await engine.store.text(task, NAME)
  if (text === undefined) throw new EvidenceError(`task ${task} is not in this state folder`)
  return TaskInputs.parse(JSON.parse(text))
}

/** Evidence that a later phase needs is missing or is not what the ledger says. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError'
  readonly code = 'EVIDENCE'
}

export function makeStageContext<E extends TaskEngine>(x: {
  engine: E
  journal: Journal
  inputs: TaskInputs
  phase: Phase
  signal: AbortSignal
}): StageContext<E> {
  const { engine, journal, inputs, phase } = x
  const policy = mustParse(parsePolicy(inputs.policyText, 'policy'))
  const { state } = journal

  async function bytesOf(record: EvidenceRecord | undefined, what: string): Promise<Uint8Array> {
    if (record === undefined) throw new EvidenceError(`${what} is not in the ledger of ${journal.task}`)
    return engine.blobs.get(record.sha256)
  }
  function standing(of: Phase, name: string): EvidenceRecord | undefined {
    return state.passed[of]?.evidence.find((record) => record.name === name)
  }
  function parse<S extends z.ZodType>(bytes: Uint8Array, contract: Contract<S>, what: string): z.infer<S> {
    const parsed = contract.parse(parseJson(bytes))
    if (!parsed.ok) throw new EvidenceError(`${what} does not parse: ${parsed.problems.join('; ')}`)
    return parsed.value
  }

  return {
    engine,
    phase,
    visit: state.phase?.visit ?? 1,
    state,
    request: phase === 'STRATEGIZE' ? inputs.request : { ...inputs.request, base: baseOf(state, inputs) },
    settings: inputs.settings,
    policy: {
      value: withSettings(policy, inputs.settings),
      digest: digestOf(inputs.policyText),
    },
    constitution: {
      value: mustParse(parseConstitution(inputs.constitutionText, 'constitution')),
      digest: digestOf(inputs.constitutionText),
    },
    sandbox: inputs.fingerprint?.sandbox.level ?? 'none',
    signal: x.signal,
    async read(of, name, contract) {
      const what = `${of}/${name}`
      return parse(await bytesOf(standing(of, name), what), contract, what)
    },
    async readText(of, name) {
      return new TextDecoder().decode(await bytesOf(standing(of, name), `${of}/${name}`))
    },
    async readVoided(of, name, contract) {
      const found = voidedOfRun(state).filter((record) => record.phase === of && record.name === name)
      return Promise.all(
        found.map(async (record) => parse(await bytesOf(record, name), contract, `${of}/${name}`)),
      )
    },
    note: (text) => engine.progress({ kind: 'note', phase, text }),
  }
}

/** What the present run stands on: the request's base, unless the run was asked for on a later one. */
export function baseOf(state: TaskState, inputs: Pick<TaskInputs, 'request'>): BaseRef {
  return state.run?.base ?? inputs.request.base
}

/** A repository may protect more than the policy does, never less. */
export function withSettings(policy: Policy, settings: Settings): Policy {
  return { ...policy, protected_paths: [...policy.protected_paths, ...settings.protected_paths] }
}

// The texts were parsed when the task was created; a store that gives back something else is broken.
function mustParse<T>(parsed: { ok: true; value: T } | { ok: false; problems: readonly unknown[] }): T {
  if (parsed.ok) return parsed.value
  throw new EvidenceError(`a stored input does not parse any more: ${JSON.stringify(parsed.problems)}`)
}
