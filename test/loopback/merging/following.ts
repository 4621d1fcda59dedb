// Owns that what waits for checks is looked at again when one of them is done.
import type { ForgeEvent } from '../events.ts'
import type { Forge } from '../forge.ts'
import { reconsiderAutoMerge } from './auto-merge.ts'

/** The commit that a check or status was reported for; undefined for any other event. */
function judgedCommit({ name, action, payload }: ForgeEvent): string | undefined {
  const run = payload['check_run'] as { head_sha?: string } | undefined
  if (name === 'check_run' && action === 'completed') return run?.head_sha
  return name === 'status' ? (payload['sha'] as string | undefined) : undefined
}

/** Listens for the rest of the loopback's life. */
export function followChecks(forge: Forge): void {
  forge.listen((event) => {
    const sha = judgedCommit(event)
    const { repository } = event
    if (sha === undefined || repository === undefined) return
    forge.later(() => reconsiderAutoMerge(forge, repository, sha))
  })
}
