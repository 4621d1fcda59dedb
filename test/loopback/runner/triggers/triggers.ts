// Owns which event starts which workflow: activity types, branch, tag and path filters, and what GitHub leaves out.
import type { EventFilter, Workflow } from '../workflow/model.ts'
import { matchesPatterns } from './filter-pattern.ts'
import type { TriggerEvent } from './trigger-event.ts'

const PULLS = ['opened', 'synchronize', 'reopened']

/**
 * Activity types where not all count by default.
 * Source: docs.github.com, "Events that trigger workflows"; the other events say "all activity types".
 */
const DEFAULT_TYPES: Readonly<Record<string, readonly string[]>> = {
  pull_request: PULLS,
  pull_request_target: PULLS,
  check_suite: ['completed'],
  merge_group: ['checks_requested'],
}

/** A GITHUB_TOKEN's events start no workflow, these two excepted. Source: docs.github.com, "GITHUB_TOKEN". */
const DISPATCHES = ['workflow_dispatch', 'repository_dispatch']

/** Source: docs.github.com, "Skip workflow runs": for push and pull_request only. */
const SKIPS = /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]|\n\nskip-checks: ?true\s*$/i

export function matchEvent(workflow: Workflow, event: TriggerEvent): boolean {
  const filter = workflow.on.get(event.name)
  if (filter === undefined || isLeftOut(event)) return false
  if (event.workflowPath !== undefined && event.workflowPath !== workflow.path) return false
  return matchesType(filter, event) && matchesRef(filter, event) && matchesPaths(filter, event)
}

function isLeftOut(event: TriggerEvent): boolean {
  if (event.byJob && !DISPATCHES.includes(event.name)) return true
  if (event.name === 'push' && event.payload['deleted'] === true) return true
  if (event.name === 'push' || event.name === 'pull_request') return SKIPS.test(event.headMessage ?? '')
  return madeByActions(event)
}

/** Against recursion: the check runs and suites of Actions itself start nothing. */
function madeByActions(event: TriggerEvent): boolean {
  if (event.name !== 'check_run' && event.name !== 'check_suite') return false
  const subject = event.payload[event.name] as { app?: { slug?: string } } | undefined
  return subject?.app?.slug === 'github-actions'
}

function matchesType(filter: EventFilter, event: TriggerEvent): boolean {
  const types = filter.types ?? DEFAULT_TYPES[event.name]
  if (types === undefined) return true
  return event.action !== undefined && types.includes(event.action)
}

function matchesRef(filter: EventFilter, event: TriggerEvent): boolean {
  if (event.name === 'push') return matchesPushed(filter, event.ref)
  if (event.name === 'workflow_run') return matchesRun(filter, event)
  const base = event.baseRef === '' ? event.ref.replace('refs/heads/', '') : event.baseRef
  return isNamed(filter.branches, filter.branchesIgnore, base)
}

/** A filter for tags only leaves branches out, and the other way round. */
function matchesPushed(filter: EventFilter, ref: string): boolean {
  const branches = filter.branches ?? filter.branchesIgnore
  const tags = filter.tags ?? filter.tagsIgnore
  if (ref.startsWith('refs/tags/')) {
    if (tags === undefined) return branches === undefined
    return isNamed(filter.tags, filter.tagsIgnore, ref.slice('refs/tags/'.length))
  }
  if (branches === undefined) return tags === undefined
  return isNamed(filter.branches, filter.branchesIgnore, ref.slice('refs/heads/'.length))
}

function matchesRun(filter: EventFilter, event: TriggerEvent): boolean {
  const run = event.payload['workflow_run'] as { name?: string; head_branch?: string } | undefined
  if (filter.workflows !== undefined && !matchesPatterns(filter.workflows, run?.name ?? '')) return false
  return isNamed(filter.branches, filter.branchesIgnore, run?.head_branch ?? '')
}

function isNamed(
  wanted: readonly string[] | undefined,
  ignored: readonly string[] | undefined,
  name: string,
): boolean {
  if (wanted !== undefined) return matchesPatterns(wanted, name)
  return ignored === undefined || !matchesPatterns(ignored, name)
}

/** Path filters are not evaluated for pushes of tags. */
function matchesPaths(filter: EventFilter, event: TriggerEvent): boolean {
  const paths = event.changedPaths
  if (paths === undefined || event.ref.startsWith('refs/tags/')) return true
  if (filter.paths !== undefined) return paths.some((path) => matchesPatterns(filter.paths ?? [], path))
  if (filter.pathsIgnore === undefined) return true
  return paths.some((path) => !matchesPatterns(filter.pathsIgnore ?? [], path))
}
