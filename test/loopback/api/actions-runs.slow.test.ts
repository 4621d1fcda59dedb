import { describe, expect, it } from 'vitest'
import { at, conclusions, openActions, outcome, workflow } from '../actions/stage.ts'
import type { ActionsStage } from '../actions/stage.ts'

const go = { ...at, workflow_id: 'go.yml', ref: 'main' }
const start = async (stage: ActionsStage) => {
  await stage.wes.rest.actions.createWorkflowDispatch(go)
  return stage.run()
}

/** A workflow of one job whose first step rings and then waits to be ended. */
async function waiting(more = '', keep = '') {
  const stage = await openActions({})
  const { ring, rung } = await stage.bell()
  const steps = `
- run: |
    ${ring}
    while true; do sleep 0.05; done
- { if: always(), run: echo at last }
- run: echo never
`
  const text = workflow('workflow_dispatch', steps, more).replace('    runs-on', `${keep}    runs-on`)
  await stage.push({ '.github/workflows/go.yml': text })
  return { ...stage, run: () => stage.run('go.yml'), rung, over: () => stage.over('go.yml') }
}

describe('cancelling', () => {
  it('answers 202, and spares steps whose `if` holds', async () => {
    const stage = await waiting()
    const run = await start(stage)
    await stage.rung
    const { data: running } = await stage.eve.rest.actions.getWorkflowRun({ ...at, run_id: run.id })
    expect(running).toMatchObject({ status: 'in_progress', conclusion: null })
    const logs = { ...at, job_id: stage.job('build').id }
    await expect(stage.eve.rest.actions.downloadJobLogsForWorkflowRun(logs)).rejects.toMatchObject({
      status: 404,
    })
    const wanted = { ...at, run_id: run.id }
    await expect(stage.eve.rest.actions.cancelWorkflowRun(wanted)).rejects.toMatchObject({ status: 403 })
    expect((await stage.wes.rest.actions.cancelWorkflowRun(wanted)).status).toBe(202)
    await stage.over()
    expect(outcome(run)).toMatchObject({ conclusion: 'cancelled' })
    expect(stage.job('build').log).toContain('at last')
    const { data: job } = await stage.eve.rest.actions.getJobForWorkflowRun({
      ...at,
      job_id: stage.job('build').id,
    })
    expect(job.steps?.map(({ conclusion }) => conclusion)).toEqual([
      'success',
      'cancelled',
      'success',
      'skipped',
      'success',
    ])
    expect(job).toMatchObject({ status: 'completed', conclusion: 'cancelled', run_attempt: 1 })
  })

  it('answers 409 on a run that is completed', async () => {
    const stage = await openActions({ 'go.yml': workflow('workflow_dispatch', '- run: echo done') })
    const run = await start(stage)
    await stage.over()
    const wanted = { ...at, run_id: run.id }
    await expect(stage.wes.rest.actions.cancelWorkflowRun(wanted)).rejects.toMatchObject({ status: 409 })
    await expect(stage.wes.rest.actions.forceCancelWorkflowRun(wanted)).rejects.toMatchObject({ status: 409 })
  })

  it('by force spares nothing', async () => {
    const stage = await waiting('', '    if: always()\n')
    const run = await start(stage)
    await stage.rung
    expect((await stage.wes.rest.actions.forceCancelWorkflowRun({ ...at, run_id: run.id })).status).toBe(202)
    await stage.over()
    expect(outcome(run)).toMatchObject({ conclusion: 'cancelled' })
    expect(stage.job('build').log).not.toContain('at last')
  })

  it('closing the loopback ends every process that runs', async () => {
    const stage = await waiting()
    const run = await start(stage)
    await stage.rung
    await stage.loopback.actions.close()
    await stage.loopback.settled()
    expect(outcome(run)).toMatchObject({ status: 'completed', conclusion: 'cancelled' })
    await expect(start(stage)).rejects.toMatchObject({ status: 422 })
  })
})

const FLAKY = `on: workflow_dispatch
jobs:
  good:
    runs-on: ubuntu-latest
    outputs: { said: '\${{ steps.say.outputs.said }}' }
    steps: [{ id: say, run: 'echo said=$GITHUB_RUN_ATTEMPT >> $GITHUB_OUTPUT' }]
  flaky:
    needs: good
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "first said \${{ needs.good.outputs.said }} of $GITHUB_RUN_ATTEMPT at $GITHUB_SHA"; test $GITHUB_RUN_ATTEMPT -gt 1' }]
  last:
    needs: flaky
    runs-on: ubuntu-latest
    steps: [{ run: echo last }]
`

