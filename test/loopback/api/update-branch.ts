// Owns bringing the base into a pull request's branch: accepted at once, done in the background.
import { pusherOf } from '../doings.ts'
import type { Forge } from '../forge.ts'
import { identityOf, webFlow } from '../identity.ts'
import { refuseWorkflowFiles } from '../merging/workflow-files.ts'
import { pullNumbered, standOf } from '../pull-heads.ts'
import type { Pusher } from '../pushes.ts'
import { afterPush } from '../pushes.ts'
import { ApiError, unprocessable } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { accepted, numberParam } from '../server/call.ts'
import { headRepositoryOf } from '../shapes/pull.ts'
import { repositoryUrl } from '../shapes/repository.ts'
import { mayPush } from '../who-may.ts'
import type { Pull } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'

async function mergeBase(
  forge: Forge,
  repository: Repository,
  { pull, from, by, head }: { pull: Pull; from: Repository; by: Pusher; head: string },
): Promise<void> {
  if (repository.issues.get(pull.number)?.state !== 'open') return
  const { base } = await standOf(repository, pull)
  if (from.id !== repository.id) await from.git.adopt(repository.git, base)
  const made = await from.git.merge({
    base: head,
    head: base,
    message: `Merge branch '${pull.baseRef}' into ${pull.headRef}\n`,
    author: identityOf(forge, by.sender),
    committer: webFlow(forge),
    signed: true,
  })
  if (!made.ok) return
  const ref = `refs/heads/${pull.headRef}`
  // somebody pushed in the meantime: the update is given up, and nothing says so
  if ((await from.git.updateRef({ name: ref, to: made.sha, expected: head })) !== 'updated') return
  await afterPush(forge, from, [{ ref, before: head, after: made.sha, forced: false }], by)
}

async function updateBranch(call: Call<'pulls/update-branch'>): Promise<Reply> {
  const { forge, repository } = call
  const { pull, issue } = pullNumbered(repository, numberParam(call, 'pull_number'))
  const by = pusherOf(call)
  const from = headRepositoryOf(forge, pull)
  if (issue.state === 'closed' || from === undefined) {
    throw unprocessable('The pull request is closed, or its head repository is gone.')
  }
  const maintains = pull.maintainerCanModify && mayPush(forge, repository, by.sender)
  if (!mayPush(forge, from, by.sender) && !maintains) {
    throw new ApiError(403, 'Must have push access to the repository of the head branch')
  }
  const { head, base, mergeBase: parted } = await standOf(repository, pull)
  const expected = call.body?.expected_head_sha
  if (expected !== undefined && expected !== head) {
    throw unprocessable("expected head sha didn't match current head ref.")
  }
  if (parted === base) throw unprocessable('There are no new commits on the base branch.')
  const test = await repository.git.mergeable({ base: head, head: base })
  if (!test.clean) throw unprocessable('merge conflict between base and head')
  await refuseWorkflowFiles(call.actor, repository, parted, base)
  forge.later(() => mergeBase(forge, repository, { pull, from, by, head }))
  return accepted({
    message: 'Updating pull request branch.',
    url: `${repositoryUrl(forge, repository)}/pulls/${pull.number}`,
  })
}

export const updateBranchOperations: Operations = { 'pulls/update-branch': updateBranch }
