// Owns what GitHub does with check runs that nobody finishes.
import type { Forge } from '../forge.ts'
import type { Repository } from '../world/repository.ts'

/** Source: docs.github.com, "Using the REST API to interact with checks": incomplete for more than 14 days. */
const STALE_MS = 14 * 24 * 3_600_000

/** Nobody is told: the page promises no webhook, and who waits for one waits for ever. */
export function expireRuns({ clock }: Pick<Forge, 'clock'>, repository: Repository): void {
  for (const run of repository.checkRuns.values()) {
    if (run.status === 'completed' || clock.now() - Date.parse(run.createdAt) <= STALE_MS) continue
    run.status = 'completed'
    run.conclusion = 'stale'
    run.completedAt = clock.iso()
  }
}
