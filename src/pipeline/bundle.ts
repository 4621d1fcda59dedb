// Owns what of a task goes into its bundle, and when: a checkpoint after every phase, sealed when the run closes.
import type { TaskId } from '../contracts/base.ts'
import { evidenceJson, type Digest } from '../contracts/canonical.ts'
import { bundleDigest, makeManifest, MANIFEST } from '../work/bundle.ts'
import { aboutOf, earlierPath, layoutOf, type FIXED_FILES } from './bundle-layout.ts'
import { chainText } from './chain-lines.ts'
import type { TaskEngine } from './engine.ts'
import { baseOf, loadInputs, type TaskInputs } from './inputs.ts'
import { readTask, type Journal } from './journal.ts'

/** Writes the bundle anew from ledger and blobs alone. Before a run is opened there is none. Returns its digest. */
export async function writeBundle(
  engine: TaskEngine,
  journal: Pick<Journal, 'task' | 'state'>,
  inputs: TaskInputs,
): Promise<Digest> {
  const { run } = journal.state
  const task = await engine.store.entries(`task:${journal.task}`)
  const entries = run === null ? [] : await engine.store.entries(`run:${run.id}`)
  const about = aboutOf(journal.state, { task, run: entries, base: baseOf(journal.state, inputs) })
  if (run === null || about === undefined) throw new Error('writeBundle: no run was opened')
  const files = await evidenceFiles(engine, layoutOf(task, entries))
  const text = (path: (typeof FIXED_FILES)[number], content: string): unknown =>
    files.set(path, Buffer.from(content))
  text('ledger/task.jsonl', chainText(task))
  text('ledger/run.jsonl', chainText(entries))
  for (const earlier of journal.state.runs.filter((one) => one !== run.id)) {
    files.set(earlierPath(earlier), Buffer.from(chainText(await engine.store.entries(`run:${earlier}`))))
  }
  text('inputs/policy.yml', inputs.policyText)
  text('inputs/constitution.yml', inputs.constitutionText)
  text('inputs/settings.json', evidenceJson(inputs.settings))
  text('inputs/fingerprint.json', evidenceJson(inputs.fingerprint))
  if (run.closed !== null) files.set('outcome.json', await engine.blobs.get(run.closed.outcome))
  const manifest = makeManifest(about, files)
  files.set(MANIFEST, Buffer.from(evidenceJson(manifest)))
  await engine.bundles.write(journal.task, files)
  return bundleDigest(manifest)
}

/** Nothing to check-point before the run was opened, nor after its bundle was sealed and bound to the task chain. */
export async function checkpoint(engine: TaskEngine, journal: Journal, inputs: TaskInputs): Promise<void> {
  if (journal.state.run?.imported === null) await writeBundle(engine, journal, inputs)
}

/** The bundle as the store has it now, whoever was at work and however that ended; undefined: no run was opened. */
export async function bundleOf(
  engine: TaskEngine,
  task: TaskId,
): Promise<{ digest: Digest; state: 'sealed' | 'checkpoint' } | undefined> {
  const state = await readTask(engine, task)
  if (state.run === null) return undefined
  const digest = await writeBundle(engine, { task, state }, await loadInputs(engine, task))
  return { digest, state: state.run.closed === null ? 'checkpoint' : 'sealed' }
}

async function evidenceFiles(
  engine: TaskEngine,
  layout: ReturnType<typeof layoutOf>,
): Promise<Map<string, Uint8Array>> {
  const read = [...layout].map(async ([path, digest]) => [path, await engine.blobs.get(digest)] as const)
  return new Map(await Promise.all(read))
}
