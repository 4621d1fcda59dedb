import { describe, expect, it } from 'vitest'
import { actorOfToken } from '../server/authenticate.ts'
import { at, openActions, outcome, workflow } from './stage.ts'

const DISPATCH = 'workflow_dispatch'
const go = { ...at, workflow_id: 'go.yml', ref: 'main' }
/** A line of shell that calls the API with the job's token and prints the status. */
const call = (method: string, path: string, body: object = {}) =>
  `node -e 'fetch(process.env.GITHUB_API_URL + "/repos/acme/widgets/${path}", { method: "${method}",
    headers: { authorization: "Bearer " + process.env.TOKEN },
    ${method === 'GET' ? '' : `body: ${JSON.stringify(JSON.stringify(body))}`} })
    .then(async (reply) => console.log("${method} ${path}:", reply.status, JSON.parse((await reply.text()) || "{}").message ?? ""))'`
const step = (...lines: string[]) => `
- env: { TOKEN: '\${{ github.token }}' }
  run: |
${lines.join('\n').replace(/^/gm, '    ')}
`
/** \`node\` is the one that runs the tests. */
const runner = { path: `${process.execPath.replace(/\/[^/]*$/, '')}:${process.env['PATH'] ?? ''}` }

describe("a job's token", () => {
  it('is refused what `permissions` do not name, and ends with the job', async () => {
    const steps = step(
      call('POST', 'issues', { title: 'From a job' }),
      call('GET', 'contents/README.md'),
      call('POST', 'git/refs', { ref: 'refs/heads/x', sha: 'a'.repeat(40) }),
    )
    const text = workflow(DISPATCH, steps, 'permissions: { contents: read }')
    const stage = await openActions({ 'go.yml': text }, { runner, private: true })
    await stage.wes.rest.actions.createWorkflowDispatch(go)
    await stage.over()
    const { log } = stage.job('build')
    expect(log).toContain('POST issues: 403 Resource not accessible by integration')
    expect(log).toContain('GET contents/README.md: 200')
    expect(log).toContain('POST git/refs: 403')
    const { world, clock } = stage.loopback.forge
    const tokens = [...world.tokens.values()].filter(
      (one) => one.kind === 'installation' && one.job !== undefined,
    )
    expect(tokens).toHaveLength(1)
    for (const { token } of tokens) {
      expect(() => actorOfToken(world, token, clock.now())).toThrow('Bad credentials')
    }
  })

  it('`permissions` of a job replace those of the workflow', async () => {
    const text = workflow(
      DISPATCH,
      step(call('POST', 'issues', { title: 'From a job' }), call('GET', 'actions/runs')),
      'permissions: { actions: read }',
    ).replace('    runs-on', '    permissions: { issues: write }\n    runs-on')
    const stage = await openActions({ 'go.yml': text }, { runner, private: true })
    await stage.wes.rest.actions.createWorkflowDispatch(go)
    await stage.over()
    expect(stage.job('build').log).toContain('POST issues: 201')
    expect(stage.job('build').log).toContain('GET actions/runs: 403')
  })

  it('comments as github-actions[bot], and its comment starts no workflow', async () => {
    const stage = await openActions(
      {
        'go.yml': workflow(
          '{ issues: { types: [opened] } }',
          step(call('POST', 'issues/1/comments', { body: 'Thank you.' })),
          'permissions: { issues: write }',
        ),
        'comment.yml': workflow('issue_comment', '- run: echo commented'),
      },
      { runner },
    )
    await stage.eve.rest.issues.create({ ...at, title: 'Broken' })
    expect(outcome(await stage.over())).toMatchObject({ conclusion: 'success' })
    const { data } = await stage.eve.rest.issues.listComments({ ...at, issue_number: 1 })
    expect(data.map(({ user, body }) => [user?.login, user?.type, body])).toEqual([
      ['github-actions[bot]', 'Bot', 'Thank you.'],
    ])
    expect([...stage.repository.runs.values()].map(({ event }) => event)).toEqual(['issues'])
    await stage.eve.rest.issues.createComment({ ...at, issue_number: 1, body: 'From a person.' })
    await stage.loopback.settled()
    expect([...stage.repository.runs.values()].map(({ event }) => event)).toEqual(['issues', 'issue_comment'])
  })

  it('may dispatch a workflow all the same', async () => {
    const dispatch = call('POST', 'dispatches', { event_type: 'next' })
    const stage = await openActions(
      {
        'go.yml': workflow(DISPATCH, step(dispatch), 'permissions: { contents: write }'),
        'next.yml': workflow('{ repository_dispatch: { types: [next] } }', '- run: echo next'),
      },
      { runner },
    )
    await stage.wes.rest.actions.createWorkflowDispatch(go)
    expect(outcome(await stage.over('next.yml'))).toMatchObject({ conclusion: 'success' })
    expect(stage.run('next.yml').actor.login).toBe('github-actions[bot]')
  })

  it('opens no pull request unless the repository allows it', async () => {
    const open = call('POST', 'pulls', { title: 'From a job', head: 'topic', base: 'main' })
    const text = workflow(DISPATCH, step(open), 'permissions: { pull-requests: write, contents: write }')
    const stage = await openActions({ 'go.yml': text }, { runner })
    await stage.push({ 'a.txt': 'a\n' }, { branch: 'topic' })
    await stage.wes.rest.actions.createWorkflowDispatch(go)
    await stage.over()
    expect(stage.job('build').log).toContain('POST pulls: 403')
    await stage.ana.rest.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
      ...at,
      can_approve_pull_request_reviews: true,
    })
    await stage.wes.rest.actions.createWorkflowDispatch(go)
    await stage.over()
    expect(stage.job('build').log).toContain('POST pulls: 201')
  })

  it('makes check runs that cannot be told from those of jobs by their App', async () => {
    const body = { name: 'forged', head_sha: '$SHA', status: 'completed', conclusion: 'success' }
    const text = workflow(
      DISPATCH,
      step(call('POST', 'check-runs', body).replace('$SHA', '${{ github.sha }}')),
      'permissions: { checks: write }',
    )
    const stage = await openActions({ 'go.yml': text }, { runner })
    await stage.wes.rest.actions.createWorkflowDispatch(go)
    const { headSha } = await stage.over()
    const { data } = await stage.eve.rest.checks.listForRef({ ...at, ref: headSha })
    const shown = data.check_runs.map(({ name, app, conclusion }) => [name, app?.id, conclusion])
    expect(shown.sort(([a = ''], [b = '']) => String(a).localeCompare(String(b)))).toEqual([
      ['build', 15_368, 'success'],
      ['forged', 15_368, 'success'],
    ])
  })

  it('pushes no change of a workflow file', async () => {
    const steps = `
- uses: actions/checkout@v4
- run: |
    git config user.name bot; git config user.email bot@example.test
    git checkout -q -b topic; echo '# more' >> .github/workflows/go.yml
    git commit -q -a -m more; git push origin topic || echo "not pushed"
`
    const text = workflow(DISPATCH, steps, 'permissions: { contents: write }')
    const stage = await openActions({ 'go.yml': text })
    await stage.wes.rest.actions.createWorkflowDispatch(go)
    await stage.over()
    expect(stage.job('build').log).toContain('not pushed')
    expect(await stage.repository.git.ref('refs/heads/topic')).toBeUndefined()
  })

  it('without `permissions` has what the repository says by default', async () => {
    const text = workflow(DISPATCH, step(call('POST', 'issues', { title: 'From a job' })))
    const stage = await openActions({ 'go.yml': text }, { runner })
    await stage.wes.rest.actions.createWorkflowDispatch(go)
    await stage.over()
    expect(stage.job('build').log).toContain('POST issues: 403')
    const setting = { ...at, default_workflow_permissions: 'write' } as const
    await stage.ana.rest.actions.setGithubActionsDefaultWorkflowPermissionsRepository(setting)
    const { data } = await stage.ana.rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository(at)
    expect(data).toEqual({ default_workflow_permissions: 'write', can_approve_pull_request_reviews: false })
    await stage.wes.rest.actions.createWorkflowDispatch(go)
    await stage.over()
    expect(stage.job('build').log).toContain('POST issues: 201')
  })

  it('checks out a private repository over HTTP', async () => {
    const steps = `
- uses: actions/checkout@v4
- run: cat README.md; git log -1 --format=%H
`
    const text = workflow(DISPATCH, steps, 'permissions: { contents: read }')
    const stage = await openActions({ 'go.yml': text }, { private: true })
    const sha = await stage.push({ 'README.md': 'a private one\n' })
    await stage.wes.rest.actions.createWorkflowDispatch(go)
    expect(outcome(await stage.over())).toMatchObject({ conclusion: 'success' })
    expect(stage.job('build').log).toContain('a private one')
    expect(stage.job('build').log).toContain(sha)
  })
})

describe('secrets and variables', () => {
  it('reach a job where the workflow names them, and `***` stands for secrets in logs', async () => {
    const steps = `
- env: { KEY: '\${{ secrets.KEY }}' }
  run: echo "the key is $KEY and the colour \${{ vars.COLOUR }}"
- run: echo "other is [$OTHER]"
`
    const stage = await openActions({ 'go.yml': workflow(DISPATCH, steps) })
    stage.loopback.secret(stage.repository, 'KEY', 'very-hidden')
    stage.loopback.secret(stage.repository, 'OTHER', 'not-named')
    stage.loopback.variable(stage.repository, 'colour', 'green')
    await stage.wes.rest.actions.createWorkflowDispatch(go)
    await stage.over()
    const { log } = stage.job('build')
    expect(log).toContain('the key is *** and the colour green')
    expect(log).toContain('other is []')
    expect(log).not.toContain('very-hidden')
  })
})
