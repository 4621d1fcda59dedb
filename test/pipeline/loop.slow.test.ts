// The refinement loop: work that fails a gate is sent back with a directive.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import { verifyBundle } from '../../src/pipeline/verify-bundle.ts'
import { makeScriptedWorker, writeFile, type Deed } from '../fakes/scripted-worker.ts'
import { branchesOf, MENDED } from '../e2e/tiny-repository.ts'
import { apply, kinds, makeLaptop } from './laptop.ts'
import { evidence, learner, right, run, wrong } from './learner.ts'

test('failing tests send the work back with a directive; mended, it is accepted in the second iteration', async () => {
  const worker = learner(wrong, right)
  const laptop = await makeLaptop({ worker })
  const report = await run(laptop)
  expect(report).toMatchObject({ accepted: true, outcome: { kind: 'change', iterations: 2 } })
  expect(worker.jobs.map((job) => job.visit)).toEqual([1, 2])
  expect(worker.jobs[0]?.directive).toBeNull()
  const told = worker.jobs[1]?.directive?.guidance ?? []
  expect(told.find((one) => one.rule.startsWith('tests'))?.text).toContain('greets by name')
  const returned = (await laptop.entries())
    .map((entry) => entry.event)
    .filter((event) => event.kind === 'phase.returned')
  expect(returned).toMatchObject([
    { phase: 'VERIFY', to: 'IMPLEMENT', reason: expect.stringContaining('tests') as string },
  ])
  const digest = returned[0]?.directive ?? ''
  expect(JSON.parse(Buffer.from(await laptop.engine.blobs.get(digest)).toString('utf8'))).toEqual(
    worker.jobs[1]?.directive,
  )
  expect(await evidence(laptop, 'voided/VERIFY-1/quality_report.json')).toMatchObject({
    accepted: false,
    iteration: 1,
  })
  expect(await evidence(laptop, 'voided/IMPLEMENT-1/change_set.json')).toMatchObject({
    files: [{ path: 'src/greet.js' }, { path: 'test/greet.test.js' }],
  })
  const last = (await evidence(laptop, 'evidence/VERIFY/quality_report.json')) as { delta_previous: number }
  expect(last).toMatchObject({ accepted: true, iteration: 2 })
  expect(last.delta_previous).toBeGreaterThan(0)
  expect(
    await verifyBundle(await openBundle(join(laptop.folder, 'bundle')), { rederive: true }),
  ).toMatchObject({
    reason: 'The bundle is whole and its chains hold.',
  })
  expect(await branchesOf(laptop.tiny.repo)).toHaveLength(1)
})

test('a change that passes the gates and not the council goes back with the council’s reasons', async () => {
  const focused: Deed = async (workspace) => {
    await apply(workspace)
    const text = (MENDED['test/greet.test.js'] ?? '').replace("test('leaves", "test.only('leaves")
    await writeFile(workspace, 'test/greet.test.js', text)
  }
  const worker = learner(focused, right)
  const laptop = await makeLaptop({ worker })
  const report = await run(laptop)
  expect(kinds(await laptop.entries())).toContain('phase.returned REVIEW')
  expect(worker.jobs[1]?.directive?.guidance.map((one) => one.rule)).toContain('no-focused-tests')
  expect(report).toMatchObject({ accepted: true, outcome: { iterations: 2 } })
})

test('a worker that would do the same again gets no second iteration', async () => {
  const worker = makeScriptedWorker({ canRefine: false, deed: wrong })
  const laptop = await makeLaptop({ worker })
  expect(await run(laptop)).toMatchObject({ outcome: { kind: 'stopped', stop_reason: 'cannot_refine' } })
  expect(worker.jobs).toHaveLength(1)
})

test('an iteration that leaves the scope ends the run, and the voided evidence of the first stays aside', async () => {
  const worker = learner(wrong, (workspace) => writeFile(workspace, 'README.md', 'x\n'))
  const laptop = await makeLaptop({ worker })
  expect(await run(laptop)).toMatchObject({ outcome: { kind: 'stopped', rule: 'scope', phase: 'IMPLEMENT' } })
  expect(await evidence(laptop, 'voided/VERIFY-1/quality_report.json')).toMatchObject({ accepted: false })
  expect(await readdir(join(laptop.folder, 'evidence'))).not.toContain('VERIFY')
  expect(
    await verifyBundle(await openBundle(join(laptop.folder, 'bundle')), { rederive: true }),
  ).toMatchObject({
    reason: 'The bundle is whole and its chains hold.',
  })
})
