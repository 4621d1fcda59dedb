import { describe, expect, it } from 'vitest'
import { at, openActions, outcome, workflow, workflowPaths } from './stage.ts'

const CI = workflow('push', '- run: echo built', 'name: CI')

describe('a push', () => {
  it('starts the workflow whose job is a check run of the Actions App', async () => {
    const stage = await openActions({ 'ci.yml': CI })
    const sha = await stage.push({ 'a.txt': 'a\n' }, { message: 'Add a' })
    const run = await stage.over()
    expect(run).toMatchObject({ event: 'push', headSha: sha, headBranch: 'main', number: 1, title: 'Add a' })
    const { data } = await stage.eve.rest.checks.listForRef({ ...at, ref: sha, app_id: 15_368 })
    expect(data.check_runs).toHaveLength(1)
    const [check] = data.check_runs
    expect(check).toMatchObject({ name: 'build', status: 'completed', conclusion: 'success', head_sha: sha })
    expect(check?.app).toMatchObject({ id: 15_368, slug: 'github-actions' })
    expect(check?.check_suite).toEqual({ id: run.suite })
    const job = stage.job('build')
    expect(check?.details_url).toBe(
      `${stage.loopback.origin}/acme/widgets/actions/runs/${run.id}/job/${job.id}`,
    )
  })

  it('tells of a run and its jobs as requested or queued, in progress and completed', async () => {
    const stage = await openActions({ 'ci.yml': CI })
    const { app } = stage.app({
      slug: 'watcher',
      permissions: { actions: 'read', checks: 'read' },
      events: ['workflow_run', 'workflow_job', 'check_run', 'check_suite'],
    })
    stage.loopback.install(app, 'acme')
    await stage.push({ 'a.txt': 'a\n' })
    await stage.over()
    const heard = (await stage.heard()).filter((name) => !name.startsWith('installation'))
    expect(heard.filter((name) => name.startsWith('workflow_run'))).toEqual([
      'workflow_run.requested',
      'workflow_run.in_progress',
      'workflow_run.completed',
    ])
    expect(heard.filter((name) => name.startsWith('workflow_job'))).toEqual([
      'workflow_job.queued',
      'workflow_job.in_progress',
      'workflow_job.completed',
    ])
    expect(heard.filter((name) => name.startsWith('check_'))).toEqual([
      'check_run.created',
      'check_run.completed',
      'check_suite.completed',
    ])
    const said = stage.hooks.filter(({ event }) => event === 'workflow_run').map(({ payload }) => payload)
    expect(said.map(({ workflow_run: { status, conclusion } }) => [status, conclusion])).toEqual([
      ['queued', null],
      ['in_progress', null],
      ['completed', 'success'],
    ])
    expect(said[0]).toMatchObject({ workflow: { name: 'CI' }, sender: { login: 'wes' } })
  })

  it('numbers the runs of each workflow by themselves', async () => {
    const stage = await openActions({ 'ci.yml': CI, 'other.yml': workflow('push', '- run: echo other') })
    await stage.push({ 'a.txt': 'a\n' })
    await stage.push({ 'a.txt': 'b\n' })
    await stage.loopback.settled()
    const numbers = [...stage.repository.runs.values()].map(({ number }) => number)
    expect(numbers.sort((a, b) => a - b)).toEqual([1, 1, 2, 2])
  })

  it('a failed step fails job, run and check, and its error is an annotation', async () => {
    const steps = '- run: |\n    echo "::error file=a.txt,line=3::wrong here"\n    exit 3'
    const stage = await openActions({ 'ci.yml': workflow('push', steps) })
    const sha = await stage.push({ 'a.txt': 'a\n' })
    expect(outcome(await stage.over())).toMatchObject({ status: 'completed', conclusion: 'failure' })
    const { data } = await stage.eve.rest.checks.listForRef({ ...at, ref: sha })
    const [check] = data.check_runs
    expect(check?.conclusion).toBe('failure')
    const { data: annotations } = await stage.eve.rest.checks.listAnnotations({
      ...at,
      check_run_id: check?.id ?? 0,
    })
    expect(annotations).toContainEqual(
      expect.objectContaining({
        path: 'a.txt',
        start_line: 3,
        message: 'wrong here',
        annotation_level: 'failure',
      }),
    )
  })

  it('`[skip ci]` in the head commit starts nothing, and a path filter looks at what changed', async () => {
    const stage = await openActions({
      'ci.yml': CI,
      'docs.yml': workflow('{ push: { paths: [docs/**] } }', '- run: echo docs'),
    })
    await stage.push({ 'a.txt': 'a\n' }, { message: 'A change [skip ci]' })
    await stage.loopback.settled()
    expect(stage.repository.runs.size).toBe(0)
    await stage.push({ 'docs/a.md': 'a\n' })
    await stage.loopback.settled()
    await stage.push({ 'b.txt': 'b\n' })
    await stage.loopback.settled()
    expect(
      [...stage.repository.runs.values()].map(({ workflow: { path } }) => path.split('/').at(-1)),
    ).toEqual(['ci.yml', 'docs.yml', 'ci.yml'])
  })

  it('runs the file of the branch that is pushed, also one that the default branch does not have', async () => {
    const stage = await openActions({ 'ci.yml': CI })
    const files = workflowPaths({ 'new.yml': workflow('push', '- run: echo new', 'name: New') })
    await stage.push(files, { branch: 'topic' })
    expect(await stage.over('new.yml')).toMatchObject({ headBranch: 'topic' })
    const { data } = await stage.eve.rest.actions.listRepoWorkflows(at)
    expect(data.workflows.map(({ name }) => name)).toEqual(['CI', 'New'])
  })

  it('a file that names an unknown permission is a failed run without jobs', async () => {
    const bad = workflow('push', '- run: echo never', 'permissions: { administration: write }')
    const stage = await openActions({ 'ci.yml': bad })
    await stage.push({ 'a.txt': 'a\n' })
    const run = await stage.over()
    expect(outcome(run)).toMatchObject({ status: 'completed', conclusion: 'startup_failure' })
    expect(run.attempts[0]?.jobs).toEqual([])
    expect(run.problem).toContain('administration')
    await expect(stage.wes.rest.actions.reRunWorkflow({ ...at, run_id: run.id })).rejects.toMatchObject({
      status: 403,
    })
  })
})

