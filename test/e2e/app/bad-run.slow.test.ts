// Runs in Actions that bring nothing: people read where and why, nothing is published, and /retry goes on.
import { expect, test } from 'vitest'
import { artifactName } from '../../../src/contracts/bundle.ts'
import { DispatchInputs } from '../../../src/contracts/envelope.ts'
import { bundleOf, STEPS } from '../../theatre/played.ts'
import { endedAt, expectNothingPublished, labelled, usual, LONG } from './quick-page.ts'

const WORKFLOW = '.github/workflows/autopilot.yml'

test(
  'a workflow that is missing is shown whole, with where it belongs',
  async () => {
    const stage = await labelled(usual, { files: { [WORKFLOW]: null } })
    const status = await stage.status()
    expect(status).toContain(`The workflow that does the work is missing: ${WORKFLOW}`)
    expect(status).toContain('Add the file below to main, then comment `/retry`.')
    await expectNothingPublished(stage)
  },
  LONG,
)

test(
  'a workflow that is switched off is said, and goes on when it is on again',
  async () => {
    const stage = await labelled((request) => Promise.resolve(endedAt(request, 'failure', 'open')))
    const at = { ...stage.at, workflow_id: 'autopilot.yml' }
    await stage.ana.rest.actions.disableWorkflow(at)
    await stage.retry()
    expect(await stage.status()).toContain(`The workflow ${WORKFLOW} is switched off`)
    expect(await stage.status()).toContain('Enable it on the Actions page, then comment `/retry`.')
    await stage.ana.rest.actions.enableWorkflow(at)
    await stage.retry()
    expect(await stage.state(stage.number)).toMatchObject({ closed: { result: 'accepted' } })
  },
  LONG,
)

test(
  'a workflow file that does not take what the App sends is said in the words of GitHub',
  async () => {
    const old =
      'name: autopilot\non: workflow_dispatch\njobs:\n  run:\n    runs-on: ubuntu-24.04\n    steps: [{ run: ls }]\n'
    const stage = await labelled(usual, { files: { [WORKFLOW]: old } })
    const status = await stage.status()
    expect(status).toContain(`GitHub did not start the workflow ${WORKFLOW}`)
    expect(status).toContain('Unexpected inputs provided')
    expect(status).toContain('Compare the file with the template of this version of Autopilot')
    await expectNothingPublished(stage)
  },
  LONG,
)

test.each(['Set up job', 'sandbox', 'open', null])(
  'failing before the work, at "%s", it is said that the workflow is to be looked at',
  async (step) => {
    const stage = await labelled((request) => Promise.resolve(endedAt(request, 'failure', step)))
    const status = await stage.status()
    expect(status).toContain('The run failed before its work began')
    const where = step === null ? 'before its first step' : `in its step \`${step}\``
    expect(status).toContain(`Attempt 1 ended ${where} and left nothing that can be used.`)
    expect(status).toContain(`Compare \`${WORKFLOW}\` with the template`)
    expect(status).toMatch(/See \[run\]\(http/)
    await expectNothingPublished(stage)
  },
  LONG,
)

test.each(STEPS)(
  'cancelled in its step %s, the run is said to be cancelled there',
  async (step) => {
    const stage = await labelled((request) => Promise.resolve(endedAt(request, 'cancelled', step)))
    const status = await stage.status()
    expect(status).toContain('The run was cancelled')
    expect(status).toContain(`Attempt 1 ended in its step \`${step}\``)
    expect(status).toContain('When the work is still wanted: `/retry`')
    await expectNothingPublished(stage)
  },
  LONG,
)

test(
  'cancelled before a runner took it, it says so, and /retry leads to the merge',
  async () => {
    const stage = await labelled((request) => Promise.resolve(endedAt(request, 'cancelled', null)))
    expect(await stage.status()).toContain('Attempt 1 ended before its first step')
    await stage.retry()
    expect(await stage.state(stage.number)).toMatchObject({ closed: { result: 'accepted' } })
    expect(await stage.status()).toContain('is merged')
  },
  LONG,
)

test(
  'a run that ends well and leaves nothing is told from one that failed',
  async () => {
    const stage = await labelled((request) => Promise.resolve(endedAt(request, 'success', 'bundle')))
    expect(await stage.status()).toContain('The run ended well but left no artifact')
    await expectNothingPublished(stage)
  },
  LONG,
)

test(
  'cancelled while it worked, what it left is not used, and it is said how far it came',
  async () => {
    const stage = await labelled(async (request, _, world) => {
      const { attempt, id: job } = request
      const inputs = DispatchInputs.parse(attempt.event.inputs)
      const zip = await bundleOf(world, attempt.event.repository, inputs, 1, 'PLAN')
      const name = artifactName(inputs.task, 1)
      await attempt.host.artifacts.put({ run: attempt.run.id, attempt: 1, job, name, zip, retentionDays: 14 })
      return endedAt(request, 'cancelled', 'work')
    })
    const status = await stage.status()
    expect(status).toContain('The run was cancelled')
    expect(status).toContain(
      'Attempt 1 ended in its step `work`, what it left is not used: the run did not end: PLAN was passed last.',
    )
    await expectNothingPublished(stage)
  },
  LONG,
)

test(
  'what somebody starts again by hand is not used, and it is said who did and what to do',
  async () => {
    const stage = await labelled((request) => Promise.resolve(endedAt(request, 'failure', 'work')))
    const { data } = await stage.ana.rest.actions.listWorkflowRunsForRepo({
      ...stage.at,
      event: 'workflow_dispatch',
    })
    await stage.ana.rest.actions.reRunWorkflow({ ...stage.at, run_id: data.workflow_runs[0]?.id ?? 0 })
    await stage.settle()
    const said = (await stage.said(stage.number)).join('\n\n')
    expect(said).toContain('A run that was started again by hand is not used')
    expect(said).toContain('ana started attempt 2; only the attempt that was asked for counts.')
    expect(said).toContain('Start another: `/retry`')
    await expectNothingPublished(stage)
  },
  LONG,
)
