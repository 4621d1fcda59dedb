// Owns reading evidence of a passed phase for a projection or a decision, outside of any stage.
import type { z } from 'zod'
import type { Phase } from '../contracts/base.ts'
import type { Contract } from '../contracts/contract.ts'
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
