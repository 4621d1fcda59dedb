// Owns how a pull request looks: in lists, in full, and as webhooks carry it.
import type { Forge } from '../forge.ts'
import { baseOf, headOf, pullNumbered, standOf } from '../pull-heads.ts'
import type { Account, Team } from '../world/accounts.ts'
import type { Pull } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { simpleTeam, simpleUser, userOrNull } from './account.ts'
import { association, issueUrl, labelShape, labelsOf } from './issue.ts'
import { nodeId } from './node-id.ts'
import { repositoryPage, repositoryShape, repositoryUrl } from './repository.ts'

/** What GitHub worked out about merging; null while it has not. */
export interface MergeView {
  readonly mergeable: boolean | null
  readonly state: string
}

/** As webhooks carry it: the event is older than the answer. */
export const NOT_YET: MergeView = { mergeable: null, state: 'unknown' }

function endShape(
  forge: Forge,
  repository: Repository | undefined,
  owner: Account,
  ref: string,
  sha: string,
) {
  return {
    label: `${owner.login}:${ref}`,
    ref,
    sha,
    user: simpleUser(forge, owner),
    repo: repository === undefined ? null : repositoryShape(forge, repository),
  }
}

function links(forge: Forge, repository: Repository, number: number, head: string) {
  const url = `${repositoryUrl(forge, repository)}/pulls/${number}`
  return {
    self: { href: url },
    html: { href: `${repositoryPage(forge, repository)}/pull/${number}` },
    issue: { href: issueUrl(forge, repository, number) },
    comments: { href: `${issueUrl(forge, repository, number)}/comments` },
    review_comments: { href: `${url}/comments` },
    review_comment: { href: `${repositoryUrl(forge, repository)}/pulls/comments{/number}` },
    commits: { href: `${url}/commits` },
    statuses: { href: `${repositoryUrl(forge, repository)}/statuses/${head}` },
  }
}

export function autoMergeShape(forge: Forge, repository: Repository, number: number) {
  const armed = repository.autoMerges.get(number)
  if (armed === undefined) return null
  return {
    enabled_by: simpleUser(forge, armed.by),
    merge_method: armed.method,
    commit_title: armed.title ?? '',
    commit_message: armed.message ?? '',
  }
}

/** GitHub's `team`, as a request for review names it. */
export const requestedTeam = (forge: Forge, team: Team) => ({
  ...simpleTeam(forge, team),
  type: 'organization',
  organization_id: team.organization.id,
})

/** GitHub describes most events with a shorter form of the teams that were asked. */
export function shortTeams<T extends { requested_teams: ReturnType<typeof requestedTeam>[] }>(shape: T) {
  return { ...shape, requested_teams: shape.requested_teams.map(shortTeam) }
}

export function shortTeam<T extends ReturnType<typeof requestedTeam>>(team: T) {
  const { type: _type, organization_id: _organization, notification_setting: _setting, ...short } = team
  return short
}

async function testMergeOf(repository: Repository, pull: Pull): Promise<string | null> {
  if (pull.merged !== undefined) return pull.merged.sha
  return (await repository.git.ref(`refs/pull/${pull.number}/merge`))?.sha ?? null
}

/** GitHub's `pull-request-simple`; never says whether it can be merged. */
export async function simplePull(forge: Forge, repository: Repository, number: number) {
  const { pull, issue } = pullNumbered(repository, number)
  const [head, base] = await Promise.all([headOf(repository, pull), baseOf(repository, pull)])
  const _links = links(forge, repository, number, head)
  const page = _links.html.href
  return {
    url: _links.self.href,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: _links.issue.href,
    commits_url: _links.commits.href,
    review_comments_url: _links.review_comments.href,
    review_comment_url: _links.review_comment.href,
    comments_url: _links.comments.href,
    statuses_url: _links.statuses.href,
    number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: simpleUser(forge, issue.author),
    body: issue.body,
    labels: labelsOf(repository, issue).map((label) => labelShape(forge, repository, label)),
    milestone: null,
    active_lock_reason: issue.lockReason,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: await testMergeOf(repository, pull),
    assignee: userOrNull(forge, issue.assignees[0]),
    assignees: issue.assignees.map((account) => simpleUser(forge, account)),
    requested_reviewers: pull.requestedReviewers.map((account) => simpleUser(forge, account)),
    requested_teams: pull.requestedTeams.map((team) => ({ ...requestedTeam(forge, team), parent: null })),
    head: endShape(forge, headRepositoryOf(forge, pull), pull.headOwner, pull.headRef, head),
    base: endShape(forge, repository, repository.owner, pull.baseRef, base),
    _links,
    author_association: association(forge, repository, issue.author),
    auto_merge: autoMergeShape(forge, repository, number),
    draft: pull.draft,
  }
}

/** undefined when the fork was deleted. */
export function headRepositoryOf(forge: Forge, pull: Pull): Repository | undefined {
  return pull.headRepository !== undefined && forge.world.repositories.has(pull.headRepository.id)
    ? pull.headRepository
    : undefined
}

async function sizes(repository: Repository, pull: Pull) {
  const { head, mergeBase, base } = await standOf(repository, pull)
  const { git } = repository
  const diff = await git.diff(mergeBase, head)
  return {
    commits: (await git.countCommits({ from: head, exclude: base })) ?? 0,
    additions: diff?.additions ?? 0,
    deletions: diff?.deletions ?? 0,
    changed_files: diff?.totalFiles ?? 0,
  }
}

/** GitHub's `pull-request`. */
export async function fullPull(forge: Forge, repository: Repository, number: number, merge: MergeView) {
  const { pull } = pullNumbered(repository, number)
  const short = await simplePull(forge, repository, number)
  const comments = [...repository.comments.values()].filter((comment) => comment.issue === number)
  return {
    ...short,
    requested_teams: pull.requestedTeams.map((team) => requestedTeam(forge, team)),
    merged: pull.merged !== undefined,
    mergeable: merge.mergeable,
    rebaseable: merge.mergeable,
    mergeable_state: merge.state,
    merged_by: userOrNull(forge, pull.merged?.by),
    comments: comments.length,
    review_comments: shownComments(repository, number),
    maintainer_can_modify: pull.maintainerCanModify,
    ...(await sizes(repository, pull)),
  }
}

/** Comments of a pending review are seen by their author only, and are not counted. */
function shownComments(repository: Repository, number: number): number {
  return [...repository.reviewComments.values()].filter(
    (comment) => comment.pull === number && repository.reviews.get(comment.review)?.state !== 'PENDING',
  ).length
}
