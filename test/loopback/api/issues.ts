// Owns opening, reading, editing and locking issues; a number may be a pull request's.
import { mark, pusherOf } from '../doings.ts'
import { addIssue } from '../new-records.ts'
import { invalid } from '../server/api-error.ts'
import type { BodyOf, Call, Operations } from '../server/call.ts'
import { accountIn, created, noContent, ok, viaOf } from '../server/call.ts'
import { requireTouch } from '../server/may-touch.ts'
import { fullIssueShape } from '../shapes/issue.ts'
import type { Issue } from '../world/issues.ts'
import type { AssigneeName } from './assignees.ts'
import { assigneesNamed, putAssignees } from './assignees.ts'
import { issueEvent, touch } from './issue-event.ts'
import type { Scene } from './issue-finding.ts'
import { hasRole, issueIn, requireIssues, requireRole } from './issue-finding.ts'
import { labelsNamed, putLabels } from './issue-labels.ts'
import { setState } from './issue-state.ts'
import { bodyText, titleText } from './issue-text.ts'

interface Asked {
  readonly milestone?: unknown
  readonly type?: unknown
  readonly issue_field_values?: readonly unknown[]
}

/** No milestone, type or field exists here, so naming one is naming what is not there. */
function refuseUnknown(asked: Asked): void {
  for (const field of ['milestone', 'type'] as const) {
    if (asked[field] !== undefined && asked[field] !== null) throw invalid('Issue', field, 'invalid')
  }
  if ((asked.issue_field_values ?? []).length > 0) throw invalid('Issue', 'issue_field_values', 'invalid')
}

function assigneeNames(asked: {
  assignee?: string | null
  assignees?: readonly AssigneeName[]
}): readonly AssigneeName[] | undefined {
  if (asked.assignees !== undefined) return asked.assignees
  if (asked.assignee === undefined) return undefined
  return asked.assignee === null || asked.assignee === '' ? [] : [asked.assignee]
}

async function create(call: Call<'issues/create'>): Promise<Issue> {
  requireIssues(call)
  const { body } = call
  const title = titleText(body.title)
  const text = body.body === undefined ? null : bodyText('Issue', body.body)
  // without push access these are dropped in silence; source: docs.github.com, "Create an issue"
  const may = hasRole(call, 'write')
  if (may) refuseUnknown(body)
  const labels = may ? labelsNamed(call, (body.labels ?? []).map(named)) : []
  const issue = addIssue(call.forge, call.repository, {
    title,
    body: text,
    author: accountIn(call),
    via: viaOf(call),
  })
  await issueEvent(call, 'opened', issue)
  if (may) {
    await putLabels(call, issue, labels)
    await putAssignees(call, issue, assigneesNamed(call, issue, assigneeNames(body) ?? []))
  }
  return issue
}

const named = (label: string | { name?: string }) =>
  typeof label === 'string' ? label : { name: label.name ?? '' }

type Changes = NonNullable<BodyOf<'issues/update'>>

async function editText(call: Scene, issue: Issue, asked: Changes): Promise<void> {
  const { forge, repository } = call
  const title = asked.title === undefined || asked.title === null ? issue.title : titleText(asked.title)
  const body = asked.body === undefined ? issue.body : bodyText('Issue', asked.body ?? '') || null
  const before = { title: issue.title, body: issue.body }
  if (title === before.title && body === before.body) return
  if (issue.author.id !== accountIn(call).id) requireRole(call, 'write')
  issue.title = title
  issue.body = body
  touch(call, issue)
  if (title !== before.title) {
    mark(forge, repository, issue.number, pusherOf(call), 'renamed', {
      rename: { from: before.title, to: title },
    })
  }
  const changes = {
    ...(title === before.title ? {} : { title: { from: before.title } }),
    ...(body === before.body ? {} : { body: { from: before.body ?? '' } }),
  }
  await issueEvent(call, 'edited', issue, { changes })
}

/** `reopened` is a reason that GitHub gives and takes, and says nothing on closing. */
function closeReason(asked: Changes) {
  const reason = asked.state_reason
  return reason === null || reason === 'reopened' ? undefined : reason
}

async function update(call: Call<'issues/update'>): Promise<Issue> {
  const issue = issueIn(call)
  requireTouch(call, issue.author)
  const asked: Changes = call.body ?? {}
  const may = hasRole(call, 'write')
  if (may) refuseUnknown(asked)
  const labels = may && asked.labels !== undefined ? labelsNamed(call, asked.labels) : undefined
  await editText(call, issue, asked)
  if (asked.state !== undefined) await setState(call, issue, asked.state, closeReason(asked))
  if (labels !== undefined) await putLabels(call, issue, labels)
  const assignees = assigneeNames(asked)
  if (may && assignees !== undefined) {
    await putAssignees(call, issue, assigneesNamed(call, issue, assignees))
  }
  return issue
}

async function lock(call: Scene, issue: Issue, locked: boolean, reason: Issue['lockReason']): Promise<void> {
  if (issue.locked === locked) return
  issue.locked = locked
  issue.lockReason = reason
  touch(call, issue)
  const event = locked ? 'locked' : 'unlocked'
  mark(call.forge, call.repository, issue.number, pusherOf(call), event, { lockReason: reason })
  await issueEvent(call, event, issue)
}

export const issueOperations: Operations = {
  'issues/create': async (call) => {
    const issue = await create(call)
    const shape = fullIssueShape(call.forge, call.repository, issue)
    return created(shape, shape.url)
  },
  'issues/get': (call) => ok(fullIssueShape(call.forge, call.repository, issueIn(call))),
  'issues/update': async (call) => ok(fullIssueShape(call.forge, call.repository, await update(call))),
  'issues/lock': async (call) => {
    await lock(call, issueIn(call), true, call.body?.lock_reason ?? null)
    return noContent()
  },
  'issues/unlock': async (call) => {
    await lock(call, issueIn(call), false, null)
    return noContent()
  },
}
