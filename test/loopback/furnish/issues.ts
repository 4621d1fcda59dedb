// Owns what people do to issues by the web page only: moving one to another repository, and deleting one.
import { makeIssue } from '../api/issues.ts'
import type { Scene } from '../api/issue-finding.ts'
import { labelNamed } from '../api/labels.ts'
import { mark, pusherOf } from '../doings.ts'
import type { Forge } from '../forge.ts'
import { emit } from '../server/call.ts'
import { issueShape } from '../shapes/issue.ts'
import { repositoryShape } from '../shapes/repository.ts'
import type { Issue } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import { repositoryCalled } from './accounts.ts'
import type { Deed } from './acting.ts'
import { sceneOf } from './acting.ts'

export interface IssueDeed extends Deed {
  readonly number: number
}

function issueCalled({ repository }: Scene, number: number): Issue {
  const issue = repository.issues.get(number)
  if (issue === undefined || repository.pulls.has(number))
    throw new Error(`there is no issue ${number} there`)
  return issue
}

/** Comments and reactions go along; their numbers in the address change, their ids do not. */
function takeConversation(from: Repository, to: Repository, before: number, after: number): void {
  for (const comment of [...from.comments.values()].filter((one) => one.issue === before)) {
    from.comments.delete(comment.id)
    to.comments.set(comment.id, { ...comment, issue: after })
    for (const reaction of from.reactions.values()) {
      if (reaction.on.kind !== 'issue_comment' || reaction.on.id !== comment.id) continue
      from.reactions.delete(reaction.id)
      to.reactions.set(reaction.id, reaction)
    }
  }
  for (const reaction of from.reactions.values()) {
    if (reaction.on.kind !== 'issue' || reaction.on.id !== before) continue
    from.reactions.delete(reaction.id)
    to.reactions.set(reaction.id, { ...reaction, on: { kind: 'issue', id: after } })
  }
}

/** Source: docs.github.com, "Transferring an issue to another repository". Gives the new number. */
export function transferIssue(forge: Forge, { to, number, ...deed }: IssueDeed & { to: string }): number {
  const scene = sceneOf(forge, deed)
  const from = scene.repository
  const target = repositoryCalled(forge.world, to)
  if (target.owner.id !== from.owner.id || (from.private && !target.private)) {
    throw new Error(
      'an issue moves within one account only, and not from a private repository to a public one',
    )
  }
  const there = { ...scene, repository: target }
  const issue = issueCalled(scene, number)
  const made = makeIssue(there, issue)
  const moved: Issue = {
    ...issue,
    id: made.id,
    number: made.number,
    // labels stay where the other repository has one of that name
    labels: issue.labels.flatMap((name) => labelNamed(target, name)?.name ?? []),
    updatedAt: forge.clock.iso(),
  }
  target.issues.set(made.number, moved)
  const old = { issue: issueShape(forge, from, issue), repository: repositoryShape(forge, from) }
  takeConversation(from, target, number, made.number)
  from.issues.delete(number)
  from.movedIssues.set(number, { repository: target, number: made.number })
  mark(forge, target, made.number, pusherOf(scene), 'transferred')
  emit(scene, 'issues', 'transferred', {
    issue: old.issue,
    changes: {
      new_issue: issueShape(forge, target, moved),
      new_repository: repositoryShape(forge, target),
    },
  })
  emit(there, 'issues', 'opened', {
    issue: issueShape(forge, target, moved),
    changes: { old_issue: old.issue, old_repository: old.repository },
  })
  return made.number
}

/** Source: docs.github.com, "Deleting an issue". */
export function deleteIssue(forge: Forge, { number, ...deed }: IssueDeed): void {
  const scene = sceneOf(forge, deed)
  const { repository } = scene
  const shape = issueShape(forge, repository, issueCalled(scene, number))
  repository.issues.delete(number)
  repository.deletedIssues.add(number)
  for (const comment of repository.comments.values()) {
    if (comment.issue === number) repository.comments.delete(comment.id)
  }
  emit(scene, 'issues', 'deleted', { issue: shape })
}
