// Owns a Worker whose deeds are written down in a test: what it does in which visit, and how it says it ended.
import type { WorkerEvent } from '../../src/contracts/transcript.ts'
import type { Worker, WorkerJob, Workspace } from '../../src/ports.ts'

export interface ScriptedWorker extends Worker {
  /** Jobs that it was given, in order. */
  readonly jobs: readonly WorkerJob[]
}

export type Deed = (workspace: Workspace, job: WorkerJob, signal: AbortSignal) => Promise<void>

/** Works as `recipe`: the small plans of the tests come from an issue with a patch. */
export function makeScriptedWorker(x: { canRefine: boolean; deed: Deed }): ScriptedWorker {
  const jobs: WorkerJob[] = []
  return {
    id: 'recipe',
    canRefine: x.canRefine,
    jobs,
    probe: () => Promise.resolve({ name: 'scripted', version: '1', sha256: null }),
    async *run(job, workspace, signal): AsyncGenerator<WorkerEvent> {
      jobs.push(job)
      yield { type: 'started', worker: 'scripted', version: '1' }
      await x.deed(workspace, job, signal)
      yield { type: 'finished', stop: 'done', detail: 'as the test says', suggestion: '' }
    },
  }
}

export async function writeFile(workspace: Workspace, path: string, text: string): Promise<void> {
  await shell(workspace, 'mkdir -p "$(dirname "$1")" && cat > "$1"', path, text)
}

/** Runs a line of sh in the copy; throws when it fails. */
export async function shell(workspace: Workspace, line: string, word = '', stdin = ''): Promise<void> {
  const { result } = workspace.exec({ argv: ['sh', '-c', line, 'sh', word], env: {}, stdin, egress: 'none' })
  const { exitCode, detail } = await result
  if (exitCode !== 0) throw new Error(`${line}: exit ${exitCode} ${detail}`)
}
