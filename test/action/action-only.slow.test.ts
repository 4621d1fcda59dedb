// Autopilot without an App: a label on the loopback GitHub becomes a pull request with checks, by one workflow alone.
import { cp, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { ROOT, scratchFolder } from '../e2e/autopilot.ts'
import { makeTiny } from '../e2e/tiny-repository.ts'
import { needsTool } from '../fakes/require-tool.ts'
import { at, conclusions, openActions, type ActionsStage } from '../loopback/actions/stage.ts'
import { workflowPermission } from '../loopback/permissions/job-token.ts'
import { closedTo, unneeded, type Held } from '../loopback/permissions/opened.ts'
import { GITHUB_TIMES } from '../loopback/runner/settings.ts'
import { filesBelow } from '../theatre/theatre.ts'

const TEMPLATE = join(ROOT, 'docs/workflows/autopilot-action-only.yml')
const LONG = 240_000

beforeEach((context) => needsTool(context, 'bwrap'))

interface Stage extends ActionsStage {
  issue: number
  /** Bodies of the comments on the issue. */
  said(): Promise<readonly string[]>
  label(who?: 'wes' | 'tim'): Promise<void>
}

async function openStage(x: { issue?: string; allowed?: boolean } = {}): Promise<Stage> {
  const { folder, remove } = await scratchFolder()
  onTestFinished(remove)
  const tiny = await makeTiny(folder)
  const action = join(folder, 'downloaded')
  await mkdir(join(action, 'action'), { recursive: true })
  await cp(join(ROOT, 'action.yml'), join(action, 'action.yml'))
  await cp(join(ROOT, 'action/dist'), join(action, 'action/dist'), { recursive: true })
  const stage = await openActions(
    { 'autopilot.yml': await readFile(TEMPLATE, 'utf8') },
    {
      files: await filesBelow(tiny.repo),
      runner: {
        actions: { 'autopilot-dev/autopilot': action },
        packageTools: true,
        cancellation: GITHUB_TIMES,
      },
    },
  )
  await stage.ana.rest.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
    ...at,
    default_workflow_permissions: 'read',
    can_approve_pull_request_reviews: x.allowed ?? true,
  })
  const text = x.issue ?? (await readFile(tiny.issue, 'utf8'))
  const [first = '', ...rest] = text.split('\n')
  const { data: issue } = await stage.wes.rest.issues.create({
    ...at,
    title: first.replace(/^# /, ''),
    body: rest.join('\n'),
  })
  await stage.ana.rest.issues.createLabel({ ...at, name: 'autopilot', color: '0e8a16' })
  const tim = stage.loopback.user('tim')
  stage.loopback.addCollaborator({ repository: 'acme/widgets', by: 'ana', login: 'tim', role: 'triage' })
  return {
    ...stage,
    issue: issue.number,
    async said() {
      const { data } = await stage.wes.rest.issues.listComments({ ...at, issue_number: issue.number })
      return data.map((comment) => comment.body ?? '')
    },
    async label(who = 'wes') {
      const client = who === 'wes' ? stage.wes : stage.octokit(tim.token)
      await client.rest.issues.addLabels({ ...at, issue_number: issue.number, labels: ['autopilot'] })
    },
  }
}

/** What the jobs of the template may do between them; that each is enough for its job the run itself shows. */
async function permissionsOfJobs(): Promise<Held> {
  const { jobs } = load(await readFile(TEMPLATE, 'utf8')) as { jobs: Record<string, { permissions: Held }> }
  const held: Record<string, string> = {}
  for (const [name, level] of Object.values(jobs).flatMap((job) => Object.entries(job.permissions))) {
    const permission = workflowPermission(name)
    if (permission === undefined || 'outside' in permission) throw new Error(`${name} opens no operation`)
    if (held[permission.app] !== 'write') held[permission.app] = level ?? ''
  }
  return held
}

