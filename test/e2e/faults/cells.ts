// Owns the cells of the fault matrix: each call and each webhook of the happy path by each fault that can strike it.
import { OPERATIONS, type Operation } from '../../../src/adapters/github/operations.ts'
import type { DeliveryFault, FaultSetting, RequestFault } from '../../loopback/faults/faults.ts'

/**
 * `merge`: nobody may notice, beyond the time that it takes. `stop`: GitHub means the answer as final (no right, not
 * there, not valid), so that the task may also stop or wait; then it says why where people see it, and `/retry` or
 * asking anew brings it to its end.
 */
export type May = 'merge' | 'stop'

export interface Cell {
  /** `issues/get #1 · 502, three times`. */
  title: string
  setting: FaultSetting
  may: May
}

type Target = 'read' | 'write' | 'graphql' | 'download'

interface Kind {
  name: string
  fault: RequestFault
  /** The adapter repeats a read that fails in passing twice: what shall reach the service comes three times. */
  times?: number
  may: May
  on: readonly Target[]
  /** Taken by one target in `RARE`: the same to the adapter as one that strikes every target. */
  rare?: true
}

const status = (
  of: Extract<RequestFault, { kind: 'status' }>['status'],
  more: Partial<Extract<RequestFault, { kind: 'status' }>> = {},
): RequestFault => ({ kind: 'status', status: of, ...more })
const after = { when: 'after' } as const
const ALL: readonly Target[] = ['read', 'write', 'graphql']
const READS: readonly Target[] = ['read', 'download']
const WRITES: readonly Target[] = ['write', 'graphql']
const RARE = 4
/** Shorter than the adapter's patience: the reply comes, late. */
const SLOW_MS = 60
const WAIT_SECONDS = 30

export const KINDS: readonly Kind[] = [
  { name: '401', fault: status(401), may: 'merge', on: WRITES },
  { name: '401 after it took effect', fault: status(401, after), may: 'merge', on: WRITES },
  { name: '401, three times', fault: status(401), times: 3, may: 'merge', on: ['read'] },
  { name: 'an expired token', fault: { kind: 'expired_token' }, may: 'merge', on: ALL, rare: true },
  { name: '403', fault: status(403), may: 'stop', on: ALL },
  { name: '403 after it took effect', fault: status(403, after), may: 'stop', on: WRITES, rare: true },
  { name: 'a secondary limit', fault: status(403, { retryAfter: WAIT_SECONDS }), may: 'merge', on: ALL },
  { name: '404', fault: status(404), may: 'stop', on: [...ALL, 'download'] },
  { name: '409', fault: status(409), may: 'stop', on: WRITES },
  { name: '409', fault: status(409), may: 'stop', on: ['read'], rare: true },
  { name: '422', fault: status(422), may: 'stop', on: ALL },
  { name: '422 after it took effect', fault: status(422, after), may: 'stop', on: WRITES, rare: true },
  { name: '429', fault: status(429, { retryAfter: WAIT_SECONDS }), may: 'merge', on: ALL },
  { name: '500, three times', fault: status(500), times: 3, may: 'merge', on: READS, rare: true },
  { name: '500 after it took effect', fault: status(500, after), may: 'merge', on: WRITES, rare: true },
  { name: '502, three times', fault: status(502), times: 3, may: 'merge', on: READS },
  { name: '502', fault: status(502), may: 'merge', on: WRITES },
  { name: '502 after it took effect', fault: status(502, after), may: 'merge', on: WRITES },
  { name: '503, nine times', fault: status(503), times: 9, may: 'merge', on: ['read'] },
  { name: '503, three times', fault: status(503), times: 3, may: 'merge', on: WRITES, rare: true },
  { name: 'cut', fault: { kind: 'cut' }, may: 'merge', on: WRITES },
  { name: 'cut, three times', fault: { kind: 'cut' }, times: 3, may: 'merge', on: READS },
  { name: 'refused', fault: { kind: 'refuse' }, may: 'merge', on: WRITES, rare: true },
  { name: 'refused, three times', fault: { kind: 'refuse' }, times: 3, may: 'merge', on: READS, rare: true },
  { name: 'slow', fault: { kind: 'slow', ms: SLOW_MS }, may: 'merge', on: [...ALL, 'download'], rare: true },
  { name: 'no JSON', fault: { kind: 'malformed' }, may: 'merge', on: WRITES },
  { name: 'no JSON, three times', fault: { kind: 'malformed' }, times: 3, may: 'merge', on: ['read'] },
  { name: 'no zip', fault: { kind: 'malformed' }, may: 'stop', on: ['download'] },
  { name: 'as it was before', fault: { kind: 'stale' }, may: 'stop', on: ['read'] },
  { name: 'gone', fault: { kind: 'gone' }, may: 'stop', on: ['download'] },
]

const HOOKS: readonly { name: string; fault: DeliveryFault }[] = [
  { name: 'twice', fault: { kind: 'duplicate' } },
  { name: 'late', fault: { kind: 'late', ms: 150 } },
  { name: 'lost', fault: { kind: 'lost' } },
  { name: 'after the next', fault: { kind: 'swapped' } },
  { name: 'behind unknown ones', fault: { kind: 'novel' } },
]

/** Of one call's name: how often it comes on the happy path, and which of them are struck. */
interface Struck {
  on: string
  nth: number
  of: number
}

/**
 * Of a name that comes often the first and the last are struck; of GraphQL's queries, which differ, each, since what is
 * read for the decision and right before the merge bear the same name.
 */
function struck(asked: readonly string[]): Struck[] {
  const counts = new Map<string, number>()
  for (const on of asked) counts.set(on, (counts.get(on) ?? 0) + 1)
  return [...counts].flatMap(([on, of]) => {
    const some = on === 'graphql' ? Array.from({ length: of }, (_, at) => at + 1) : [...new Set([1, of])]
    return some.map((nth) => ({ on, nth, of }))
  })
}

function targetOf(on: string): Target {
  if (on === 'graphql') return 'graphql'
  if (on === 'artifact') return 'download'
  return OPERATIONS[on as Operation].startsWith('GET ') ? 'read' : 'write'
}

/** `asked`: what could have been struck on the happy path, in order. */
export function cellsOf(asked: readonly string[]): Readonly<Record<Target | 'webhook', Cell[]>> {
  const cells: Record<Target | 'webhook', Cell[]> = {
    read: [],
    write: [],
    graphql: [],
    download: [],
    webhook: struck(asked.filter((on) => on.startsWith('webhook:'))).flatMap(cellsOfHook),
  }
  for (const [at, call] of struck(asked.filter((on) => !on.startsWith('webhook:'))).entries()) {
    cells[targetOf(call.on)].push(...cellsOfCall(call, at))
  }
  return cells
}

function cellsOfCall(call: Struck, at: number): Cell[] {
  const target = targetOf(call.on)
  const kinds = KINDS.filter((kind) => kind.on.includes(target))
  return kinds
    .filter((kind, index) => kind.rare === undefined || (index + at) % RARE === 0)
    .map(({ name, fault, times = 1, may }) => ({
      title: `${nameOf(call)} · ${name}`,
      setting: { on: call.on, nth: call.nth, times, fault },
      may,
    }))
}

function cellsOfHook(call: Struck): Cell[] {
  return HOOKS.map(({ name, fault }) => ({
    title: `${nameOf(call)} · ${name}`,
    setting: { on: call.on, nth: call.nth, fault },
    may: 'merge',
  }))
}

function nameOf({ on, nth, of }: Struck): string {
  return of === 1 ? on : `${on} ${nth} of ${of}`
}
