// Owns what tests of the refinement loop share: a worker that learns from visit to visit, and its report.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { RunReport } from '../../src/contracts/summary.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { STAGES } from '../../src/pipeline/stages/registry.ts'
import { readReport } from '../../src/pipeline/report.ts'
import { makeScriptedWorker, type Deed } from '../fakes/scripted-worker.ts'
import { MENDED } from '../e2e/tiny-repository.ts'
import { apply, type Laptop } from './laptop.ts'

const WRONG = { 'src/greet.js': 'export function greet(name) {\n  return `Hi ${name}`\n}\n' }

/** A worker that learns: what it writes in its first, second, … visit; then the last again. */
export function learner(...visits: readonly Deed[]): ReturnType<typeof makeScriptedWorker> {
  return makeScriptedWorker({
    canRefine: true,
    deed: async (workspace, job, signal) =>
      visits[Math.min(job.visit, visits.length) - 1]?.(workspace, job, signal),
  })
}

export const wrong: Deed = (workspace) => apply(workspace, { ...MENDED, ...WRONG })
export const right: Deed = (workspace) => apply(workspace)
export async function run(laptop: Laptop): Promise<RunReport> {
  expect(await runTask(laptop.engine, laptop.task, { stages: STAGES })).toEqual({ kind: 'done' })
  const timings = { total: 0, install: 0, worker: 0, git: 0, gates: 0, orchestration: 0 }
  const report = await readReport(laptop.engine, laptop.task, { bundle: '', timings })
  if (report === undefined) throw new Error('there is no report')
  return report
}

export async function evidence(laptop: Laptop, path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(laptop.folder, 'bundle', path), 'utf8'))
}
