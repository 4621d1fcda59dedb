// Owns the state of one run between the steps of its job: a folder that only this user reads.
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { RunReport } from '../src/contracts/summary.ts'
import { DispatchInputs } from '../src/contracts/envelope.ts'

const Job = z.strictObject({
  dispatch: DispatchInputs,
  /** Of the workflow run, from 1. */
  attempt: z.int().min(1),
  started_at: z.iso.datetime(),
  /** What the steps so far took. */
  timings: RunReport.shape.timings,
})
export type Job = z.infer<typeof Job>

export interface RunFolder {
  readonly root: string
  readonly database: string
  readonly blobs: string
  readonly evidence: string
  readonly bundle: string
  readonly git: string
  readonly envelope: string
  make(): Promise<void>
  readJob(): Promise<Job>
  writeJob(job: Job): Promise<void>
}

/** Below RUNNER_TEMP, which the runner empties before each job. Evidence can quote a private repository. */
export function runFolder(temp: string): RunFolder {
  const root = join(temp, 'autopilot')
  const file = join(root, 'job.json')
  const make = async (): Promise<void> => {
    await mkdir(root, { recursive: true, mode: 0o700 })
    await chmod(root, 0o700)
  }
  return {
    make,
    root,
    database: join(root, 'autopilot.db'),
    blobs: join(root, 'blobs'),
    evidence: join(root, 'evidence'),
    bundle: join(root, 'bundle'),
    git: join(root, 'git'),
    envelope: join(root, 'envelope.json'),
    readJob: async () => Job.parse(JSON.parse(await readFile(file, 'utf8'))),
    async writeJob(job) {
      await make()
      await writeFile(`${file}.next`, JSON.stringify(Job.parse(job)))
      await rename(`${file}.next`, file)
    },
  }
}
