// What a worker may not do, and what becomes of work that leads nowhere.
import { expect, test } from 'vitest'
import { openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import { advance } from '../../src/pipeline/advance.ts'
import { readReport } from '../../src/pipeline/report.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { refuseMutation, runWorker } from '../../src/pipeline/run-worker.ts'
import type { Stage } from '../../src/pipeline/stage.ts'
import { STAGES } from '../../src/pipeline/stages/registry.ts'
import { verifyBundle } from '../../src/pipeline/verify-bundle.ts'
import { countersOf } from '../../src/process/counters.ts'
import { makeScriptedWorker, shell, writeFile, type Deed } from '../fakes/scripted-worker.ts'
import { makeJob } from '../fakes/worker-job.ts'
import { branchesOf } from '../e2e/tiny-repository.ts'
import { apply, makeLaptop } from './laptop.ts'

const COMMIT =
  'git init --quiet . && git -c user.name=w -c user.email=w@localhost commit --quiet --allow-empty --message=x'

test.each<[string, Deed, string]>([
  ['commits', (workspace) => shell(workspace, COMMIT), 'the worker left a Git commit'],
  ['writes a file', (workspace) => writeFile(workspace, 'notes.md', 'x'), 'the worker left changed files'],
])(
  'a worker that %s while it should plan ends the run, and its copy is thrown away',
  async (_, deed, words) => {
    const worker = makeScriptedWorker({ canRefine: true, deed })
    const { engine, task, state, entries, sandbox, tiny } = await makeLaptop({ worker })
    await runTask(engine, task, { stages: STAGES, until: 'SPEC' })
    const plan: Stage = async (context) => {
      const worked = await runWorker(context, worker, makeJob(null))
      return worked.kind === 'git_mutation' ? refuseMutation(context, worked) : STAGES.PLAN(context)
    }
    expect(await advance(engine, task, { stages: { ...STAGES, PLAN: plan } })).toEqual({ result: 'done' })
    const all = await entries()
    expect(all.find((entry) => entry.event.kind === 'violation')?.event).toEqual({
      kind: 'violation',
      phase: 'PLAN',
      code: 'git_mutation',
      detail: `PLAN may only read, and ${words}`,
    })
    expect(countersOf(all)).toMatchObject({
      phase_validations_failed: 1,
      tasks_rejected_for_process_violation: 1,
    })
    expect((await state()).closed?.result).toBe('stopped')
    expect(sandbox.made).toEqual([{ purpose: 'worker recipe', closed: true }])
    expect(await branchesOf(tiny.repo)).toEqual([])
  },
)

test('a worker that only reads while it plans does no harm', async () => {
  const worker = makeScriptedWorker({
    canRefine: true,
    deed: (workspace) => shell(workspace, 'cat src/greet.js'),
  })
  const { engine, task, sandbox } = await makeLaptop({ worker })
  await runTask(engine, task, { stages: STAGES, until: 'SPEC' })
  const plan: Stage = async (context) => {
    const worked = await runWorker(context, worker, makeJob(null))
    return worked.kind === 'git_mutation' ? refuseMutation(context, worked) : STAGES.PLAN(context)
  }
  expect(await advance(engine, task, { stages: { ...STAGES, PLAN: plan } })).toEqual({
    result: 'advanced',
    phase: 'PLAN',
  })
  expect(sandbox.made).toEqual([{ purpose: 'worker recipe', closed: true }])
})

test.each<[string, Deed, object]>([
  ['changes nothing', () => Promise.resolve(), { kind: 'stopped', rule: 'empty-change' }],
  [
    'leaves the scope',
    (workspace) => writeFile(workspace, 'README.md', 'x\n'),
    { kind: 'stopped', rule: 'scope', reason: expect.stringContaining('README.md') as string },
  ],
  [
    'touches what is protected',
    async (workspace) => {
      await apply(workspace)
      await writeFile(workspace, '.github/workflows/ci.yml', 'on: push\n')
    },
    { kind: 'framework_fix', rule: 'protected-path', paths: ['.github/workflows/ci.yml'] },
  ],
  [
    'leaves a link out of the copy',
    (workspace) => shell(workspace, 'ln -s /etc/passwd src/link.js'),
    { kind: 'stopped', phase: 'IMPLEMENT', reason: expect.stringContaining('src/link.js') as string },
  ],
])('a worker that %s: the run ends with its reason, and there is no branch', async (_, deed, outcome) => {
  const worker = makeScriptedWorker({ canRefine: true, deed })
  const { engine, task, state, tiny, folder } = await makeLaptop({ worker })
  await runTask(engine, task, { stages: STAGES })
  const timings = { total: 0, install: 0, worker: 0, git: 0, gates: 0, orchestration: 0 }
  const report = await readReport(engine, task, { bundle: '', timings })
  expect(report).toMatchObject({ accepted: false, branch: null, outcome })
  expect(worker.jobs).toHaveLength(1)
  expect((await state()).closed?.result).toBe('stopped')
  expect(await branchesOf(tiny.repo)).toEqual([])
  expect(await verifyBundle(await openBundle(`${folder}/bundle`), { rederive: true })).toMatchObject({
    reason: 'The bundle is whole and its chains hold.',
  })
})
