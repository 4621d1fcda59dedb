// Owns the step `open`: the envelope is fetched, held to what the dispatch named, and put where the other steps look.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getInput } from '@actions/core'
import { readRawFile } from '../src/adapters/github/raw-file.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import { EXIT, refusalOf } from '../src/cli/exit-codes.ts'
import type { DispatchInputs } from '../src/contracts/envelope.ts'
import type { Clock } from '../src/ports.ts'
import { ENVELOPE_FILE, readEnvelope } from '../src/pipeline/envelope.ts'
import { runFolder } from './folder.ts'
import type { Invocation } from './invocation.ts'
import type { Ended } from './steps.ts'

/** Chains of a hundred runs stay far below. */
const MOST_BYTES = 64 * 1024 * 1024

/** The only step that is given a token. */
export async function openStep(invocation: Invocation, dispatch: DispatchInputs): Promise<Ended> {
  const { runner } = invocation
  const clock = systemClock()
  const text = await envelopeText(invocation, dispatch, clock)
  const opened = readEnvelope(text, dispatch)
  if (!opened.ok) throw refusalOf([opened.problem])
  const { envelope, state } = opened.read
  if (envelope.repository.id !== runner.GITHUB_REPOSITORY_ID) {
    const message = `the envelope is of repository ${envelope.repository.id}; this is ${runner.GITHUB_REPOSITORY_ID}`
    throw refusalOf([
      { rule: 'envelope-foreign', message, fix: 'let the App start the workflow where it belongs' },
    ])
  }
  const base = state.requested?.base
  if (base === undefined) throw new Error('open: no run is asked for')
  const folder = runFolder(runner.RUNNER_TEMP)
  await folder.writeJob({
    dispatch,
    attempt: runner.GITHUB_RUN_ATTEMPT,
    started_at: clock.now().toISOString(),
    timings: { total: 0, gates: 0, worker: 0, install: 0, git: 0, orchestration: 0 },
  })
  await writeFile(folder.envelope, text, { mode: 0o600 })
  process.stdout.write(`run ${envelope.number} of ${envelope.task} on ${base.sha} (${base.ref})\n`)
  return { exit: EXIT.accepted, outputs: { base: base.sha } }
}

/** From the job before, or out of the commit below refs/autopilot that the App left. */
async function envelopeText(
  { runner, file }: Invocation,
  dispatch: DispatchInputs,
  clock: Clock,
): Promise<string> {
  if (file !== '') return readFile(join(file, ENVELOPE_FILE), 'utf8')
  const fetched = await readRawFile({
    api: runner.GITHUB_API_URL,
    token: getInput('token', { required: true }),
    repository: runner.GITHUB_REPOSITORY,
    path: ENVELOPE_FILE,
    commit: dispatch.commit,
    maxBytes: MOST_BYTES,
    clock,
  })
  if (!fetched.ok) throw refusalOf([fetched.problem])
  return fetched.text
}
