// Owns what keeps a task from going on while a step of it fails again and again: said where people see it, until one goes through.
import type { TaskId } from '../contracts/base.ts'
import type { Service } from './parts.ts'

const TEXT = 'trouble'

/** One sentence, and what happens next; undefined: the last step went through. */
export async function troubleOf(service: Pick<Service, 'store'>, task: TaskId): Promise<string | undefined> {
  return (await service.store.text(task, TEXT)) || undefined
}

export function keepTrouble(service: Service, task: TaskId, error: unknown): Promise<void> {
  const answered = error instanceof Error && error.name === 'ForgeError'
  const why = answered
    ? `GitHub refuses what the next step needs: ${error.message}`
    : 'An error of Autopilot itself keeps this from going on; its operator finds it in the log.'
  return put(service, task, `${why} It is tried again every few minutes.`)
}

export async function endTrouble(service: Service, task: TaskId): Promise<void> {
  if ((await troubleOf(service, task)) !== undefined) await put(service, task, '')
}

function put(service: Service, task: TaskId, text: string): Promise<void> {
  return service.store.transaction((tx) => tx.putText(task, TEXT, text))
}