test(
  'a label becomes a pull request with checks that advise, and one comment that tells of it',
  async () => {
    const stage = await openStage()
    await stage.label()
    const before = stage.loopback.oracle.operations()
    const run = await stage.over('autopilot.yml')
    expect(conclusions(run)).toEqual({ intake: 'success', work: 'success', publish: 'success' })
    const after = Object.entries(stage.loopback.oracle.operations())
    const called = after.filter(([name, times]) => times > (before[name] ?? 0)).map(([name]) => name)
    expect(unneeded(await permissionsOfJobs(), (less) => closedTo(less, called))).toEqual([])
    const { data: pulls } = await stage.wes.rest.pulls.list({ ...at, state: 'open' })
    expect(pulls).toHaveLength(1)
    const [pull] = pulls
    expect(pull).toMatchObject({
      draft: false,
      base: { ref: 'main' },
      user: { login: 'github-actions[bot]' },
    })
    expect(pull?.body).toContain(`Closes #${stage.issue}`)
    const { data: files } = await stage.wes.rest.pulls.listFiles({ ...at, pull_number: pull?.number ?? 0 })
    expect(files.map((file) => file.filename)).toEqual(['src/greet.js', 'test/greet.test.js'])
    const { data: checks } = await stage.wes.rest.checks.listForRef({ ...at, ref: pull?.head.sha ?? '' })
    const ours = checks.check_runs.filter((check) => check.name.startsWith('autopilot/'))
    expect(Object.fromEntries(ours.map((check) => [check.name, check.conclusion]))).toEqual({
      'autopilot/council': 'success',
      'autopilot/plan': 'success',
      'autopilot/quality': 'success',
    })
    const said = await stage.said()
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(`[pull request ${pull?.number}](${pull?.html_url})`)
    // the job publish again, alone: nothing is doubled
    await stage.wes.rest.actions.reRunJobForWorkflowRun({ ...at, job_id: stage.job('publish').id })
    await stage.over('autopilot.yml')
    expect((await stage.wes.rest.pulls.list({ ...at, state: 'all' })).data).toHaveLength(1)
    expect(await stage.said()).toEqual(said)
  },
  LONG,
)

test(
  'a question is asked on the issue, and no job has failed',
  async () => {
    const stage = await openStage({ issue: '# Make it better\n\nIt is not good.\n' })
    await stage.label()
    const run = await stage.over('autopilot.yml')
    expect(conclusions(run)).toEqual({ intake: 'success', work: 'success', publish: 'success' })
    const [said, ...more] = await stage.said()
    expect(more).toEqual([])
    expect(said).toContain('1 question')
    expect(said).toContain('take the label off and put it on again')
  },
  LONG,
)

test(
  'where Actions may not open pull requests, the branch is there and the issue says what to allow',
  async () => {
    const stage = await openStage({ allowed: false })
    await stage.label()
    const run = await stage.over('autopilot.yml')
    expect(conclusions(run)).toMatchObject({ work: 'success', publish: 'failure' })
    const [said] = await stage.said()
    expect(said).toContain('GitHub refused the pull request')
    expect(said).toContain('Allow GitHub Actions to create and approve pull requests')
    const { data: branches } = await stage.wes.rest.repos.listBranches(at)
    expect(branches.filter((branch) => branch.name.startsWith('autopilot/'))).toHaveLength(1)
  },
  LONG,
)

test(
  'another label starts nothing',
  async () => {
    const stage = await openStage()
    await stage.wes.rest.issues.addLabels({ ...at, issue_number: stage.issue, labels: ['bug'] })
    const run = await stage.over('autopilot.yml')
    expect(conclusions(run)).toMatchObject({ intake: 'skipped' })
    expect(await stage.said()).toEqual([])
  },
  LONG,
)

test(
  'a label by somebody who may not write is answered with the reason, and nothing is worked on',
  async () => {
    const stage = await openStage()
    await stage.label('tim')
    const run = await stage.over('autopilot.yml')
    expect(conclusions(run)).toMatchObject({ intake: 'failure', work: 'skipped', publish: 'skipped' })
    const [said] = await stage.said()
    expect(said).toContain('tim has the role triage; who asks needs write access')
  },
  LONG,
)

test(
  'a mistake in the settings is answered with its place, and nothing is worked on',
  async () => {
    const stage = await openStage()
    await stage.push({ '.github/autopilot.yml': 'version: 1\nbugdet: 3\n' })
    await stage.label()
    const run = await stage.over('autopilot.yml')
    expect(conclusions(run)).toMatchObject({ intake: 'failure', work: 'skipped', publish: 'skipped' })
    const [said] = await stage.said()
    expect(said).toMatch(/autopilot\.yml:2:1/)
  },
  LONG,
)