describe('other events', () => {
  it('issues.labeled runs the workflow file of the default branch', async () => {
    const labeled = workflow(
      '{ issues: { types: [labeled] } }',
      '- run: echo "${{ github.event.label.name }} on ${{ github.event.issue.number }} at $GITHUB_REF"',
    )
    const stage = await openActions({ 'label.yml': labeled })
    const { data: issue } = await stage.eve.rest.issues.create({ ...at, title: 'Broken' })
    await stage.wes.rest.issues.addLabels({ ...at, issue_number: issue.number, labels: ['bug'] })
    expect(await stage.over()).toMatchObject({ event: 'issues', title: 'Broken', headBranch: 'main' })
    expect(stage.repository.runs.size).toBe(1)
    expect(stage.job('build').log).toContain(`bug on ${issue.number} at refs/heads/main`)
  })

  it('repository_dispatch starts the workflow that listens to its type, and answers 204 also where none does', async () => {
    const listens = workflow(
      '{ repository_dispatch: { types: [go] } }',
      '- run: echo "${{ github.event.action }} ${{ github.event.client_payload.what }}"',
    )
    const stage = await openActions({ 'go.yml': listens })
    const stop = { ...at, event_type: 'stop' }
    expect((await stage.wes.rest.repos.createDispatchEvent(stop)).status).toBe(204)
    await stage.loopback.settled()
    expect(stage.repository.runs.size).toBe(0)
    await stage.wes.rest.repos.createDispatchEvent({
      ...at,
      event_type: 'go',
      client_payload: { what: 'now' },
    })
    await stage.over()
    expect(stage.job('build').log).toContain('go now')
  })

  it('workflow_run follows a run, on the default branch and for three levels at most', async () => {
    const after = (name: string, before: string) =>
      workflow(
        `{ workflow_run: { workflows: [${before}], types: [completed] } }`,
        '- run: echo "after ${{ github.event.workflow_run.conclusion }}"',
        `name: ${name}`,
      )
    const stage = await openActions({
      'ci.yml': CI,
      'one.yml': after('One', 'CI'),
      'two.yml': after('Two', 'One'),
      'three.yml': after('Three', 'Two'),
      'four.yml': after('Four', 'Three'),
    })
    await stage.push({ 'a.txt': 'a\n' }, { branch: 'topic' })
    await stage.loopback.settled()
    const runs = [...stage.repository.runs.values()]
    expect(runs.map(({ workflow: { name } }) => name)).toEqual(['CI', 'One', 'Two', 'Three'])
    expect(runs.map(({ headBranch }) => headBranch)).toEqual(['topic', 'main', 'main', 'main'])
    expect(stage.job('build').log).toContain('after success')
  })

  it('a disabled workflow is started by no event and shows the state `disabled_manually`', async () => {
    const stage = await openActions({ 'ci.yml': CI })
    await stage.wes.rest.actions.disableWorkflow({ ...at, workflow_id: 'ci.yml' })
    const { data } = await stage.eve.rest.actions.getWorkflow({ ...at, workflow_id: 'ci.yml' })
    expect(data).toMatchObject({ name: 'CI', state: 'disabled_manually', path: '.github/workflows/ci.yml' })
    await stage.push({ 'a.txt': 'a\n' })
    await stage.loopback.settled()
    expect(stage.repository.runs.size).toBe(0)
    await stage.wes.rest.actions.enableWorkflow({ ...at, workflow_id: data.id })
    await stage.push({ 'a.txt': 'b\n' })
    expect(outcome(await stage.over())).toMatchObject({ conclusion: 'success' })
  })
})
