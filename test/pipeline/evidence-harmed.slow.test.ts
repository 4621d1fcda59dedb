// Test results that change between two phases: found before the next one works, counted, and made afresh.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { STAGES } from '../../src/pipeline/stages/registry.ts'
import { verifyBundle } from '../../src/pipeline/verify-bundle.ts'
import { countersOf } from '../../src/process/counters.ts'
import { makeLaptop } from './laptop.ts'

test.each([
  ['removed', (file: string) => rm(file)],
  ['emptied', (file: string) => writeFile(file, '')],
  [
    'altered',
    async (file: string) => writeFile(file, (await readFile(file, 'utf8')).replace('"passed"', '"failed"')),
  ],
])('test results that were %s before REVIEW: VERIFY is done again', async (_, harm) => {
  const { engine, task, folder, state, entries } = await makeLaptop()
  await runTask(engine, task, { stages: STAGES, until: 'VERIFY' })
  await harm(join(folder, 'evidence/VERIFY/test_results.json'))
  expect(await runTask(engine, task, { stages: STAGES })).toEqual({ kind: 'done' })
  const all = await entries()
  const violation = all.find((entry) => entry.event.kind === 'violation')?.event
  expect(violation).toMatchObject({ phase: 'VERIFY', code: 'evidence_gate_failed' })
  expect(countersOf(all)).toMatchObject({
    evidence_gate_failed: 1,
    phase_backtracks: 1,
    tasks_rejected_for_process_violation: 0,
  })
  const { closed, passed, backtracks } = await state()
  expect([closed?.result, passed.VERIFY?.visit, passed.REVIEW?.visit, backtracks]).toEqual([
    'accepted',
    2,
    2,
    1,
  ])
  // measured again, not copied: the report stands under a new record, and counts as the same iteration
  const report = await readFile(join(folder, 'bundle/evidence/VERIFY/quality_report.json'), 'utf8')
  expect(JSON.parse(report)).toMatchObject({ iteration: 1, delta_previous: null })
  expect(await readdir(join(folder, 'bundle/voided'))).toEqual(['VERIFY-1'])
  expect(await verifyBundle(await openBundle(join(folder, 'bundle')), { rederive: true })).toMatchObject({
    reason: 'The bundle is whole and its chains hold.',
  })
})
