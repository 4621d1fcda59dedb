import type { Octokit } from '@octokit/rest'
import { describe, expect, it } from 'vitest'
import { commitOn, headOf } from '../api/git-arena.ts'
import type { Repository } from '../world/repository.ts'
import { at, conclusions, openActions, outcome, workflow } from './stage.ts'
import type { ActionsStage } from './stage.ts'

const STEPS = `
- env: { KEY: '\${{ secrets.KEY }}' }
  run: echo "key [$KEY] at $GITHUB_REF of \${{ github.head_ref }} into \${{ github.base_ref }}"
`
const WRITES = 'permissions: { issues: write, contents: write }'
const CI = workflow('pull_request', STEPS, WRITES)

/** A fork by eve with one commit on \`topic\`, and the pull request that proposes it. */
async function fromFork(stage: ActionsStage, files: Record<string, string>): Promise<number> {
  const { loopback, repository } = stage
  const git = await loopback.forge.git.fork('acme/widgets', 'eve/fork')
  const eves = await loopback.repository({ owner: 'eve', name: 'widgets' })
  const fork: Repository = { ...eves, git, fork: { parent: repository } }
  loopback.forge.world.repositories.set(eves.id, fork)
  loopback.forge.world.names.set('eve/widgets', fork)
  await commitOn(fork, 'topic', files, { from: await headOf(repository) })
  return opened(stage.eve, 'eve:topic')
}

async function opened(by: Octokit, head: string): Promise<number> {
  const { data } = await by.rest.pulls.create({ ...at, title: 'A change', head, base: 'main' })
  return data.number
}

const ofEvent = (stage: ActionsStage, event: string) =>
  [...stage.repository.runs.values()].filter((run) => run.event === event)

