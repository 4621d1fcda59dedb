import { describe, expect, it } from 'vitest'
import { at, openActions, outcome, workflow, workflowPaths } from '../actions/stage.ts'
import { openArena } from '../arena.ts'

const STEPS = `
- run: echo "level=\${{ inputs.level }} dry=\${{ inputs.dry == true }}" >> "$GITHUB_OUTPUT"
  id: said
- run: echo "\${{ steps.said.outputs.level }}"
`
const INPUTS = `{ workflow_dispatch: { inputs: {
  level: { type: choice, options: [low, high], default: low },
  dry: { type: boolean },
  text: { required: true } } } }`
const OUTPUTS = `on: ${INPUTS}
jobs:
  first:
    runs-on: ubuntu-latest
    outputs:
      said: \${{ steps.said.outputs.said }}
    steps:
      - id: said
        run: echo "said=\${{ inputs.text }} at \${{ inputs.level }}" >> "$GITHUB_OUTPUT"
  second:
    needs: first
    runs-on: ubuntu-latest
    steps:
      - run: echo "heard \${{ needs.first.outputs.said }}"
`
const go = { ...at, workflow_id: 'go.yml', ref: 'main' }

describe('dispatching a workflow', () => {
  it('answers 204, and hands inputs to jobs and outputs from job to job', async () => {
    const stage = await openActions({ 'go.yml': OUTPUTS })
    const inputs = { text: 'hi', level: 'high' }
    expect((await stage.wes.rest.actions.createWorkflowDispatch({ ...go, inputs })).status).toBe(204)
    expect(outcome(await stage.over())).toMatchObject({ conclusion: 'success' })
    expect(stage.job('second').log).toContain('heard hi at high')
  })

  it('with `return_run_details` answers 200 and the run', async () => {
    const stage = await openActions({ 'go.yml': workflow(INPUTS, STEPS) })
    const { status, data } = await stage.wes.request(
      'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
      { ...go, inputs: { text: 'x' }, return_run_details: true },
    )
    expect(status).toBe(200)
    const { workflow_run_id: id, run_url: url, html_url: page } = data as Record<string, string | number>
    expect(id).toBe(stage.run().id)
    expect(url).toBe(`${stage.loopback.api}/repos/acme/widgets/actions/runs/${id}`)
    expect(page).toBe(`${stage.loopback.origin}/acme/widgets/actions/runs/${id}`)
    const { data: run } = await stage.wes.rest.actions.getWorkflowRun({ ...at, run_id: Number(id) })
    expect(run).toMatchObject({ event: 'workflow_dispatch', run_attempt: 1, actor: { login: 'wes' } })
  })

  it('sends `workflow_dispatch` to Apps that hear it', async () => {
    const stage = await openActions({ 'go.yml': workflow(INPUTS, STEPS) })
    const { app } = stage.app({ slug: 'w', permissions: { contents: 'read' }, events: ['workflow_dispatch'] })
    stage.loopback.install(app, 'acme')
    await stage.wes.rest.actions.createWorkflowDispatch({ ...go, inputs: { text: 'x' } })
    await stage.heard()
    expect(stage.hooks.at(-1)?.payload).toMatchObject({
      inputs: { text: 'x' },
      ref: 'refs/heads/main',
      workflow: '.github/workflows/go.yml',
    })
  })

  const many = Object.fromEntries(Array.from({ length: 26 }, (_, at) => [`input${at}`, 'x']))
  it.each([
    ['of an unknown workflow answers 404', { workflow_id: 'no.yml' }, 404],
    ['of an unknown ref answers 422', { ref: 'nowhere' }, 422],
    ['of a commit id answers 422', { ref: 'a'.repeat(40) }, 422],
    ['without `workflow_dispatch` in the file answers 422', { workflow_id: 'push.yml' }, 422],
    ['with an unknown input answers 422', { inputs: { text: 'x', txet: 'y' } }, 422],
    ['without a required input answers 422', { inputs: { level: 'low' } }, 422],
    ['with a value outside of a choice answers 422', { inputs: { text: 'x', level: 'highest' } }, 422],
    ['with more than 25 inputs answers 422', { inputs: many }, 422],
    ['with more than 65,535 characters answers 422', { inputs: { text: 'x'.repeat(65_535) } }, 422],
  ])('%s', async (_what, wrong, status) => {
    const stage = await openActions({
      'go.yml': workflow(INPUTS, STEPS),
      'push.yml': workflow('push', '- run: echo pushed'),
    })
    const asked = { ...go, inputs: { text: 'x' }, ...wrong }
    await expect(stage.wes.rest.actions.createWorkflowDispatch(asked)).rejects.toMatchObject({ status })
    // GitHub's own schema counts the inputs too
    stage.loopback.oracle.takeProblems()
    await stage.loopback.settled()
    expect(stage.repository.runs.size).toBe(0)
  })

  it('of a disabled workflow answers 422', async () => {
    const stage = await openActions({ 'go.yml': workflow('workflow_dispatch', '- run: echo gone') })
    await stage.wes.rest.actions.disableWorkflow({ ...at, workflow_id: 'go.yml' })
    await expect(stage.wes.rest.actions.createWorkflowDispatch(go)).rejects.toMatchObject({ status: 422 })
  })

  it('needs the workflow on the default branch, and runs the file of the given ref', async () => {
    const stage = await openActions({ 'go.yml': workflow('workflow_dispatch', '- run: echo of main') })
    const files = workflowPaths({
      'go.yml': workflow('workflow_dispatch', '- run: echo of topic'),
      'new.yml': workflow('workflow_dispatch', '- run: echo new'),
    })
    await stage.push(files, { branch: 'topic' })
    await stage.wes.rest.actions.createWorkflowDispatch({ ...go, ref: 'topic' })
    expect(await stage.over()).toMatchObject({ headBranch: 'topic' })
    expect(stage.job('build').log).toContain('of topic')
    const other = { ...go, ref: 'topic', workflow_id: 'new.yml' }
    await expect(stage.wes.rest.actions.createWorkflowDispatch(other)).rejects.toMatchObject({ status: 404 })
  })

  it('is refused to who may only read', async () => {
    const stage = await openActions({ 'go.yml': workflow('workflow_dispatch', '- run: echo gone') })
    await expect(stage.eve.rest.actions.createWorkflowDispatch(go)).rejects.toMatchObject({ status: 403 })
    const { data } = await stage.ana.rest.actions.getGithubActionsPermissionsRepository(at)
    expect(data.enabled).toBe(true)
  })

  it('answers 422 where Actions are off, as they are unless the loopback is told otherwise', async () => {
    const { loopback, octokit } = await openArena()
    const ana = octokit(loopback.user('ana').token)
    const files = workflowPaths({ 'go.yml': workflow('workflow_dispatch', '- run: echo gone', 'name: Go') })
    const { runs } = await loopback.repository({ owner: 'ana', name: 'widgets', files })
    const own = { ...at, owner: 'ana' }
    const { data } = await ana.rest.actions.getGithubActionsPermissionsRepository(own)
    expect(data.enabled).toBe(false)
    const { data: known } = await ana.rest.actions.listRepoWorkflows(own)
    expect(known.workflows.map(({ name, state }) => [name, state])).toEqual([['Go', 'active']])
    const asked = ana.rest.actions.createWorkflowDispatch({ ...go, owner: 'ana' })
    await expect(asked).rejects.toMatchObject({ status: 422 })
    expect(runs.size).toBe(0)
  })
})
