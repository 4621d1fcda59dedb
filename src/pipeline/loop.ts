// Owns the advance loop: step after step until the task is done, waits, or has passed the phase it was asked to reach.
import type { Phase, TaskId } from '../contracts/base.ts'
import { digestOfJson } from '../contracts/canonical.ts'
import { advance, dutyOf, INTERRUPTED, type AdvanceOptions } from './advance.ts'
import type { TaskEngine } from './engine.ts'
import { saveInputs, type TaskInputs } from './inputs.ts'
import { openJournal, readTask } from './journal.ts'
import { LEASE_TTL_MS, leaseKeys, withLease } from './lease.ts'

/** Steps after which a task is taken for a loop: nine phases, 20 iterations of three of them, and as much again. */
const MOST_STEPS = 200

/** What a killed process held is free after its time; a living one has had time to end by then. */
const PATIENCE_MS = LEASE_TTL_MS + 5_000
const ASK_AGAIN_MS = 1_000

export type Reached = { kind: 'done' } | { kind: 'until'; phase: Phase } | { kind: 'waiting'; for: string }

/** `done`: the task has ended; in a runner, the run has. */
export async function runTask<E extends TaskEngine>(
  engine: E,
  task: TaskId,
  x: AdvanceOptions<E> & { until?: Phase },
): Promise<Reached> {
  let waited = 0
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const state = await readTask(engine, task)
    if (state.closed !== null) return { kind: 'done' }
    if (x.until !== undefined && state.passed[x.until] !== undefined) return { kind: 'until', phase: x.until }
    if (x.stop?.aborted === true) return { kind: 'waiting', for: INTERRUPTED.for }
    const answer = await advance(engine, task, x)
    if (answer.result === 'done') return { kind: 'done' }
    if (answer.result !== 'waiting') waited = 0
    else if (answer.held !== true || waited >= PATIENCE_MS) return { kind: 'waiting', for: answer.for }
    else {
      if (waited === 0) {
        const text = `another process holds the task; waiting up to ${PATIENCE_MS / 1000} s for it`
        engine.progress({ kind: 'note', phase: dutyOf(state), text })
      }
      await engine.clock.sleep(ASK_AGAIN_MS, x.stop)
      waited += ASK_AGAIN_MS
    }
  }
  throw new Error(`task ${task} took more than ${MOST_STEPS} steps`)
}

/** Keeps the inputs and writes the first entry of the task chain. */
export async function createTask(
  engine: Pick<TaskEngine, 'store' | 'clock' | 'leases' | 'holder' | 'ownsTaskChain'>,
  task: TaskId,
  inputs: TaskInputs,
): Promise<void> {
  const made = await withLease(engine, leaseKeys(task, 'STRATEGIZE'), async (held) => {
    await saveInputs(engine, task, inputs)
    const journal = await openJournal(engine, task, held.fences)
    const event = { kind: 'task.created', task, request: digestOfJson(inputs.request) } as const
    await journal.write({ chain: `task:${task}`, event })
  })
  if (!made.held) throw new Error(`task ${task} is created by another process`)
}
