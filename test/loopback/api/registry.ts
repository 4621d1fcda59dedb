// Owns the list of all operations that the loopback GitHub serves, by operation id.
import type { Handler, OperationId, Operations } from '../server/call.ts'
import { actionsArtifactOperations } from './actions-artifacts.ts'
import { actionsJobOperations } from './actions-jobs.ts'
import { actionsRunOperations } from './actions-runs.ts'
import { actionsSettingOperations } from './actions-settings.ts'
import { actionsWorkflowOperations } from './actions-workflows.ts'
import { appHookOperations } from './app-hooks.ts'
import { appOperations } from './apps.ts'
import { assigneeOperations } from './assignees.ts'
import { branchOperations } from './branches.ts'
import { checkSuiteOperations } from './check-suites.ts'
import { checkOperations } from './checks.ts'
import { collaboratorOperations } from './collaborators.ts'
import { commentOperations } from './comments.ts'
import { commitOperations } from './commits.ts'
import { compareOperations } from './compare.ts'
import { contentWriteOperations } from './contents-write.ts'
import { contentOperations } from './contents.ts'
import { deploymentOperations } from './deployments.ts'
import { dispatchOperations } from './dispatches.ts'
import { forkOperations } from './forks.ts'
import { gitBlobOperations } from './git-blobs.ts'
import { gitCommitOperations } from './git-commits.ts'
import { gitRefOperations } from './git-refs.ts'
import { gitTreeOperations } from './git-trees.ts'
import { issueLabelOperations } from './issue-labels.ts'
import { issueListOperations } from './issue-lists.ts'
import { issueOperations } from './issues.ts'
import { labelOperations } from './labels.ts'
import { languageOperations } from './languages.ts'
import { manifestOperations } from './manifest.ts'
import { mergingOperations } from './merging.ts'
import { peopleOperations } from './people.ts'
import { protectionOperations } from './protection.ts'
import { pullFileOperations } from './pull-files.ts'
import { pullOperations } from './pulls.ts'
import { reactionOperations } from './reactions.ts'
import { repositoryOperations } from './repository.ts'
import { reviewCommentOperations } from './review-comments.ts'
import { reviewRequestOperations } from './review-requests.ts'
import { reviewOperations } from './reviews.ts'
import { statusOperations } from './statuses.ts'
import { teamOperations } from './teams.ts'
import { timelineOperations } from './timeline.ts'
import { updateBranchOperations } from './update-branch.ts'

const AREAS: readonly Operations[] = [
  actionsArtifactOperations,
  actionsJobOperations,
  actionsRunOperations,
  actionsSettingOperations,
  actionsWorkflowOperations,
  appHookOperations,
  appOperations,
  assigneeOperations,
  branchOperations,
  checkOperations,
  checkSuiteOperations,
  collaboratorOperations,
  commentOperations,
  commitOperations,
  compareOperations,
  contentOperations,
  contentWriteOperations,
  deploymentOperations,
  dispatchOperations,
  forkOperations,
  gitBlobOperations,
  gitCommitOperations,
  gitRefOperations,
  gitTreeOperations,
  issueLabelOperations,
  issueListOperations,
  issueOperations,
  labelOperations,
  languageOperations,
  manifestOperations,
  mergingOperations,
  peopleOperations,
  protectionOperations,
  pullFileOperations,
  pullOperations,
  reactionOperations,
  repositoryOperations,
  reviewCommentOperations,
  reviewOperations,
  reviewRequestOperations,
  statusOperations,
  teamOperations,
  timelineOperations,
  updateBranchOperations,
]

export const HANDLERS: ReadonlyMap<string, Handler<OperationId>> = new Map(
  AREAS.flatMap((area) => Object.entries(area) as [string, Handler<OperationId>][]),
)
