// Owns one job from its fresh folders to the last post step.
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { executeTurn } from './execute.ts'
import { makeJobFolders } from './folders.ts'
import { completeJob, planPreSteps, setUpJob } from './job-ends.ts'
import { makeMasks } from './masks.ts'
import { killMarked } from './process-tree.ts'
import { makeProgress } from './progress.ts'
import type { Progress } from './progress.ts'
import type { JobRequest, JobResult } from './request.ts'
import { mentionedSecrets } from './secrets.ts'
import { jobFrame } from './state.ts'
import type { Frame, JobState, StepBody } from './state.ts'
import { actionNames, runStep, stepName } from './steps.ts'

/** Never rejects for what a workflow does; the host hears of every step as it changes. */
export async function runJob(request: JobRequest): Promise<JobResult> {
  const { host, settings, event, run } = request.attempt
  const token = await host.issueToken({
    repository: event.repository,
    run: run.id,
    job: request.id,
    permissions: request.permissions,
  })
  const folders = await makeJobFolders(settings.workFolder, request.id, event.repository, event.payload)
  const state = makeState(request, token, folders)
  try {
    return await runSteps(state)
  } finally {
    killMarked(state.mark)
    await host.revokeToken(token)
    if (!settings.keepFolders) await rm(folders.root, { recursive: true, force: true, maxRetries: 3 })
  }
}

function makeState(request: JobRequest, token: string, folders: JobState['folders']): JobState {
  const { workflow, facts, event } = request.attempt
  // A fork's workflow gets no secret but its own token; source: docs.github.com, "Using secrets".
  const given = event.fromFork ? new Map<string, string>() : facts.secrets
  const secrets = mentionedSecrets(workflow, request.job, given)
  secrets.set('GITHUB_TOKEN', token)
  const masks = makeMasks()
  for (const value of secrets.values()) masks.add(value)
  return {
    request,
    folders,
    masks,
    token,
    secrets,
    mark: `github_${randomUUID()}`,
    env: new Map(),
    paths: [],
    posts: [],
    actions: new Map(),
    saved: new Map(),
  }
}

async function runSteps(state: JobState): Promise<JobResult> {
  const { request } = state
  const progress = makeProgress(request.attempt.host, request.id, request.startedAt)
  const frame = jobFrame(request)
  const ready = await takeOwn(state, frame, progress, 'Set up job', setUpJob)
  if (ready === 'success') {
    await runPlanned(state, frame, progress)
    await runPosts(state, frame, progress)
  } else frame.failed = true
  const outputs = new Map<string, string>()
  await takeOwn(state, frame, progress, 'Complete job', (step) => completeJob(step, outputs))
  const conclusion = request.stop.aborted ? 'cancelled' : frame.failed ? 'failure' : 'success'
  return { conclusion, outputs, steps: progress.steps }
}

/** A step of the runner itself, which no condition and no cancellation holds up. */
function takeOwn(state: JobState, frame: Frame, progress: Progress, name: string, body: StepBody) {
  const number = progress.plan(name)
  const turn = { frame, name, condition: 'always()', env: new Map(), action: '', number, outputs: new Map() }
  return progress.take(number, () => executeTurn(state, { ...turn, body }))
}

async function runPlanned(state: JobState, frame: Frame, progress: Progress): Promise<void> {
  const { steps } = state.request.job
  const pres = planPreSteps(state, frame)
  const preNumbers = pres.map((pre) => progress.plan(pre.name))
  const numbers = steps.map((step) => progress.plan(stepName(state, frame, step)))
  for (const [at, pre] of pres.entries()) {
    const number = preNumbers[at] ?? 0
    const outcome = await progress.take(number, () =>
      executeTurn(state, { ...pre, number, outputs: new Map() }),
    )
    if (outcome === 'failure') frame.failed = true
  }
  const names = actionNames(steps)
  for (const [at, step] of steps.entries()) {
    const number = numbers[at] ?? 0
    progress.rename(number, stepName(state, frame, step))
    const placed = { number, action: names[at] ?? '' }
    await progress.take(number, () => runStep(state, frame, step, placed))
  }
}

/** Latest first, as on GitHub. */
async function runPosts(state: JobState, frame: Frame, progress: Progress): Promise<void> {
  const posts = state.posts.toReversed()
  const numbers = posts.map((post) => progress.plan(post.name))
  for (const [at, post] of posts.entries()) {
    const number = numbers[at] ?? 0
    const outcome = await progress.take(number, () =>
      executeTurn(state, { ...post, frame, number, outputs: new Map() }),
    )
    if (outcome === 'failure') frame.failed = true
  }
}
