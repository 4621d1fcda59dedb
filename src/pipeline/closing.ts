// Owns how runs and tasks end: the outcome is recorded, the bundle sealed, and the task chain binds the run's head.
import type { z } from 'zod'
import type { TaskId } from '../contracts/base.ts'
import { evidenceJson, type Digest } from '../contracts/canonical.ts'
import { ChangeSetContract } from '../contracts/change-set.ts'
import type { Contract } from '../contracts/contract.ts'
import { RunOutcome, RunOutcomeContract } from '../contracts/outcome.ts'
import { QualityReportContract } from '../contracts/quality-report.ts'
import { parseJson } from '../work/bundle.ts'
import { writeBundle } from './bundle.ts'
import { changeOutcome } from './change-outcome.ts'
import type { TaskEngine } from './engine.ts'
import type { TaskInputs } from './inputs.ts'
import type { Journal, Written } from './journal.ts'

/**
 * Ends the run with `outcome`; what comes right before it goes into the same transaction. A crash between the two
 * steps is repaired by `handOver` on the next advance.
 */
export async function closeRun(
  engine: TaskEngine,
  journal: Journal,
  inputs: TaskInputs,
  outcome: RunOutcome,
  ...before: readonly Written[]
): Promise<void> {
  // An outcome that nobody can read back would leave a closed run that cannot be handed over.
  const digest = await engine.blobs.put(evidenceJson(RunOutcome.parse(outcome)))
  const chain = `run:${journal.state.run?.id ?? ''}`
  const event = { kind: 'run.closed', outcome: digest, result: outcome.kind } as const
  await journal.write(...before, { chain, event })
  await handOver(engine, journal, inputs)
}

/**
 * Seals the bundle of a closed run and, where the task chain is ours, binds it there; what is no change then ends the
 * task too. A runner leaves the sealed bundle to the chain's owner.
 */
export async function handOver(engine: TaskEngine, journal: Journal, inputs: TaskInputs): Promise<void> {
  const run = journal.state.run
  if (run === null || run.closed === null) throw new Error('handOver: the run is not closed')
  const bundle = await writeBundle(engine, journal, inputs)
  if (!engine.ownsTaskChain) return
  const chain = `task:${journal.task}`
  const run_head = await engine.store.head(`run:${run.id}`)
  const imported = { chain, event: { kind: 'run.imported', run: run.id, run_head, bundle } } as const
  const goesOn = run.closed.result === 'change'
  // In one transaction: a crash between the two would leave a task that looks as if it wanted another run.
  const ends = goesOn ? [] : [taskEnd(journal.task, await readOutcome(engine, run.closed.outcome))]
  await journal.write(imported, ...ends)
}

/** The entry by which a task ends with what is no change. */
export function taskEnd(task: TaskId, outcome: RunOutcome): Written {
  const result = outcome.kind === 'question' ? 'question' : 'stopped'
  const event = { kind: 'task.closed', result, reason: reasonOf(outcome) } as const
  return { chain: `task:${task}`, event }
}

/** From the evidence that passed. */
export async function acceptedOutcome(
  engine: Pick<TaskEngine, 'blobs'>,
  { state }: Pick<Journal, 'state'>,
): Promise<RunOutcome> {
  const record = (phase: 'IMPLEMENT' | 'VERIFY', name: string) => {
    const found = state.passed[phase]?.evidence.find((one) => one.name === name)
    if (found === undefined) throw new Error(`${phase}/${name} is not recorded`)
    return found.sha256
  }
  const value = async <S extends z.ZodType>(digest: Digest, of: Contract<S>): Promise<z.infer<S>> => {
    const parsed = of.parse(parseJson(await engine.blobs.get(digest)))
    if (!parsed.ok) throw new Error(`${of.name} ${digest} does not parse: ${parsed.problems.join('; ')}`)
    return parsed.value
  }
  const change_set = record('IMPLEMENT', 'change_set.json')
  const report = await value(record('VERIFY', 'quality_report.json'), QualityReportContract)
  return changeOutcome(change_set, await value(change_set, ChangeSetContract), report)
}

export async function readOutcome(engine: Pick<TaskEngine, 'blobs'>, digest: string): Promise<RunOutcome> {
  const parsed = RunOutcomeContract.parse(
    JSON.parse(new TextDecoder().decode(await engine.blobs.get(digest))),
  )
  if (!parsed.ok) throw new Error(`the recorded outcome does not parse: ${parsed.problems.join('; ')}`)
  return parsed.value
}

function reasonOf(outcome: RunOutcome): string {
  switch (outcome.kind) {
    case 'change':
      return 'a change was made'
    case 'question':
      return outcome.questions.map((question) => question.question).join(' ')
    case 'stopped':
    case 'framework_fix':
      return outcome.reason
  }
}
