// Owns a run that dies at a given entry: the process kills itself right after the entry was committed.
// node test/e2e/killed-run.ts '{"state": …, "repo": …, "issue": … | "resume": …, "phase": …, "kind": …}'
import { composeLaptop } from '../../src/cli/compose.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { STAGES } from '../../src/pipeline/stages/registry.ts'
import type { Store } from '../../src/ports.ts'

export interface KilledRun {
  state: string
  repo: string
  issue?: string
  resume?: boolean
  phase: string
  kind: 'phase.entered' | 'evidence.recorded'
}

function deadly(store: Store, x: KilledRun): Store {
  return {
    ...store,
    async transaction(work) {
      let reached = false
      const answer = await store.transaction((tx) =>
        work({
          ...tx,
          async append(entry) {
            await tx.append(entry)
            const { event } = entry
            reached ||= event.kind === x.kind && 'phase' in event && event.phase === x.phase
          },
        }),
      )
      if (reached) process.kill(process.pid, 'SIGKILL')
      return answer
    },
  }
}

if (import.meta.main) {
  const x = JSON.parse(process.argv[2] ?? '{}') as KilledRun
  const { state, repo, issue, resume } = x
  const laptop = await composeLaptop({ state, repo, issue, resume, dry: false }, () => undefined)
  const engine = { ...laptop.engine, store: deadly(laptop.engine.store, x) }
  await runTask(engine, laptop.task.id, { stages: STAGES })
  throw new Error(`${x.kind} of ${x.phase} never came`)
}
