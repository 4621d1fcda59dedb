// Owns reading evidence of passed phases for a projection or a decision, outside of any stage.
import type { z } from 'zod'
import type { Phase } from '../contracts/base.ts'
import { ModifiedFilesContract } from '../contracts/change-set.ts'
import type { Contract } from '../contracts/contract.ts'
import { CouncilVerdictContract } from '../contracts/council.ts'
import { FileMapContract, PlanContract } from '../contracts/plan.ts'
import { QualityReportContract } from '../contracts/quality-report.ts'
import { WorkingSpecContract } from '../contracts/working-spec.ts'
import type { TaskState } from '../process/state.ts'
import { parseJson } from '../work/bundle.ts'
import type { Service } from './parts.ts'

/** undefined: the phase does not stand, or left no such file. Throws when what is recorded cannot be read back. */
export async function readEvidence<S extends z.ZodType>(
  service: Pick<Service, 'blobs'>,
  state: TaskState,
  phase: Phase,
  name: string,
  of: Contract<S>,
): Promise<z.infer<S> | undefined> {
  const record = state.passed[phase]?.evidence.find((one) => one.name === name)
  if (record === undefined) return undefined
  const parsed = of.parse(parseJson(await service.blobs.get(record.sha256)))
  if (!parsed.ok) throw new Error(`${phase}/${name} does not parse: ${parsed.problems.join('; ')}`)
  return parsed.value
}

/** All that people are shown of a task's passed phases. */
export type Shown = Awaited<ReturnType<typeof readShown>>

export async function readShown(service: Pick<Service, 'blobs'>, state: TaskState) {
  const read = <S extends z.ZodType>(phase: Phase, name: string, of: Contract<S>) =>
    readEvidence(service, state, phase, name, of)
  return {
    spec: await read('SPEC', 'spec.json', WorkingSpecContract),
    plan: await read('PLAN', 'plan.json', PlanContract),
    fileMap: await read('PLAN', 'file_map.json', FileMapContract),
    review: await read('THINK', 'plan_review.json', CouncilVerdictContract),
    files: await read('IMPLEMENT', 'modified_files.json', ModifiedFilesContract),
    quality: await read('VERIFY', 'quality_report.json', QualityReportContract),
    council: await read('REVIEW', 'council_verdict.json', CouncilVerdictContract),
  }
}
