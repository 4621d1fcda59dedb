// Runs that end badly on real processes: a workflow's own steps, cancelled by a person, ended by the clock, run again.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTheatre, type Theatre } from '../../theatre/theatre.ts'
import { dispatched, FILES, label, openIssue, untilSaid } from './thread.ts'

const WORKFLOW = dispatched(`jobs:
  run:
    runs-on: ubuntu-24.04
    timeout-minutes: 1
    steps:
      - name: sandbox
        run: test -z "\${{ vars.BROKEN }}"
      - name: work
        run: sleep 600
`)

let stage: Theatre
beforeAll(async () => {
  stage = await openTheatre({
    files: { ...FILES, '.github/workflows/autopilot.yml': WORKFLOW },
    loopback: { actions: { minute: 4_000 } },
  })
})
afterAll(() => stage.close())

async function asked(): Promise<number> {
  const number = await openIssue(stage)
  await label(stage, number)
  return number
}

test('past its time, and cancelled by a person, a run is said to be cancelled in the step it was in', async () => {
  const late = await asked()
  const status = await untilSaid(stage, late, 'The run was cancelled')
  expect(status).toContain('Attempt 1 ended in its step `work` and left nothing that can be used.')
  expect(status).toContain('Past `timeout-minutes` of the job, raise that first.')

  const number = await asked()
  const run_id = await stage.until('a run at work', async () => {
    const { data } = await stage.ana.rest.actions.listWorkflowRunsForRepo({
      ...stage.at,
      status: 'in_progress',
    })
    return data.workflow_runs[0]?.id
  })
  await stage.ana.rest.actions.cancelWorkflowRun({ ...stage.at, run_id })
  expect(await untilSaid(stage, number, 'The run was cancelled')).toContain('Attempt 1 ended')
})

test('a step of the workflow’s own that fails before the work is named', async () => {
  stage.loopback.variable(stage.repository, 'BROKEN', '/')
  const status = await untilSaid(stage, await asked(), 'The run failed before its work began')
  expect(status).toContain('Attempt 1 ended in its step `sandbox`')
  expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
})
