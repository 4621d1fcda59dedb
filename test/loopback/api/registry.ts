// Owns the list of all operations that the loopback GitHub serves, by operation id.
import type { Handler, OperationId, Operations } from '../server/call.ts'
import { appOperations } from './apps.ts'
import { checkSuiteOperations } from './check-suites.ts'
import { checkOperations } from './checks.ts'
import { deploymentOperations } from './deployments.ts'
import { statusOperations } from './statuses.ts'

const AREAS: readonly Operations[] = [
  appOperations,
  checkOperations,
  checkSuiteOperations,
  deploymentOperations,
  statusOperations,
]

export const HANDLERS: ReadonlyMap<string, Handler<OperationId>> = new Map(
  AREAS.flatMap((area) => Object.entries(area) as [string, Handler<OperationId>][]),
)
