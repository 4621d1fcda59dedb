// Owns the list of all operations that the loopback GitHub serves, by operation id.
import type { Handler, OperationId, Operations } from '../server/call.ts'
import { appOperations } from './apps.ts'

const AREAS: readonly Operations[] = [appOperations]

export const HANDLERS: ReadonlyMap<string, Handler<OperationId>> = new Map(
  AREAS.flatMap((area) => Object.entries(area) as [string, Handler<OperationId>][]),
)
