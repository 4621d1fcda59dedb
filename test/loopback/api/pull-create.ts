// Owns opening a pull request, from a branch or on top of an issue that exists.
import { mark, pusherOf } from '../doings.ts'
import type { Forge } from '../forge.ts'
import { addIssue, addPull } from '../new-records.ts'
import { DRAFTS_NOT_OFFERED } from '../pull-drafts.ts'
import { requestOwners } from '../reviews/requests.ts'
import { ApiError, invalid, unprocessable } from '../server/api-error.ts'
import type { Call, Reply } from '../server/call.ts'
import { accountIn, created, isJob, viaOf } from '../server/call.ts'
import { fullPull } from '../shapes/pull.ts'
import { repositoryUrl } from '../shapes/repository.ts'
import { mayPush } from '../who-may.ts'
import type { Actor } from '../world/accounts.ts'
import type { Issue } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import { tokenCovers } from '../world/roles.ts'
import { mergeView } from '../merging/view.ts'
import type { HeadBranch } from './pull-branches.ts'
import { baseBranch, headBranch, refuseEmpty, refuseSecond } from './pull-branches.ts'
import { pullEvent } from './pull-events.ts'

const MOST_TITLE = 256
/** Source: docs.github.com, "Troubleshooting the REST API"; the number is known from the message. */
const MOST_BODY = 65_536

/** @throws {ApiError} 422 */
export function refuseText(title: string | undefined, body: string | null | undefined): void {
  if (title !== undefined && title.trim() === '') {
    throw invalid('PullRequest', 'title', 'custom', "title can't be blank")
  }
  if (title !== undefined && title.length > MOST_TITLE) {
    throw invalid('PullRequest', 'title', 'custom', `title is too long (maximum is ${MOST_TITLE} characters)`)
  }
  if ((body ?? '').length > MOST_BODY) {
    throw invalid('PullRequest', 'body', 'custom', `body is too long (maximum is ${MOST_BODY} characters)`)
  }
}

/** @throws {ApiError} 403 for who may not write to the branch that the pull request comes from */
function refuseForeignHead(forge: Forge, actor: Actor, head: Repository): void {
  const writes =
    actor.kind === 'installation'
      ? tokenCovers(actor.token, head)
      : actor.kind === 'user' && mayPush(forge, head, actor.account)
  if (!writes) throw new ApiError(403, 'Must have push access to the repository of the head branch')
}

function issueNumbered(repository: Repository, number: number): Issue {
  const issue = repository.issues.get(number)
  if (issue === undefined || repository.pulls.has(number) || issue.state !== 'open') {
    throw invalid('PullRequest', 'issue', 'invalid')
  }
  return issue
}

async function open(call: Call<'pulls/create'>, head: HeadBranch, issue: Issue): Promise<void> {
  const { repository, body } = call
  const by = pusherOf(call)
  const { number } = issue
  // the ref first: whoever lists pull requests meanwhile must not meet one without a head
  await repository.git.syncPullRef({ number, head: head.sha })
  addPull(call.forge, repository, {
    number,
    draft: body.draft ?? false,
    headRepository: head.repository,
    headOwner: head.owner,
    headRef: head.ref,
    baseRef: body.base,
    maintainerCanModify: head.repository.id !== repository.id && (body.maintainer_can_modify ?? true),
    lastPusher: by.sender,
  })
  if (body.issue !== undefined) mark(call.forge, repository, number, by, 'converted_to_pull_request')
  await pullEvent(call, 'opened', number)
  await requestOwners(call.forge, repository, number, by)
}

export async function createPull(call: Call<'pulls/create'>): Promise<Reply> {
  const { forge, repository, body, actor } = call
  if (isJob(actor) && !repository.settings.actionsMayOpenPulls) {
    throw new ApiError(403, 'GitHub Actions is not permitted to create or approve pull requests.')
  }
  if (body.title === undefined && body.issue === undefined) {
    throw invalid('PullRequest', 'title', 'missing_field')
  }
  refuseText(body.title, body.body)
  const head = await headBranch(forge, repository, body.head, body.head_repo)
  refuseForeignHead(forge, actor, head.repository)
  const base = { ref: body.base, sha: await baseBranch(repository, body.base) }
  if (body.draft === true && repository.private && !repository.settings.draftsOffered) {
    throw unprocessable(DRAFTS_NOT_OFFERED)
  }
  refuseSecond(repository, head, base.ref)
  await refuseEmpty(repository, head, base)
  // what was awaited above may have let a second one through
  refuseSecond(repository, head, base.ref)
  const issue =
    body.issue === undefined
      ? addIssue(forge, repository, {
          title: body.title ?? '',
          body: body.body ?? null,
          author: accountIn(call),
          via: viaOf(call),
        })
      : issueNumbered(repository, Number(body.issue))
  await open(call, head, issue)
  const shape = await fullPull(
    forge,
    repository,
    issue.number,
    await mergeView(forge, repository, issue.number),
  )
  return created(shape, `${repositoryUrl(forge, repository)}/pulls/${issue.number}`)
}
