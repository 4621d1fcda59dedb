// Owns the list of a repository's issues and pull requests, with its filters and orders.
import { invalid } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { issueShape } from '../shapes/issue.ts'
import type { Account } from '../world/accounts.ts'
import type { Issue } from '../world/issues.ts'
import { accountNamed } from '../world/world.ts'
import { requireIssues } from './issue-finding.ts'

type Filter = (issue: Issue) => boolean
type Asked = Pick<Call, 'forge' | 'repository' | 'query'>

function known(call: Asked, field: string, login: string): Account {
  const account = accountNamed(call.forge.world, login)
  if (account === undefined) throw invalid('Issue', field, 'invalid')
  return account
}

function byAssignee(call: Asked, assignee: string): Filter {
  if (assignee === 'none') return (issue) => issue.assignees.length === 0
  if (assignee === '*') return (issue) => issue.assignees.length > 0
  const account = known(call, 'assignee', assignee)
  return (issue) => issue.assignees.includes(account)
}

/** No milestone and no type exists here: only asking for none finds anything. */
function byAbsent(field: string, wanted: string): Filter {
  if (wanted === 'none') return () => true
  if (wanted === '*') return () => false
  throw invalid('Issue', field, 'invalid')
}

function byLabels(labels: string): Filter {
  const wanted = labels.split(',').map((label) => label.trim().toLowerCase())
  return (issue) => {
    const held = new Set(issue.labels.map((label) => label.toLowerCase()))
    return wanted.every((label) => held.has(label))
  }
}

function filtersOf(call: Asked): Filter[] {
  const { query } = call
  const state = query.get('state') ?? 'open'
  const makers: Readonly<Record<string, (value: string) => Filter>> = {
    assignee: (value) => byAssignee(call, value),
    creator: (value) => {
      const account = known(call, 'creator', value)
      return (issue) => issue.author.id === account.id
    },
    labels: byLabels,
    mentioned: (value) => (issue) => (issue.body ?? '').toLowerCase().includes(`@${value.toLowerCase()}`),
    milestone: (value) => byAbsent('milestone', value),
    type: (value) => byAbsent('type', value),
    since: (value) => (issue) => Date.parse(issue.updatedAt) >= Date.parse(value),
  }
  const asked = Object.entries(makers).flatMap(([name, make]) => {
    const value = query.get(name)
    return value === null || value === '' ? [] : [make(value)]
  })
  return [(issue) => state === 'all' || issue.state === state, ...asked]
}

function sorted(call: Asked, issues: readonly Issue[]): Issue[] {
  const comments = (issue: Issue) =>
    [...call.repository.comments.values()].filter((comment) => comment.issue === issue.number).length
  const keys: Readonly<Record<string, (issue: Issue) => number>> = {
    created: (issue) => Date.parse(issue.createdAt),
    updated: (issue) => Date.parse(issue.updatedAt),
    comments,
  }
  const key = keys[call.query.get('sort') ?? 'created'] ?? ((issue: Issue) => issue.number)
  const sign = call.query.get('direction') === 'asc' ? 1 : -1
  // times have whole seconds, so many are equal: then the number decides
  return issues.toSorted((a, b) => sign * (key(a) - key(b) || a.number - b.number))
}

export const issueListOperations: Operations = {
  'issues/list-for-repo': (call) => {
    requireIssues(call)
    const filters = filtersOf(call)
    const found = [...call.repository.issues.values()].filter((issue) =>
      filters.every((passes) => passes(issue)),
    )
    return page(call, sorted(call, found), (issue) => issueShape(call.forge, call.repository, issue))
  },
}