describe('a pull request', () => {
  it('runs the file of its test merge, and the job is a check of its head', async () => {
    const stage = await openActions({ 'ci.yml': CI })
    stage.loopback.secret(stage.repository, 'KEY', 'very-hidden')
    const sha = await stage.push({ 'a.txt': 'a\n' }, { branch: 'topic' })
    const number = await opened(stage.wes, 'topic')
    const run = await stage.over()
    expect(run).toMatchObject({ event: 'pull_request', headSha: sha, headBranch: 'topic', title: 'A change' })
    expect(stage.job('build').log).toContain(`key [***] at refs/pull/${number}/merge of topic into main`)
    const { data } = await stage.eve.rest.checks.listForRef({ ...at, ref: sha, check_name: 'build' })
    expect(data.check_runs.map(({ conclusion }) => conclusion)).toEqual(['success'])
    const { data: shown } = await stage.eve.rest.actions.getWorkflowRun({ ...at, run_id: run.id })
    expect(shown.pull_requests?.map((pull) => pull.number)).toEqual([number])
    await stage.push({ 'a.txt': 'b\n' }, { branch: 'topic' })
    await stage.loopback.settled()
    expect(ofEvent(stage, 'pull_request')).toHaveLength(2)
  })

  it('meets a required check by a job skipped by its `if`, not by a workflow skipped by its filters', async () => {
    const gate = workflow('pull_request', '- run: echo no').replace(
      '    runs-on',
      '    if: false\n    runs-on',
    )
    const docs = workflow('{ pull_request: { paths: [docs/**] } }', '- run: echo docs').replace(
      'build:',
      'docs:',
    )
    const stage = await openActions({ 'gate.yml': gate, 'docs.yml': docs })
    await stage.push({ 'a.txt': 'a\n' }, { branch: 'topic' })
    const wanted = { ...at, pull_number: await opened(stage.wes, 'topic') }
    await stage.loopback.settled()
    const requireChecks = (...contexts: string[]) =>
      stage.ana.rest.repos.updateBranchProtection({
        ...at,
        branch: 'main',
        required_status_checks: { strict: false, contexts },
        enforce_admins: true,
        required_pull_request_reviews: null,
        restrictions: null,
      })
    await requireChecks('build', 'docs')
    await expect(stage.wes.rest.pulls.merge(wanted)).rejects.toMatchObject({
      status: 405,
      message: expect.stringContaining('"docs" is expected'),
    })
    await requireChecks('build')
    expect((await stage.wes.rest.pulls.merge(wanted)).data.merged).toBe(true)
  })

  it('that conflicts starts no `pull_request` run', async () => {
    const stage = await openActions({ 'ci.yml': CI })
    await stage.push({ 'README.md': 'ours\n' }, { branch: 'topic' })
    await stage.push({ 'README.md': 'theirs\n' })
    await opened(stage.wes, 'topic')
    await stage.loopback.settled()
    expect(stage.repository.runs.size).toBe(0)
  })

  it("of a first-time contributor's fork waits as `action_required` until somebody with write access approves it", async () => {
    const stage = await openActions({ 'ci.yml': CI })
    stage.loopback.secret(stage.repository, 'KEY', 'very-hidden')
    await fromFork(stage, { 'a.txt': 'a\n' })
    const run = await stage.over()
    expect(outcome(run)).toEqual({ attempt: 1, status: 'completed', conclusion: 'action_required' })
    const wanted = { ...at, run_id: run.id }
    await expect(stage.wes.rest.actions.reRunWorkflow(wanted)).rejects.toMatchObject({ status: 403 })
    await expect(stage.eve.rest.actions.approveWorkflowRun(wanted)).rejects.toMatchObject({ status: 403 })
    expect((await stage.wes.rest.actions.approveWorkflowRun(wanted)).status).toBe(201)
    await stage.over()
    expect(stage.repository.runs.size).toBe(1)
    expect(outcome(run)).toEqual({ attempt: 1, status: 'completed', conclusion: 'success' })
    await expect(stage.wes.rest.actions.approveWorkflowRun(wanted)).rejects.toMatchObject({ status: 403 })
  })

  it('that waits for approval is deleted after 30 days', async () => {
    const stage = await openActions({ 'ci.yml': CI })
    await fromFork(stage, { 'a.txt': 'a\n' })
    const run = await stage.over()
    stage.loopback.forge.clock.advance(31 * 24 * 3_600_000)
    const asked = stage.eve.rest.actions.getWorkflowRun({ ...at, run_id: run.id })
    await expect(asked).rejects.toMatchObject({ status: 404 })
  })

  it('of a fork has a read-only token and no secrets, and runs the file of the merge commit', async () => {
    const stage = await openActions({ 'ci.yml': CI })
    stage.loopback.secret(stage.repository, 'KEY', 'very-hidden')
    const text = workflow('pull_request', `${STEPS}- run: echo of the fork`, WRITES)
    await fromFork(stage, { '.github/workflows/ci.yml': text })
    const run = await stage.over()
    await stage.wes.rest.actions.approveWorkflowRun({ ...at, run_id: run.id })
    await stage.over()
    const { log } = stage.job('build')
    expect(log).toContain('key []')
    expect(log).toContain('of the fork')
    const tokens = [...stage.loopback.forge.world.tokens.values()].flatMap((token) =>
      token.kind === 'installation' && token.job?.runId === run.id ? [token.permissions] : [],
    )
    expect(tokens).toEqual([{ metadata: 'read', issues: 'read', contents: 'read' }])
  })

  it('`pull_request_target` runs the default branch’s file with secrets and a writing token', async () => {
    const text = workflow('pull_request_target', STEPS, WRITES)
    const stage = await openActions({ 'target.yml': text })
    stage.loopback.secret(stage.repository, 'KEY', 'very-hidden')
    const evil = workflow('pull_request_target', '- run: echo evil')
    await fromFork(stage, { '.github/workflows/target.yml': evil })
    const run = await stage.over()
    expect(conclusions(run)).toEqual({ build: 'success' })
    expect(stage.job('build').log).toContain('key [***] at refs/heads/main')
    expect(stage.job('build').log).not.toContain('evil')
    const tokens = [...stage.loopback.forge.world.tokens.values()].flatMap((token) =>
      token.kind === 'installation' && token.job?.runId === run.id ? [token.permissions] : [],
    )
    expect(tokens).toEqual([{ metadata: 'read', issues: 'write', contents: 'write' }])
  })
})
