// Owns the step `publish` of Action-only mode: the bundle is judged, its change published, and the issue told.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXIT, refusalOf } from '../src/cli/exit-codes.ts'
import { artifactName } from '../src/contracts/bundle.ts'
import type { DispatchInputs } from '../src/contracts/envelope.ts'
import { ENVELOPE_FILE, readEnvelope, seatEnvelope } from '../src/pipeline/envelope.ts'
import type { TaskEngine } from '../src/pipeline/engine.ts'
import { importBundle, type Imported } from '../src/pipeline/import-run.ts'
import type { Forge } from '../src/ports/forge.ts'
import { renderNotice } from '../src/report/notice.ts'
import { fetchBundle, MOST_ZIP_BYTES } from '../src/service/fetch-bundle.ts'
import { publishImport } from '../src/service/action-only/publish.ts'
import { openChains } from './compose.ts'
import { runFolder } from './folder.ts'
import { forgeOf, runOf } from './forge.ts'
import { COMMENT } from './intake.ts'
import type { Invocation } from './invocation.ts'
import type { Ended } from './steps.ts'

/** `attempt`: of the job that ran. The envelope is held to the digest that `intake` gave, past the job in between. */
export async function publishStep(
  { runner, file }: Invocation,
  dispatch: DispatchInputs,
  attempt: number,
): Promise<Ended> {
  const opened = readEnvelope(await readFile(join(file, ENVELOPE_FILE), 'utf8'), dispatch)
  if (!opened.ok) throw refusalOf([opened.problem])
  const { envelope } = opened.read
  const { id, owner, name } = envelope.repository
  const forge = forgeOf(runner, { id, owner, name })
  const run = runOf(runner)
  const chains = await openChains(runFolder(runner.RUNNER_TEMP), { ownsTaskChain: true })
  try {
    const seated = await seatEnvelope(chains.engine, opened.read, null)
    if (!seated.ok) throw refusalOf([seated.problem])
    const { task, number } = envelope
    const bundle = artifactName(task, attempt)
    const imported = await takeIn(chains.engine, forge, { task, number, attempt, run: runner.GITHUB_RUN_ID })
    const { notice, pull } = await publishImport(chains.engine, task, imported, { forge, run, bundle })
    const body = renderNotice(notice)
    await forge.writer.putComment({ number: envelope.issue, key: COMMENT, body })
    const outputs = {
      outcome: imported.ok ? imported.outcome.kind : '',
      pull: pull === null ? '' : String(pull),
    }
    if (!imported.ok) return { exit: EXIT.notAccepted, outputs, summary: body, error: imported.reason }
    const unpublished = imported.outcome.kind === 'change' && pull === null
    return unpublished
      ? { exit: EXIT.notAccepted, outputs, summary: body, error: notice.why }
      : { exit: EXIT.accepted, outputs, summary: body }
  } finally {
    await chains.close()
  }
}

async function takeIn(
  engine: TaskEngine,
  { runs }: Forge,
  x: { task: string; number: number; attempt: number; run: number },
): Promise<Imported> {
  const { task, number, attempt } = x
  const wanted = artifactName(task, attempt)
  const fetched = await fetchBundle(runs, x)
  switch (fetched.result) {
    case 'missing':
    case 'expired':
    case 'gone':
      return { ok: false, rule: 'artifact-gone', reason: `The artifact ${wanted} is not there.` }
    case 'too_large': {
      const reason = `The artifact ${wanted} has more than ${MOST_ZIP_BYTES} bytes.`
      return { ok: false, rule: 'artifact-too-large', reason }
    }
    case 'unreadable':
      return { ok: false, rule: fetched.problem.rule, reason: fetched.problem.message }
    case 'ok':
      return importBundle(engine, task, fetched.bundle, { number, attempt })
  }
}
