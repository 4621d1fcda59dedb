// Owns running every gate over two trees with the tools of a folder of packages, started as the toolchain says.
import { join } from 'node:path'
import type { QualityReport } from '../../src/contracts/quality-report.ts'
import { runGates } from '../../src/gates/orchestrate.ts'
import { GATES } from '../../src/gates/registry.ts'
import type { Files } from '../fakes/change.ts'
import { contextOf, realClock } from '../fakes/gate-context.ts'

/** The packages of this repository. */
export const MODULES = join(import.meta.dirname, '../../node_modules')

export async function reportOf(before: Files, after: Files, nodeModules: string): Promise<QualityReport> {
  const context = await contextOf({ before, after, nodeModules })
  const { report } = await runGates(GATES, context, {
    clock: realClock,
    subject: {},
    iteration: 1,
    previous: null,
  })
  return report
}

export function gate(report: QualityReport, id: string): QualityReport['gates'][number]['verdict'] {
  const found = report.gates.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no gate ${id}`)
  return found.verdict
}
