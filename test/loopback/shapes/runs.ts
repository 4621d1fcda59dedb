// Owns how workflows, runs, jobs and artifacts of Actions look in replies and webhooks.
import type { Forge } from '../forge.ts'
import type { Repository } from '../world/repository.ts'
import type { Artifact, RunAttempt, WorkflowFile, WorkflowJob, WorkflowRun } from '../world/runs.ts'
import { simpleUser } from './account.ts'
import { simpleCommit } from './checks.ts'
import { nodeId } from './node-id.ts'
import { pullsOfHead } from './pull-minimal.ts'
import { repositoryPage, repositoryUrl, simpleRepository } from './repository.ts'

export const actionsUrl = (forge: Forge, repository: Repository) =>
  `${repositoryUrl(forge, repository)}/actions`
export const runPageUrl = (forge: Forge, repository: Repository, run: number) =>
  `${repositoryPage(forge, repository)}/actions/runs/${run}`
export const jobPageUrl = (forge: Forge, repository: Repository, job: Pick<WorkflowJob, 'id' | 'run'>) =>
  `${runPageUrl(forge, repository, job.run)}/job/${job.id}`

/** GitHub's `workflow`. */
export function workflowShape(forge: Forge, repository: Repository, workflow: WorkflowFile) {
  const page = repositoryPage(forge, repository)
  return {
    id: workflow.id,
    node_id: nodeId('Workflow', workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: workflow.state,
    created_at: workflow.createdAt,
    updated_at: workflow.updatedAt,
    url: `${actionsUrl(forge, repository)}/workflows/${workflow.id}`,
    html_url: `${page}/blob/${repository.defaultBranch}/${workflow.path}`,
    badge_url: `${page}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  }
}

/** GitHub's `workflow-run`, as one of its attempts shows it. */
export async function runShape(
  forge: Forge,
  repository: Repository,
  run: WorkflowRun,
  attempt: Omit<RunAttempt, 'jobs'>,
) {
  const url = `${actionsUrl(forge, repository)}/runs/${run.id}`
  return {
    id: run.id,
    name: run.workflow.name,
    node_id: nodeId('WorkflowRun', run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.workflow.path,
    display_title: run.title,
    run_number: run.number,
    event: run.event,
    status: attempt.status,
    conclusion: attempt.conclusion,
    workflow_id: run.workflow.id,
    check_suite_id: run.suite,
    check_suite_node_id: nodeId('CheckSuite', run.suite),
    url,
    html_url: runPageUrl(forge, repository, run.id),
    pull_requests:
      run.headRepository.id === repository.id ? await pullsOfHead(forge, repository, run.headSha) : [],
    created_at: run.createdAt,
    updated_at: attempt.updatedAt,
    actor: simpleUser(forge, run.actor),
    run_attempt: attempt.attempt,
    referenced_workflows: [],
    run_started_at: attempt.startedAt,
    triggering_actor: simpleUser(forge, attempt.actor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repositoryUrl(forge, repository)}/check-suites/${run.suite}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: attempt.attempt > 1 ? `${url}/attempts/${attempt.attempt - 1}` : null,
    workflow_url: `${actionsUrl(forge, repository)}/workflows/${run.workflow.id}`,
    head_commit: await simpleCommit(repository, run.headSha),
    repository: simpleRepository(forge, repository),
    head_repository: simpleRepository(forge, run.headRepository),
  }
}

/** GitHub's `job`; the runner is named from when it took the job. */
export function jobShape(forge: Forge, repository: Repository, run: WorkflowRun, job: WorkflowJob) {
  const url = `${actionsUrl(forge, repository)}/jobs/${job.id}`
  const taken = job.startedAt !== null && job.steps.length > 0
  return {
    id: job.id,
    run_id: run.id,
    workflow_name: run.workflow.name,
    head_branch: run.headBranch,
    run_url: `${actionsUrl(forge, repository)}/runs/${run.id}`,
    run_attempt: job.attempt,
    node_id: nodeId('CheckRun', job.checkRun),
    head_sha: run.headSha,
    url,
    html_url: jobPageUrl(forge, repository, job),
    status: job.status,
    conclusion: job.conclusion,
    created_at: job.createdAt,
    started_at: job.startedAt ?? job.createdAt,
    completed_at: job.completedAt,
    name: job.name,
    steps: job.steps.map((step) => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      number: step.number,
      started_at: step.startedAt,
      completed_at: step.completedAt,
    })),
    check_run_url: `${repositoryUrl(forge, repository)}/check-runs/${job.checkRun}`,
    labels: job.labels,
    runner_id: taken ? 1 : null,
    runner_name: taken ? 'loopback' : null,
    runner_group_id: taken ? 1 : null,
    runner_group_name: taken ? 'Default' : null,
  }
}

/** GitHub's `artifact`. */
export function artifactShape(forge: Forge, repository: Repository, artifact: Artifact) {
  const url = `${actionsUrl(forge, repository)}/artifacts/${artifact.id}`
  const run = repository.runs.get(artifact.run)
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.bytes.length,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expired,
    digest: artifact.digest,
    created_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    expires_at: forge.clock.iso(artifact.expiresAt),
    workflow_run:
      run === undefined
        ? null
        : {
            id: run.id,
            repository_id: repository.id,
            head_repository_id: run.headRepository.id,
            head_branch: run.headBranch,
            head_sha: run.headSha,
          },
  }
}
