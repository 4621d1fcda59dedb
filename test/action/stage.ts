// Owns the story of a run in Actions: a repository on the loopback GitHub with the workflow that people copy, a service
// that asks for runs and takes them in, and the built Action as it is committed.
import { cp, mkdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { onTestFinished } from 'vitest'
import { makeBlobs } from '../../src/adapters/blobs/blobs.ts'
import { bundleFolders } from '../../src/adapters/bundle/bundle-folder.ts'
import { readZip } from '../../src/adapters/bundle/bundle-zip.ts'
import { makeEvidenceFolder } from '../../src/adapters/evidence/evidence-folder.ts'
import { openStore } from '../../src/adapters/store/store.ts'
import { systemClock } from '../../src/adapters/system/clock.ts'
import { systemIds } from '../../src/adapters/system/ids.ts'
import { artifactName } from '../../src/contracts/bundle.ts'
import type { DispatchInputs } from '../../src/contracts/envelope.ts'
import { cleanIssue } from '../../src/intake/clean-text.ts'
import { makeRequest } from '../../src/intake/request.ts'
import { defaultSettings } from '../../src/intake/settings.ts'
import type { TaskEngine } from '../../src/pipeline/engine.ts'
import { ENVELOPE_FILE, makeEnvelope } from '../../src/pipeline/envelope.ts'
import { readTask } from '../../src/pipeline/journal.ts'
import { createTask, runTask } from '../../src/pipeline/loop.ts'
import { strategize } from '../../src/pipeline/stages/strategize.ts'
import { makeStopwatch } from '../../src/pipeline/stopwatch.ts'
import type { BundleReader } from '../../src/ports.ts'
import type { TaskState } from '../../src/process/state.ts'
import { ROOT, scratchFolder } from '../e2e/autopilot.ts'
import { at, openActions, type ActionsStage } from '../loopback/actions/stage.ts'
import { GITHUB_TIMES, type RunnerSettings } from '../loopback/runner/settings.ts'
import { ABOUT } from '../pipeline/elsewhere.ts'
import { requestRun } from '../pipeline/laptop.ts'

export const TEMPLATE = join(ROOT, 'docs/workflows/autopilot-app.yml')
const WORKFLOW = 'autopilot.yml'

export interface Story extends ActionsStage {
  service: TaskEngine
  task: string
  state(): Promise<TaskState>
  /** Asks for a run, leaves its envelope below refs/autopilot, and gives the inputs of the dispatch. */
  ask(change?: (text: string) => string): Promise<DispatchInputs>
  dispatch(inputs: DispatchInputs): Promise<void>
  /** Steps of the newest attempt by name: their conclusions. */
  steps(): Promise<Record<string, string | null>>
  log(): Promise<string>
  /** Bundle of the attempt's artifact; undefined: there is none. */
  bundle(attempt?: number): Promise<BundleReader | undefined>
}

/** `files` are the repository; `issue` is the text of its issue. */
export async function openStory(x: {
  files: Readonly<Record<string, string | Buffer>>
  issue: Uint8Array
  runner?: Partial<RunnerSettings>
  /** Changes the workflow, where a test needs something in it. */
  workflow?: (text: string) => string
}): Promise<Story> {
  const { folder, remove } = await scratchFolder()
  const template = await readFile(TEMPLATE, 'utf8')
  const workflow = x.workflow?.(template) ?? template
  const stage = await openActions(
    { [WORKFLOW]: workflow },
    {
      files: x.files,
      runner: {
        // nothing but what a job would download
        actions: { 'autopilot-dev/autopilot': await downloaded(folder) },
        packageTools: true,
        machine: await registry(),
        cancellation: GITHUB_TIMES,
        ...x.runner,
      },
    },
  )
  const clock = systemClock()
  const { store, leases, counters } = await openStore({ file: join(folder, 'service.db'), clock })
  onTestFinished(async () => {
    await store.close()
    await remove()
  })
  const service: TaskEngine = {
    clock,
    ids: systemIds(),
    store,
    leases,
    counters,
    blobs: makeBlobs(join(folder, 'blobs')),
    evidence: () => makeEvidenceFolder(join(folder, 'evidence')),
    bundles: bundleFolders(() => join(folder, 'bundle')),
    holder: systemIds().next('h'),
    watch: makeStopwatch(clock),
    ownsTaskChain: true,
    progress: () => undefined,
  }
  const task = systemIds().next('t')
  const { data: main } = await stage.ana.rest.git.getRef({ ...at, ref: 'heads/main' })
  const issue = cleanIssue(x.issue)
  if (!issue.ok) throw new Error(issue.problem.message)
  const settings = defaultSettings()
  const base = { ref: 'main', sha: main.object.sha }
  const about = { project: 'acme/widgets', origin: 'issue:acme/widgets#1', actor: 'wes' }
  await createTask(service, task, {
    request: makeRequest({ issue, settings, base, ...about }),
    settings,
    policyText: await readFile(join(ROOT, 'policies/default.yml'), 'utf8'),
    constitutionText: await readFile(join(ROOT, 'policies/constitution.yml'), 'utf8'),
    fingerprint: null,
  })
  await runTask(service, task, { stages: { STRATEGIZE: strategize } })
  return {
    ...stage,
    service,
    task,
    state: () => readTask(service, task),
    async ask(change = (text) => text) {
      const { nonce } = await requestRun({ engine: service, task })
      const repository = { id: stage.repository.id, owner: 'acme', name: 'widgets', private: false }
      const { text, digest } = await makeEnvelope(service, task, { ...ABOUT, repository })
      const commit = await putEnvelope(stage, task, change(text))
      return { task, envelope: digest, commit, nonce }
    },
    async dispatch(inputs) {
      await stage.wes.rest.actions.createWorkflowDispatch({
        ...at,
        workflow_id: WORKFLOW,
        ref: 'main',
        inputs,
      })
    },
    async steps() {
      const run_id = stage.run(WORKFLOW).id
      const { data } = await stage.wes.rest.actions.listJobsForWorkflowRun({ ...at, run_id })
      const steps = data.jobs.at(-1)?.steps ?? []
      return Object.fromEntries(steps.map((step) => [step.name, step.conclusion]))
    },
    async log() {
      const { data } = await stage.wes.rest.actions.downloadJobLogsForWorkflowRun({
        ...at,
        job_id: stage.job('run').id,
      })
      return String(data)
    },
    async bundle(attempt = 1) {
      const run_id = stage.run(WORKFLOW).id
      const { data } = await stage.wes.rest.actions.listWorkflowRunArtifacts({ ...at, run_id })
      const found = data.artifacts.find((one) => one.name === artifactName(task, attempt))
      if (found === undefined) return undefined
      const about = { ...at, artifact_id: found.id, archive_format: 'zip' }
      const { data: zip } = await stage.wes.rest.actions.downloadArtifact(about)
      const read = await readZip(new Uint8Array(zip as ArrayBuffer))
      if (!read.ok) throw new Error(read.problem.message)
      return read.bundle
    },
  }
}

async function downloaded(folder: string): Promise<string> {
  const action = join(folder, 'action')
  await mkdir(join(action, 'action'), { recursive: true })
  await cp(join(ROOT, 'action.yml'), join(action, 'action.yml'))
  await cp(join(ROOT, 'action/dist'), join(action, 'action/dist'), { recursive: true })
  return action
}

/** Where this machine's npm gets its packages: a job has a home of its own. */
async function registry(): Promise<Record<string, string>> {
  const { stdout } = await execa('npm', ['config', 'get', 'registry'], { cwd: tmpdir() })
  return { npm_config_registry: stdout.trim() }
}

async function putEnvelope(stage: ActionsStage, task: string, text: string): Promise<string> {
  const { git } = stage.ana.rest
  const content = Buffer.from(text).toString('base64')
  const { data: blob } = await git.createBlob({ ...at, content, encoding: 'base64' })
  const file = { path: ENVELOPE_FILE, mode: '100644', type: 'blob', sha: blob.sha } as const
  const { data: tree } = await git.createTree({ ...at, tree: [file] })
  const { data: commit } = await git.createCommit({ ...at, message: 'Envelope', tree: tree.sha, parents: [] })
  await git.createRef({ ...at, ref: `refs/autopilot/tasks/${task}`, sha: commit.sha })
  return commit.sha
}
