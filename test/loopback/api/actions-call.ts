// Owns what the operations of Actions ask of a call: the workflow, run, attempt, job or artifact that it names.
import { expireHeld } from '../actions/approval.ts'
import { expireArtifacts } from '../actions/artifacts.ts'
import { syncWorkflows } from '../actions/workflow-files.ts'
import type { DownloadKind } from '../actions/downloads.ts'
import { notFound } from '../server/api-error.ts'
import type { Call, Reply } from '../server/call.ts'
import { accountIn, numberParam } from '../server/call.ts'
import type { Artifact, RunAttempt, WorkflowFile, WorkflowJob, WorkflowRun } from '../world/runs.ts'

type Asked = Pick<Call, 'forge' | 'repository' | 'params'>

/** By id, or by the file's name. @throws {ApiError} 404 */
export async function workflowIn(
  call: Asked,
): Promise<{ readonly workflow: WorkflowFile; readonly onDefault: boolean }> {
  const { forge, repository, params } = call
  const paths = await syncWorkflows(forge, repository)
  const asked = params['workflow_id'] ?? ''
  const found = [...repository.workflows.values()].find(
    ({ id, path }) => String(id) === asked || path.split('/').at(-1) === asked,
  )
  if (found === undefined) throw notFound()
  return { workflow: found, onDefault: paths.has(found.path) }
}

/** Newest first. */
export function runsIn({ forge, repository }: Pick<Call, 'forge' | 'repository'>): WorkflowRun[] {
  expireHeld(forge, repository)
  return [...repository.runs.values()].sort((a, b) => b.id - a.id)
}

export function latestOf(run: WorkflowRun): RunAttempt {
  const attempt = run.attempts.at(-1)
  if (attempt === undefined) throw notFound()
  return attempt
}

/** @throws {ApiError} 404 */
export function runIn(call: Asked): WorkflowRun {
  expireHeld(call.forge, call.repository)
  const run = call.repository.runs.get(numberParam(call, 'run_id'))
  if (run === undefined) throw notFound()
  return run
}

export function attemptIn(call: Asked): { readonly run: WorkflowRun; readonly attempt: RunAttempt } {
  const run = runIn(call)
  const wanted = numberParam(call, 'attempt_number')
  const attempt = run.attempts.find((one) => one.attempt === wanted)
  if (attempt === undefined) throw notFound()
  return { run, attempt }
}

export function jobIn(call: Asked): { readonly run: WorkflowRun; readonly job: WorkflowJob } {
  const wanted = numberParam(call, 'job_id')
  for (const run of runsIn(call)) {
    for (const { jobs } of run.attempts) {
      const job = jobs.find(({ id }) => id === wanted)
      if (job !== undefined) return { run, job }
    }
  }
  throw notFound()
}

export function artifactIn(call: Asked): Artifact {
  expireArtifacts(call.forge, call.repository)
  const artifact = call.repository.artifacts.get(numberParam(call, 'artifact_id'))
  if (artifact === undefined) throw notFound()
  return artifact
}

/** A redirect to a signed address of one minute. @throws {ApiError} 401 to whoever is not signed in */
export function download(
  call: Pick<Call, 'forge' | 'repository' | 'actor'>,
  kind: DownloadKind,
  id: number,
): Reply {
  accountIn(call)
  const location = call.forge.actions.downloads.sign(kind, call.repository, id)
  return { status: 302, headers: { location } }
}