describe('running again', () => {
  it('failed jobs and what needs them keeps run id, commit and outputs, and raises `run_attempt`', async () => {
    const stage = await openActions({ 'go.yml': FLAKY })
    const run = await start(stage)
    await stage.over()
    expect(conclusions(run)).toEqual({ good: 'success', flaky: 'failure', last: 'skipped' })
    const sha = run.headSha
    await stage.push({ 'later.txt': 'later\n' })
    const wanted = { ...at, run_id: run.id }
    await expect(stage.eve.rest.actions.reRunWorkflowFailedJobs(wanted)).rejects.toMatchObject({
      status: 403,
    })
    expect((await stage.ana.rest.actions.reRunWorkflowFailedJobs(wanted)).status).toBe(201)
    await stage.over()
    expect(conclusions(run)).toEqual({ good: 'success', flaky: 'success', last: 'success' })
    expect(stage.job('flaky').log).toContain(`first said 1 of 2 at ${sha}`)
    const { data } = await stage.eve.rest.actions.getWorkflowRun(wanted)
    expect(data).toMatchObject({
      id: run.id,
      head_sha: sha,
      run_attempt: 2,
      conclusion: 'success',
      actor: { login: 'wes' },
      triggering_actor: { login: 'ana' },
    })
    expect(data.previous_attempt_url).toMatch(/\/attempts\/1$/)
  })

  it('leaves an earlier attempt readable, with its own jobs', async () => {
    const stage = await openActions({ 'go.yml': FLAKY })
    const run = await start(stage)
    await stage.over()
    const wanted = { ...at, run_id: run.id }
    await stage.wes.rest.actions.reRunWorkflow(wanted)
    await stage.over()
    const first = { ...wanted, attempt_number: 1 }
    const { data } = await stage.eve.rest.actions.getWorkflowRunAttempt(first)
    expect(data).toMatchObject({ run_attempt: 1, conclusion: 'failure' })
    const { data: jobs } = await stage.eve.rest.actions.listJobsForWorkflowRunAttempt(first)
    expect(jobs.jobs.map(({ name, conclusion }) => [name, conclusion])).toEqual([
      ['good', 'success'],
      ['flaky', 'failure'],
      ['last', 'skipped'],
    ])
    const { data: latest } = await stage.eve.rest.actions.listJobsForWorkflowRun(wanted)
    expect(latest.jobs.map((job) => job.run_attempt)).toEqual([2, 2, 2])
    const { data: all } = await stage.eve.rest.actions.listJobsForWorkflowRun({ ...wanted, filter: 'all' })
    expect(all.total_count).toBe(6)
    const none = { ...wanted, attempt_number: 3 }
    await expect(stage.eve.rest.actions.getWorkflowRunAttempt(none)).rejects.toMatchObject({ status: 404 })
  })

  it('one job, and the check of that name is that of the newest attempt', async () => {
    const stage = await openActions({ 'go.yml': FLAKY })
    const run = await start(stage)
    await stage.over()
    await stage.wes.rest.actions.reRunJobForWorkflowRun({ ...at, job_id: stage.job('flaky').id })
    await stage.over()
    expect(outcome(run)).toMatchObject({ attempt: 2, conclusion: 'success' })
    const wanted = { ...at, ref: run.headSha, check_name: 'flaky', app_id: 15_368 }
    const { data } = await stage.eve.rest.checks.listForRef(wanted)
    expect(data.check_runs.map(({ conclusion }) => conclusion)).toEqual(['success'])
  })

  it('is refused while the run is in progress, and after 30 days', async () => {
    const stage = await waiting()
    const run = await start(stage)
    await stage.rung
    const wanted = { ...at, run_id: run.id }
    const refused = { status: 403 }
    await expect(stage.wes.rest.actions.reRunWorkflow(wanted)).rejects.toMatchObject(refused)
    await stage.wes.rest.actions.forceCancelWorkflowRun(wanted)
    await stage.over()
    stage.loopback.forge.clock.advance(31 * 24 * 3_600_000)
    await expect(stage.wes.rest.actions.reRunWorkflow(wanted)).rejects.toMatchObject(refused)
  })
})

describe('running failed jobs again', () => {
  it('is refused where none failed', async () => {
    const stage = await openActions({ 'go.yml': workflow('workflow_dispatch', '- run: echo done') })
    const run = await start(stage)
    await stage.over()
    const asked = stage.wes.rest.actions.reRunWorkflowFailedJobs({ ...at, run_id: run.id })
    await expect(asked).rejects.toMatchObject({ status: 403 })
  })
})

