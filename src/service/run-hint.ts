// Owns what is known of a run in Actions without asking: what the last signed webhook said of it.
import { z } from 'zod'
import { Sha, Timestamp, type TaskId } from '../contracts/base.ts'
import { canonicalJson } from '../contracts/canonical.ts'
import type { RunState } from '../ports/forge.ts'
import type { Service } from './parts.ts'

/** What a signed webhook said of a run, so that it need not be asked for. */
export const RunHint = z.strictObject({
  id: z.int().min(1),
  attempt: z.int().min(1),
  conclusion: z.string().nullable(),
  path: z.string(),
  event: z.string(),
  title: z.string(),
  head: Sha,
  at: Timestamp,
  /** Login of who started the attempt. */
  by: z.string().nullable().default(null),
})
export type RunHint = z.infer<typeof RunHint>

const HINT = 'run-hint'

export function putHint(hint: RunHint): { name: string; text: string } {
  return { name: HINT, text: canonicalJson(hint) }
}

export async function hintOf(service: Service, task: TaskId): Promise<RunHint | undefined> {
  const text = await service.store.text(task, HINT)
  return text === undefined ? undefined : RunHint.parse(JSON.parse(text))
}

export function asHint(seen: RunState | undefined): RunHint | undefined {
  if (seen === undefined) return undefined
  const { id, attempt, conclusion, path, event, title, headSha, startedAt, actor } = seen
  return {
    id,
    attempt,
    conclusion,
    path,
    event,
    title,
    head: headSha,
    at: startedAt ?? '1970-01-01T00:00:00.000Z',
    by: actor?.login ?? null,
  }
}
