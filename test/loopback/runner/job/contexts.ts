// Owns the `github` and `runner` contexts, and the default variables that follow from them.
import { arch, platform } from 'node:os'
import type { Attempt } from './request.ts'

/** Contexts that need no job: for run names, concurrency groups and conditions of jobs. */
export function githubContext(attempt: Attempt): Map<string, unknown> {
  const { event, facts, host, run, workflow } = attempt
  const refType = event.ref.startsWith('refs/tags/') ? 'tag' : 'branch'
  return new Map<string, unknown>([
    ['actor', event.actor.login],
    ['actor_id', String(event.actor.id)],
    ['api_url', host.apiUrl],
    ['base_ref', event.baseRef],
    ['event', event.payload],
    ['event_name', event.name],
    ['graphql_url', host.graphqlUrl],
    ['head_ref', event.headRef],
    ['ref', event.ref],
    ['ref_name', event.ref.replace(/^refs\/(?:heads|tags|pull)\//, '')],
    ['ref_protected', facts.isProtected(event.ref)],
    ['ref_type', refType],
    ['repository', event.repository],
    ['repository_id', String(facts.id)],
    ['repository_owner', facts.owner],
    ['repository_owner_id', String(facts.ownerId)],
    ['repositoryUrl', `git://${new URL(host.serverUrl).host}/${event.repository}.git`],
    ['retention_days', String(facts.retentionDays)],
    ['run_attempt', String(run.attempt)],
    ['run_id', String(run.id)],
    ['run_number', String(run.number)],
    ['server_url', host.serverUrl],
    ['sha', event.sha],
    ['triggering_actor', attempt.triggeringActor.login],
    ['workflow', workflow.name],
    ['workflow_ref', `${event.repository}/${workflow.path}@${event.workflowRef}`],
    ['workflow_sha', event.workflowSha],
  ])
}

/** Values of the `runner` context; source: docs.github.com, "Contexts reference". */
export function runnerContext(temp: string, tools: string): Map<string, string> {
  const systems: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }
  const machines: Readonly<Record<string, string>> = { x64: 'X64', arm64: 'ARM64', arm: 'ARM', ia32: 'X86' }
  return new Map([
    ['name', 'Loopback 1'],
    ['os', systems[platform()] ?? 'Linux'],
    ['arch', machines[arch()] ?? 'X64'],
    ['temp', temp],
    ['tool_cache', tools],
    ['environment', 'self-hosted'],
  ])
}

/** Keys of the github context that no default variable shows. */
const HIDDEN = new Set([
  'event',
  'token',
  'repositoryUrl',
  'path',
  'env',
  'output',
  'job_status',
  'action_status',
])

/** GITHUB_* and RUNNER_*; source: docs.github.com, "Variables reference", default environment variables. */
export function defaultVariables(
  github: ReadonlyMap<string, unknown>,
  runner: ReadonlyMap<string, string>,
): Map<string, string> {
  const variables = new Map([['GITHUB_ACTIONS', 'true']])
  for (const [key, value] of github) {
    if (!HIDDEN.has(key)) variables.set(`GITHUB_${key.toUpperCase()}`, String(value))
  }
  for (const [key, value] of runner) variables.set(`RUNNER_${key.toUpperCase()}`, value)
  return variables
}
