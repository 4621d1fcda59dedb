// Owns what of a task goes into its bundle, and when: a checkpoint after every phase, sealed when the run closes.
import { canonicalJson, evidenceJson, type Digest } from '../contracts/canonical.ts'
import type { Phase } from '../contracts/base.ts'
import type { LedgerEntry } from '../contracts/ledger.ts'
import { PHASE_ORDER } from '../process/phases.ts'
import { frontierOf } from '../process/state.ts'
import { bundleDigest, makeManifest, MANIFEST } from '../work/bundle.ts'
import { inWritingOrder } from './chain-order.ts'
import type { Engine } from './engine.ts'
import type { TaskInputs } from './inputs.ts'
import type { Journal } from './journal.ts'

/** Writes the bundle anew from ledger and blobs alone. Before a run is opened there is none. Returns its digest. */
export async function writeBundle(
  engine: Engine,
  journal: Journal,
  inputs: TaskInputs,
  state: 'checkpoint' | 'sealed',
): Promise<Digest> {
  const { run } = journal.state
  if (run === null) throw new Error('writeBundle: no run was opened')
  const chains = { task: `task:${journal.task}`, run: `run:${run.id}` }
  const task = await engine.store.entries(chains.task)
  const entries = await engine.store.entries(chains.run)
  const files = await evidenceFiles(engine, inWritingOrder(task, entries))
  const text = (path: string, content: string): unknown => files.set(path, Buffer.from(content))
  text('ledger/task.jsonl', jsonLines(task))
  text('ledger/run.jsonl', jsonLines(entries))
  text('inputs/policy.yml', inputs.policyText)
  text('inputs/constitution.yml', inputs.constitutionText)
  text('inputs/settings.json', evidenceJson(inputs.settings))
  text('inputs/fingerprint.json', evidenceJson(inputs.fingerprint))
  if (run.closed !== null) files.set('outcome.json', await engine.blobs.get(run.closed.outcome))
  const passed = PHASE_ORDER.filter((phase) => journal.state.passed[phase] !== undefined)
  const manifest = makeManifest(
    {
      task: journal.task,
      run: run.id,
      attempt: run.attempt,
      state,
      // The last entry's time, not the wall clock: the same ledger always makes the same bundle.
      written_at: entries.at(-1)?.at ?? task.at(-1)?.at ?? '',
      last_phase: passed.at(-1) ?? null,
      next_phase: run.closed === null ? frontierOf(journal.state) : null,
      base: inputs.request.base,
      task_chain: await engine.store.head(chains.task),
      run_chain: await engine.store.head(chains.run),
      outcome: run.closed?.outcome ?? null,
    },
    files,
  )
  files.set(MANIFEST, Buffer.from(evidenceJson(manifest)))
  await engine.bundles.write(journal.task, files)
  return bundleDigest(manifest)
}

/** Nothing to check-point before the run was opened, nor after its bundle was sealed and bound to the task chain. */
export async function checkpoint(engine: Engine, journal: Journal, inputs: TaskInputs): Promise<void> {
  if (journal.state.run?.imported === null) await writeBundle(engine, journal, inputs, 'checkpoint')
}

/** `evidence/<phase>/<name>` for what stands, `voided/<phase>-<visit>/<name>` for what a return took back. */
async function evidenceFiles(
  engine: Engine,
  entries: readonly LedgerEntry[],
): Promise<Map<string, Uint8Array>> {
  const standing = new Map<Phase, number>()
  for (const { event } of entries) {
    if (event.kind === 'phase.entered') standing.set(event.phase, event.visit)
    if (event.kind !== 'phase.returned') continue
    for (const phase of PHASE_ORDER.slice(PHASE_ORDER.indexOf(event.to))) standing.delete(phase)
  }
  const wanted = new Map<string, Digest>()
  for (const { event } of entries) {
    if (event.kind === 'phase.passed')
      wanted.set(`verdicts/${event.phase}-${event.visit}.json`, event.verdict)
    if (event.kind !== 'evidence.recorded') continue
    const stands = standing.get(event.phase) === event.visit
    const folder = stands ? `evidence/${event.phase}` : `voided/${event.phase}-${event.visit}`
    for (const artifact of event.artifacts) wanted.set(`${folder}/${artifact.name}`, artifact.sha256)
  }
  const read = [...wanted].map(async ([path, digest]) => [path, await engine.blobs.get(digest)] as const)
  return new Map(await Promise.all(read))
}

function jsonLines(entries: readonly LedgerEntry[]): string {
  return entries.map((entry) => `${canonicalJson(entry)}\n`).join('')
}
