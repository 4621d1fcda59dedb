// Owns telling the runner how a step ended: outputs, annotations, the job's summary, the exit code.
import { error, setOutput, summary, warning } from '@actions/core'
import type { Ended } from './steps.ts'

/** A job's summary may have 1 MiB a step; longer ones fail the step that wrote them. */
const MOST_SUMMARY = 1_000_000

export async function report(ended: Ended): Promise<number> {
  for (const [name, value] of Object.entries(ended.outputs)) setOutput(name, value)
  for (const text of ended.warnings ?? []) warning(text)
  if (ended.error !== undefined) error(ended.error, { title: 'autopilot' })
  if (ended.summary !== undefined) await summary.addRaw(ended.summary.slice(0, MOST_SUMMARY), true).write()
  return ended.exit
}
