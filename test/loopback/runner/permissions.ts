// Owns what a job's token may do: GITHUB_TOKEN's permissions from workflow, job, repository setting and fork.
import { workflowPermission } from '../permissions/job-token.ts'
import { isMap } from './workflow/template.ts'
import type { Template } from './workflow/template.ts'

export type Level = 'none' | 'read' | 'write'
/** As declared: one level for all, or levels by scope, in which case what is unlisted is none. */
export type Permissions = 'read-all' | 'write-all' | ReadonlyMap<string, Level>
/** By the names that Apps use (`pull_requests`); what is absent is none. */
export type EffectivePermissions = Readonly<Record<string, 'read' | 'write'>>

/** Scopes of the `permissions` key; source: docs.github.com, "Workflow syntax", permissions. */
const SCOPES = [
  'actions',
  'artifact-metadata',
  'attestations',
  'checks',
  'contents',
  'deployments',
  'discussions',
  'issues',
  'packages',
  'pages',
  'pull-requests',
  'security-events',
  'statuses',
]

/** Source: docs.github.com, "GITHUB_TOKEN", permissions: default access (restricted). */
const RESTRICTED = new Map<string, Level>([
  ['contents', 'read'],
  ['packages', 'read'],
])

export function parsePermissions(template: Template | undefined): Permissions | undefined {
  if (template === undefined || template === null) return undefined
  if (template === 'read-all' || template === 'write-all') return template
  if (!isMap(template)) return new Map()
  const unknown = [...template.keys()].find((scope) => workflowPermission(scope) === undefined)
  if (unknown !== undefined) throw new Error(`Unexpected value '${unknown}' below permissions`)
  return new Map([...template].map(([scope, level]) => [scope, level as Level]))
}

interface Asked {
  readonly workflow: Permissions | undefined
  readonly job: Permissions | undefined
  readonly setting: 'read' | 'write'
  /** pull_request from a fork: writes become reads, and no OIDC token */
  readonly fromFork: boolean
}

/** The job's declaration replaces the workflow's; `metadata: read` always. */
export function effectivePermissions(asked: Asked): EffectivePermissions {
  const declared = asked.job ?? asked.workflow ?? (asked.setting === 'write' ? 'write-all' : RESTRICTED)
  const levels: Record<string, 'read' | 'write'> = { metadata: 'read' }
  for (const [scope, level] of entriesOf(declared)) {
    if (level === 'none' || (asked.fromFork && scope === 'id-token')) continue
    levels[scope.replaceAll('-', '_')] = asked.fromFork ? 'read' : level
  }
  return levels
}

function entriesOf(declared: Permissions): readonly (readonly [string, Level])[] {
  if (typeof declared !== 'string') return [...declared]
  const level = declared === 'read-all' ? 'read' : 'write'
  return SCOPES.map((scope) => [scope, level] as const)
}
