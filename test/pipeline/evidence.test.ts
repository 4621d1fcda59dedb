// Evidence that changes between two phases is found before the next one works.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runTask } from '../../src/pipeline/loop.ts'
import { STAGES } from '../../src/pipeline/stages/registry.ts'
import { countersOf } from '../../src/process/counters.ts'
import { makeLaptop } from './laptop.ts'

test('evidence of another phase in the place of a phase’s own is found too', async () => {
  const { engine, task, folder, state, entries } = await makeLaptop()
  await runTask(engine, task, { stages: STAGES, until: 'PLAN' })
  const spec = await readFile(join(folder, 'evidence/SPEC/spec.md'))
  await writeFile(join(folder, 'evidence/PLAN/plan.md'), spec)
  await runTask(engine, task, { stages: STAGES, until: 'THINK' })
  expect(countersOf(await entries()).evidence_gate_failed).toBe(1)
  expect((await state()).passed.PLAN?.visit).toBe(2)
})
