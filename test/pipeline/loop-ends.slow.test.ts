// Work that never passes is sent back a bounded number of times: each way in which the loop ends without a change.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import { verifyBundle } from '../../src/pipeline/verify-bundle.ts'
import { writeFile, type Deed } from '../fakes/scripted-worker.ts'
import { branchesOf, MENDED } from '../e2e/tiny-repository.ts'
import { apply, makeLaptop } from './laptop.ts'
import { learner, run, wrong } from './learner.ts'

/** Another test fails each time: never the same failure, never any better. */
const restless: Deed = async (workspace, job) => {
  await apply(workspace)
  const more = `test('fails in ${job.visit}', () => assert.equal(greet(''), 'no'))\n`
  await writeFile(workspace, 'test/greet.test.js', `${MENDED['test/greet.test.js'] ?? ''}${more}`)
}

function limited(iterations: number): Parameters<typeof makeLaptop>[0] & object {
  return {
    inputs: (inputs) => ({
      ...inputs,
      request: { ...inputs.request, limits: { ...inputs.request.limits, iterations } },
    }),
  }
}

test.each<[string, Deed, number, string, number]>([
  ['fails the same way twice', wrong, 3, 'same_failure', 2],
  ['fails otherwise each time and gets no better', restless, 5, 'flat', 3],
  ['has no iteration left', restless, 2, 'iteration_cap', 2],
])('a worker that %s is stopped, with no branch', async (_, deed, iterations, stop_reason, jobs) => {
  const worker = learner(deed)
  const laptop = await makeLaptop({ worker, ...limited(iterations) })
  const report = await run(laptop)
  expect(report).toMatchObject({
    accepted: false,
    branch: null,
    outcome: { kind: 'stopped', rule: 'tests', phase: 'VERIFY', stop_reason },
  })
  expect(worker.jobs).toHaveLength(jobs)
  expect(await branchesOf(laptop.tiny.repo)).toEqual([])
  expect(
    await verifyBundle(await openBundle(join(laptop.folder, 'bundle')), { rederive: true }),
  ).toMatchObject({
    reason: 'The bundle is whole and its chains hold.',
  })
})
