// Owns what of a task goes into its bundle, and when: a checkpoint after every phase, sealed when the run closes.
import { canonicalJson, evidenceJson, type Digest } from '../contracts/canonical.ts'
import type { LedgerEntry } from '../contracts/ledger.ts'
import { bundleDigest, makeManifest, MANIFEST } from '../work/bundle.ts'
import { aboutOf, layoutOf, type FIXED_FILES } from './bundle-layout.ts'
import { inWritingOrder } from './chain-order.ts'
import type { TaskEngine } from './engine.ts'
import type { TaskInputs } from './inputs.ts'
import type { Journal } from './journal.ts'

/** Writes the bundle anew from ledger and blobs alone. Before a run is opened there is none. Returns its digest. */
export async function writeBundle(engine: TaskEngine, journal: Journal, inputs: TaskInputs): Promise<Digest> {
  const { run } = journal.state
  const task = await engine.store.entries(`task:${journal.task}`)
  const entries = run === null ? [] : await engine.store.entries(`run:${run.id}`)
  const about = aboutOf(journal.state, { task, run: entries, base: inputs.request.base })
  if (run === null || about === undefined) throw new Error('writeBundle: no run was opened')
  const files = await evidenceFiles(engine, inWritingOrder(task, entries))
  const text = (path: (typeof FIXED_FILES)[number], content: string): unknown =>
    files.set(path, Buffer.from(content))
  text('ledger/task.jsonl', jsonLines(task))
  text('ledger/run.jsonl', jsonLines(entries))
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

async function evidenceFiles(
  engine: TaskEngine,
  entries: readonly LedgerEntry[],
): Promise<Map<string, Uint8Array>> {
  const read = [...layoutOf(entries)].map(
    async ([path, digest]) => [path, await engine.blobs.get(digest)] as const,
  )
  return new Map(await Promise.all(read))
}

function jsonLines(entries: readonly LedgerEntry[]): string {
  return entries.map((entry) => `${canonicalJson(entry)}\n`).join('')
}
