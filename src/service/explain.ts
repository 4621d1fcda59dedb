// Owns what `/status` and `/explain` are answered from: where the thread's task stands, and which rules hold it.
import { parseJson } from '../work/bundle.ts'
import type { Asked } from './commands.ts'
import { placeOf } from './place.ts'
import { statusOf } from './status.ts'
import { explained, noTask } from './shown.ts'

export async function explain(asked: Asked, what: 'status' | 'explain'): Promise<string> {
  const { service, task, state } = asked
  if (task === undefined || state === undefined) return noTask()
  const status = await statusOf(service, state, await placeOf(service, task))
  if (what === 'status') return explained(status)
  const { decided } = state
  const tree = decided === null ? null : parseJson(await service.blobs.get(decided.verdict))
  return explained({ status, tree })
}
