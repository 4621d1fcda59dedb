// Owns how issues, labels, comments and reactions look in replies and webhooks.
import type { Forge } from '../forge.ts'
import type { Account } from '../world/accounts.ts'
import type { Issue, IssueComment, Label, Reaction, ReactionContent } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import { roleOf } from '../world/roles.ts'
import { integrationOrNull, simpleUser, userOrNull } from './account.ts'
import { nodeId } from './node-id.ts'
import { repositoryPage, repositoryUrl } from './repository.ts'

export function labelShape(forge: Forge, repository: Repository, label: Label) {
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: `${repositoryUrl(forge, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    description: label.description,
    color: label.color,
    default: label.default,
  }
}

const CONTENTS: readonly ReactionContent[] = [
  '+1',
  '-1',
  'laugh',
  'confused',
  'heart',
  'hooray',
  'rocket',
  'eyes',
]

/** GitHub's `reaction-rollup`. */
export function reactionRollup(
  repository: Repository,
  on: Reaction['on'],
  url: string,
): Record<string, unknown> {
  const all = [...repository.reactions.values()].filter(
    (reaction) => reaction.on.kind === on.kind && reaction.on.id === on.id,
  )
  return {
    url: `${url}/reactions`,
    total_count: all.length,
    ...Object.fromEntries(
      CONTENTS.map((content) => [content, all.filter((reaction) => reaction.content === content).length]),
    ),
  }
}

export function reactionShape(forge: Forge, reaction: Reaction) {
  return {
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: simpleUser(forge, reaction.account),
    content: reaction.content,
    created_at: reaction.createdAt,
  }
}

/** GitHub's `author_association`; a person is a contributor once a commit of theirs was merged, which is not tracked. */
export function association(forge: Forge, repository: Repository, account: Account): string {
  if (repository.owner.id === account.id) return 'OWNER'
  if (forge.world.members.get(repository.owner.id)?.has(account.id) === true) return 'MEMBER'
  return roleOf(forge.world, account, repository) === undefined ? 'NONE' : 'COLLABORATOR'
}

/** Labels of an issue that the repository still has. */
export function labelsOf(repository: Repository, issue: Issue): Label[] {
  return issue.labels.flatMap((name) => repository.labels.get(name) ?? [])
}

export function issueUrl(forge: Forge, repository: Repository, number: number) {
  return `${repositoryUrl(forge, repository)}/issues/${number}`
}

export function issuePage(forge: Forge, repository: Repository, number: number) {
  const kind = repository.pulls.has(number) ? 'pull' : 'issues'
  return `${repositoryPage(forge, repository)}/${kind}/${number}`
}

function pullLinks(forge: Forge, repository: Repository, number: number) {
  const pull = repository.pulls.get(number)
  if (pull === undefined) return {}
  const page = `${repositoryPage(forge, repository)}/pull/${number}`
  return {
    draft: pull.draft,
    pull_request: {
      url: `${repositoryUrl(forge, repository)}/pulls/${number}`,
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      merged_at: pull.merged?.at ?? null,
    },
  }
}

/** GitHub's `issue`, for replies and webhooks alike. */
export function issueShape(forge: Forge, repository: Repository, issue: Issue) {
  const url = issueUrl(forge, repository, issue.number)
  const comments = [...repository.comments.values()].filter((comment) => comment.issue === issue.number)
  const pull = repository.pulls.get(issue.number)
  return {
    url,
    repository_url: repositoryUrl(forge, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: issuePage(forge, repository, issue.number),
    id: issue.id,
    // the issue's id beside the node of the pull request, which has an id of its own
    node_id: pull === undefined ? nodeId('Issue', issue.id) : nodeId('PullRequest', pull.id),
    number: issue.number,
    title: issue.title,
    user: simpleUser(forge, issue.author),
    labels: labelsOf(repository, issue).map((label) => labelShape(forge, repository, label)),
    state: issue.state,
    locked: issue.locked,
    assignee: userOrNull(forge, issue.assignees[0]),
    assignees: issue.assignees.map((account) => simpleUser(forge, account)),
    milestone: null,
    comments: comments.length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    author_association: association(forge, repository, issue.author),
    active_lock_reason: issue.lockReason,
    ...pullLinks(forge, repository, issue.number),
    body: issue.body,
    reactions: reactionRollup(repository, { kind: 'issue', id: issue.number }, url),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: integrationOrNull(forge, issue.via),
    state_reason: issue.stateReason,
  }
}

/** A single issue also says who closed it. */
export function fullIssueShape(forge: Forge, repository: Repository, issue: Issue) {
  return { ...issueShape(forge, repository, issue), closed_by: userOrNull(forge, issue.closedBy) }
}

export function commentShape(forge: Forge, repository: Repository, comment: IssueComment) {
  const url = `${repositoryUrl(forge, repository)}/issues/comments/${comment.id}`
  return {
    url,
    html_url: `${issuePage(forge, repository, comment.issue)}#issuecomment-${comment.id}`,
    issue_url: issueUrl(forge, repository, comment.issue),
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: simpleUser(forge, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    body: comment.body,
    author_association: association(forge, repository, comment.author),
    reactions: reactionRollup(repository, { kind: 'issue_comment', id: comment.id }, url),
    performed_via_github_app: integrationOrNull(forge, comment.via),
  }
}
