// Owns the step `seal`: whatever became of the run, its bundle is written from ledger and blobs, and its page with it.
import { access } from 'node:fs/promises'
import { EXIT } from '../src/cli/exit-codes.ts'
import { artifactName } from '../src/contracts/bundle.ts'
import { bundleOf } from '../src/pipeline/bundle.ts'
import type { TaskEngine } from '../src/pipeline/engine.ts'
import { loadInputs } from '../src/pipeline/inputs.ts'
import { readTask } from '../src/pipeline/journal.ts'
import { readReport } from '../src/pipeline/report.ts'
import { frontierOf } from '../src/process/state.ts'
import { renderRunSummary, renderUnfinished } from '../src/report/run-summary.ts'
import { openChains } from './compose.ts'
import { runFolder, type Job, type RunFolder } from './folder.ts'
import type { Invocation } from './invocation.ts'
import type { Ended } from './steps.ts'

/** Runs when everything before it failed or was cancelled, too; it fails only when the disk does. */
export async function sealStep({ runner }: Invocation): Promise<Ended> {
  const folder = runFolder(runner.RUNNER_TEMP)
  const begun = await access(folder.database).then(
    () => true,
    () => false,
  )
  if (!begun) return nothing()
  const chains = await openChains(folder, { ownsTaskChain: false })
  try {
    return await seal(chains.engine, folder, await folder.readJob())
  } finally {
    await chains.close()
  }
}

async function seal(engine: TaskEngine, folder: RunFolder, job: Job): Promise<Ended> {
  const { task } = job.dispatch
  const written = await bundleOf(engine, task)
  if (written === undefined) return nothing()
  const state = await readTask(engine, task)
  const { request } = await loadInputs(engine, task)
  const head = `${state.run?.head.hash ?? ''}:${state.run?.head.length ?? 0}`
  const name = artifactName(task, job.attempt)
  const outputs = {
    outcome: state.run?.closed?.result ?? '',
    'bundle-path': folder.bundle,
    'artifact-name': name,
    'bundle-state': written.state,
    'bundle-digest': written.digest,
    'ledger-head': head,
  }
  process.stdout.write(`bundle ${name} (${written.state}) ${written.digest}\nledger ${head}\n`)
  const sealed = { bundle: name, timings: job.timings, sealed: written.digest }
  const report = await readReport(engine, task, sealed)
  const summary =
    report === undefined
      ? renderUnfinished(request.title, { phase: state.phase?.phase ?? frontierOf(state), bundle: name })
      : renderRunSummary(report, request.title)
  return { exit: EXIT.accepted, outputs, summary }
}

function nothing(): Ended {
  process.stdout.write('no run was opened, so there is no bundle\n')
  return { exit: EXIT.accepted, outputs: { 'bundle-state': 'none' } }
}
