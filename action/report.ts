// Owns telling the runner how a step ended: outputs, annotations, the job's summary, the exit code.
import { error, setOutput, summary, warning } from '@actions/core'
import { redactDeep } from '../src/gates/secret-scan.ts'
import type { Ended } from './steps.ts'

/** A job's summary may have 1 MiB a step; longer ones fail the step that wrote them. */
const MOST_SUMMARY = 1_000_000

export async function report(ended: Ended): Promise<number> {
  for (const [name, value] of Object.entries(ended.outputs)) setOutput(name, value)
  const said = await redactDeep({ warnings: ended.warnings, error: ended.error, summary: ended.summary })
  for (const text of said.warnings ?? []) warning(text)
  if (said.error !== undefined) error(said.error, { title: 'autopilot' })
  if (said.summary !== undefined) await summary.addRaw(said.summary.slice(0, MOST_SUMMARY), true).write()
  return ended.exit
}