describe('concurrency', () => {
  it('one run of a group is in progress and one waits: a newer one takes its place', async () => {
    const stage = await openActions({})
    const { ring, rung } = await stage.bell()
    const text = workflow(
      '{ issues: { types: [labeled] } }',
      `- run: |\n    ${ring}\n    while true; do sleep 0.05; done`,
      "concurrency: { group: 'issue-${{ github.event.issue.number }}' }",
    )
    await stage.push({ '.github/workflows/go.yml': text })
    await stage.wes.rest.issues.create({ ...at, title: 'Broken' })
    const label = (name: string) =>
      stage.wes.rest.issues.addLabels({ ...at, issue_number: 1, labels: [name] })
    await label('bug')
    await rung
    const pending = new Promise<void>((resolve) => {
      stage.loopback.forge.listen(({ name, action }) => {
        if (name === 'workflow_run' && action === 'completed') resolve()
      })
    })
    await label('question')
    await label('wontfix')
    await pending
    const { data } = await stage.eve.rest.actions.listWorkflowRuns({ ...at, workflow_id: 'go.yml' })
    expect(data.workflow_runs.map(({ status, conclusion }) => [status, conclusion])).toEqual([
      ['pending', null],
      ['completed', 'cancelled'],
      ['in_progress', null],
    ])
    for (const run of data.workflow_runs.filter(({ status }) => status !== 'completed')) {
      await stage.wes.rest.actions.forceCancelWorkflowRun({ ...at, run_id: run.id })
    }
    await stage.loopback.settled()
  })
})

describe('lists of runs', () => {
  it('are newest first and filtered by actor, branch, event, status, commit and date', async () => {
    const stage = await openActions({
      'go.yml': workflow('workflow_dispatch', '- run: echo done'),
      'ci.yml': workflow('push', '- run: exit 1'),
    })
    const sha = await stage.push({ 'a.txt': 'a\n' }, { branch: 'topic' })
    await stage.loopback.settled()
    await stage.ana.rest.actions.createWorkflowDispatch(go)
    await stage.loopback.settled()
    const listed = async (filter: object) => {
      const { data } = await stage.eve.rest.actions.listWorkflowRunsForRepo({ ...at, ...filter })
      expect(data.total_count).toBe(data.workflow_runs.length)
      return data.workflow_runs.map(({ event }) => event)
    }
    const [both, pushed, started] = [['workflow_dispatch', 'push'], ['push'], ['workflow_dispatch']]
    const day = stage.loopback.forge.clock.iso().slice(0, 10)
    expect(await listed({})).toEqual(both)
    expect(await listed({ actor: 'wes' })).toEqual(pushed)
    expect(await listed({ branch: 'topic' })).toEqual(pushed)
    expect(await listed({ event: 'workflow_dispatch' })).toEqual(started)
    expect(await listed({ status: 'completed' })).toEqual(both)
    expect(await listed({ status: 'failure' })).toEqual(pushed)
    expect(await listed({ head_sha: sha })).toEqual(pushed)
    expect(await listed({ created: `>=${day}` })).toEqual(both)
    expect(await listed({ created: `<${day}` })).toEqual([])
    expect(await listed({ created: `*..${day}` })).toEqual(both)
    await expect(listed({ created: 'yesterday' })).rejects.toMatchObject({ status: 422 })
    const { data } = await stage.eve.rest.actions.listWorkflowRuns({
      ...at,
      workflow_id: 'ci.yml',
      per_page: 1,
    })
    expect(data.workflow_runs.map(({ name }) => name)).toEqual(['.github/workflows/ci.yml'])
  })

  it('end at 1,000 results where they are filtered', async () => {
    const stage = await openActions({ 'go.yml': workflow('workflow_dispatch', '- run: echo done') })
    const run = await start(stage)
    await stage.over()
    for (let more = 1; more <= 1000; more += 1) {
      stage.repository.runs.set(run.id + more, { ...run, id: run.id + more })
    }
    const listed = async (filter: object) => {
      const asked = { ...at, ...filter, per_page: 1 }
      return (await stage.eve.rest.actions.listWorkflowRunsForRepo(asked)).data.total_count
    }
    expect(await listed({})).toBe(1001)
    expect(await listed({ event: 'workflow_dispatch' })).toBe(1000)
  })
})
