// Owns what people do to issues by the web page only: moving one to another repository, and deleting one.
import type { Scene } from '../api/issue-finding.ts'
import { pusherOf } from '../doings.ts'
import type { Forge } from '../forge.ts'
import { transferIssue } from '../issue-transfer.ts'
import { emit } from '../server/call.ts'
import { issueShape } from '../shapes/issue.ts'
import type { Issue } from '../world/issues.ts'
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

/** Source: docs.github.com, "Transferring an issue to another repository". Gives the new number. */
export function transfer(forge: Forge, { to, number, ...deed }: IssueDeed & { to: string }): number {
  const scene = sceneOf(forge, deed)
  const from = scene.repository
  const target = repositoryCalled(forge.world, to)
  if (target.owner.id !== from.owner.id || (from.private && !target.private)) {
    throw new Error(
      'an issue moves within one account only, and not from a private repository to a public one',
    )
  }
  const order = { issue: issueCalled(scene, number), from, to: target, createLabels: false }
  return transferIssue(forge, pusherOf(scene), order).number
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
