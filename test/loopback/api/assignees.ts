// Owns who is assigned to an issue or pull request, and who can be.
import { mark, pusherOf } from '../doings.ts'
import type { Operations } from '../server/call.ts'
import { accountIn, created, ok } from '../server/call.ts'
import { simpleUser } from '../shapes/account.ts'
import { fullIssueShape } from '../shapes/issue.ts'
import type { Account } from '../world/accounts.ts'
import type { Issue } from '../world/issues.ts'
import { atLeast, roleOf } from '../world/roles.ts'
import { accountNamed } from '../world/world.ts'
import { issueEvent, touch } from './issue-event.ts'
import type { Scene } from './issue-finding.ts'
import { issueIn } from './issue-finding.ts'

/** Source: docs.github.com, "Add assignees to an issue". */
const MOST_ASSIGNEES = 10

/** As requests name an assignee: a login, or an object with it. */
export type AssigneeName = string | { readonly login?: string }

const loginOf = (wanted: AssigneeName) => (typeof wanted === 'string' ? wanted : (wanted.login ?? ''))

/** Source: docs.github.com, "Assigning issues and pull requests to other GitHub users". */
function assignable(scene: Scene, issue: Issue, account: Account): boolean {
  const { forge, repository } = scene
  if (account.type !== 'User') return false
  if (account.id === accountIn(scene).id) return true
  if (atLeast(roleOf(forge.world, account, repository), 'write')) return true
  if (forge.world.members.get(repository.owner.id)?.has(account.id) === true) return true
  return [...repository.comments.values()].some(
    (comment) => comment.issue === issue.number && comment.author.id === account.id,
  )
}

export function assigneesNamed(scene: Scene, issue: Issue, wanted: readonly AssigneeName[]): Account[] {
  const found = wanted.flatMap((one) => accountNamed(scene.forge.world, loginOf(one)) ?? [])
  return [...new Set(found)].filter((account) => assignable(scene, issue, account))
}

/** Makes these the assignees; beyond ten they are dropped in silence. */
export async function putAssignees(scene: Scene, issue: Issue, wanted: readonly Account[]): Promise<void> {
  const { forge, repository } = scene
  const before = issue.assignees
  const after = wanted.slice(0, MOST_ASSIGNEES)
  const removed = before.filter((account) => !after.includes(account))
  const added = after.filter((account) => !before.includes(account))
  if (removed.length + added.length === 0) return
  issue.assignees = after
  touch(scene, issue)
  const steps = [
    ...removed.map((assignee) => ['unassigned', assignee] as const),
    ...added.map((assignee) => ['assigned', assignee] as const),
  ]
  for (const [event, assignee] of steps) {
    mark(forge, repository, issue.number, pusherOf(scene), event, { assignee })
  }
  for (const [event, assignee] of steps) {
    await issueEvent(scene, event, issue, { assignee: simpleUser(forge, assignee) })
  }
}

export const assigneeOperations: Operations = {
  'issues/add-assignees': async (call) => {
    const issue = issueIn(call)
    const added = assigneesNamed(call, issue, call.body?.assignees ?? [])
    const more = added.filter((account) => !issue.assignees.includes(account))
    await putAssignees(call, issue, [...issue.assignees, ...more])
    return created(fullIssueShape(call.forge, call.repository, issue))
  },
  'issues/remove-assignees': async (call) => {
    const issue = issueIn(call)
    const logins = new Set(call.body.assignees.map((login) => login.toLowerCase()))
    await putAssignees(
      call,
      issue,
      issue.assignees.filter((account) => !logins.has(account.login.toLowerCase())),
    )
    return ok(fullIssueShape(call.forge, call.repository, issue))
  },
}
