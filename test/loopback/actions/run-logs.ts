// Owns the archive of a run's logs: one file a job, and a folder a job with one file a step.
import { buffer } from 'node:stream/consumers'
import yazl from 'yazl'
import type { WorkflowRun } from '../world/runs.ts'

/** A name is the job's own and may have any letter; a slash would make a folder of it. */
const fileName = (name: string) => name.replaceAll(/[/\\:*?"<>|]/g, '')

export async function runLogs(run: WorkflowRun): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  for (const [at, job] of (run.attempts.at(-1)?.jobs ?? []).entries()) {
    const name = fileName(job.name)
    zip.addBuffer(Buffer.from(job.log), `${at}_${name}.txt`)
    for (const [number, text] of job.stepLogs ?? []) {
      const step = job.steps.find((one) => one.number === number)
      zip.addBuffer(Buffer.from(text), `${name}/${number}_${fileName(step?.name ?? 'step')}.txt`)
    }
  }
  zip.end()
  return buffer(zip.outputStream)
}
