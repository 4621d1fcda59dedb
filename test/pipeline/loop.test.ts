// The refinement loop: work that fails a gate is sent back with a directive, a bounded number of times.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import type { RunReport } from '../../src/contracts/summary.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { readReport } from '../../src/pipeline/report.ts'
import { verifyBundle } from '../../src/pipeline/verify-bundle.ts'
import { STAGES } from '../../src/pipeline/stages/registry.ts'
import { makeScriptedWorker, writeFile, type Deed } from '../fakes/scripted-worker.ts'
import { branchesOf, MENDED } from '../e2e/tiny-repository.ts'
import { apply, kinds, makeLaptop, type Laptop } from './laptop.ts'

const WRONG = { 'src/greet.js': 'export function greet(name) {\n  return `Hi ${name}`\n}\n' }

/** A worker that learns: what it writes in its first, second, … visit; then the last again. */
function learner(...visits: readonly Deed[]): ReturnType<typeof makeScriptedWorker> {
  return makeScriptedWorker({
    canRefine: true,
    deed: async (workspace, job, signal) =>
      visits[Math.min(job.visit, visits.length) - 1]?.(workspace, job, signal),
  })
}

const wrong: Deed = (workspace) => apply(workspace, { ...MENDED, ...WRONG })
const right: Deed = (workspace) => apply(workspace)
/** Another test fails each time: never the same failure, never any better. */
const restless: Deed = async (workspace, job) => {
  await apply(workspace)
  const more = `test('fails in ${job.visit}', () => assert.equal(greet(''), 'no'))\n`
  await writeFile(workspace, 'test/greet.test.js', `${MENDED['test/greet.test.js'] ?? ''}${more}`)
}

async function run(laptop: Laptop): Promise<RunReport> {
  expect(await runTask(laptop.engine, laptop.task, { stages: STAGES })).toEqual({ kind: 'done' })
  const timings = { total: 0, install: 0, worker: 0, git: 0, gates: 0, orchestration: 0 }
  const report = await readReport(laptop.engine, laptop.task, { bundle: '', timings })
  if (report === undefined) throw new Error('there is no report')
  return report
}

async function evidence(laptop: Laptop, path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(laptop.folder, 'bundle', path), 'utf8'))
}

function limited(iterations: number): Parameters<typeof makeLaptop>[0] & object {
  return {
    inputs: (inputs) => ({
      ...inputs,
      request: { ...inputs.request, limits: { ...inputs.request.limits, iterations } },
    }),
  }
}

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
