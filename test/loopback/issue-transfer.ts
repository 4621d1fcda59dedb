// Owns the transfer of an issue to another repository: what goes along, and what both repositories tell of it.
import { labelNamed } from './api/labels.ts'
import { mark, say } from './doings.ts'
import type { Forge } from './forge.ts'
import type { Pusher } from './pushes.ts'
import { issueShape } from './shapes/issue.ts'
import { repositoryShape } from './shapes/repository.ts'
import type { Issue } from './world/issues.ts'
import type { Repository } from './world/repository.ts'

interface Transfer {
  readonly issue: Issue
  readonly from: Repository
  readonly to: Repository
  readonly createLabels: boolean
}

/**
 * Comments, assignees and reactions go along, labels where the target has the same, and the old number leads to the
 * new; docs.github.com, "Transferring an issue to another repository".
 */
export function transferIssue(forge: Forge, by: Pusher, order: Transfer): Issue {
  const { issue, from, to } = order
  const before = { issue: issueShape(forge, from, issue), repository: repositoryShape(forge, from) }
  if (order.createLabels) copyLabels(forge, order)
  const moved: Issue = {
    ...issue,
    id: forge.world.nextId(),
    number: to.nextNumber++,
    labels: issue.labels.flatMap((name) => labelNamed(to, name)?.name ?? []),
    updatedAt: forge.clock.iso(),
  }
  to.issues.set(moved.number, moved)
  from.issues.delete(issue.number)
  from.movedIssues.set(issue.number, { repository: to, number: moved.number })
  moveConversation(from, to, issue.number, moved.number)
  mark(forge, to, moved.number, by, 'transferred')

  const after = { new_issue: issueShape(forge, to, moved), new_repository: repositoryShape(forge, to) }
  const payload = { issue: before.issue, changes: after }
  say(forge, from, by, { name: 'issues', action: 'transferred', payload })
  const changes = { old_issue: before.issue, old_repository: before.repository }
  say(forge, to, by, { name: 'issues', action: 'opened', payload: { issue: after.new_issue, changes } })
  return moved
}

function copyLabels(forge: Forge, { issue, from, to }: Transfer): void {
  for (const name of issue.labels) {
    const label = from.labels.get(name)
    if (label === undefined || labelNamed(to, name) !== undefined) continue
    to.labels.set(name, { ...label, id: forge.world.nextId() })
  }
}

function moveConversation(from: Repository, to: Repository, number: number, toNumber: number): void {
  const moving = [...from.comments.values()].filter((comment) => comment.issue === number)
  for (const comment of moving) {
    from.comments.delete(comment.id)
    to.comments.set(comment.id, { ...comment, issue: toNumber })
  }
  const comments = new Set(moving.map((comment) => comment.id))
  for (const [id, reaction] of from.reactions) {
    const { on } = reaction
    const own = on.kind === 'issue' && on.id === number
    if (!own && !(on.kind === 'issue_comment' && comments.has(on.id))) continue
    from.reactions.delete(id)
    to.reactions.set(id, { ...reaction, on: own ? { kind: 'issue', id: toNumber } : on })
  }
}
