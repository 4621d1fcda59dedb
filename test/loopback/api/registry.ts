// Owns the list of all operations that the loopback GitHub serves, by operation id.
import type { Handler, OperationId, Operations } from '../server/call.ts'
import { appOperations } from './apps.ts'
import { branchOperations } from './branches.ts'
import { checkSuiteOperations } from './check-suites.ts'
import { checkOperations } from './checks.ts'
import { commitOperations } from './commits.ts'
import { compareOperations } from './compare.ts'
import { contentWriteOperations } from './contents-write.ts'
import { contentOperations } from './contents.ts'
import { deploymentOperations } from './deployments.ts'
import { dispatchOperations } from './dispatches.ts'
import { gitBlobOperations } from './git-blobs.ts'
import { gitCommitOperations } from './git-commits.ts'
import { gitRefOperations } from './git-refs.ts'
import { gitTreeOperations } from './git-trees.ts'
import { statusOperations } from './statuses.ts'

const AREAS: readonly Operations[] = [
  appOperations,
  branchOperations,
  checkOperations,
  checkSuiteOperations,
  commitOperations,
  compareOperations,
  contentOperations,
  contentWriteOperations,
  deploymentOperations,
  dispatchOperations,
  gitBlobOperations,
  gitCommitOperations,
  gitRefOperations,
  gitTreeOperations,
  statusOperations,
]

export const HANDLERS: ReadonlyMap<string, Handler<OperationId>> = new Map(
  AREAS.flatMap((area) => Object.entries(area) as [string, Handler<OperationId>][]),
)
