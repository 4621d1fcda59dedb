// Owns the cells of the fault matrix: each call and each webhook of the happy path by each fault that can strike it.
import { OPERATIONS, type Operation } from '../../../src/adapters/github/operations.ts'
import type { DeliveryFault, FaultSetting, RequestFault } from '../../loopback/faults/faults.ts'

/**
 * `merge`: nobody may notice, beyond the time that it takes. `stop`: GitHub means the answer as final (no right, not
 * there, not valid), so that the task may also stop or wait; then it says why where people see it, and `/retry` or
 * asking anew brings it to its end. A write must be refused three times for that, but for those of `ANSWERED`.
 */
export type May = 'merge' | 'stop'

/** What people see and nothing hangs on. */
const SHOWN: readonly string[] = ['comment', 'checks/']

/** What GitHub says to these is about the repository: no such workflow, no branch of that name, no pull request. */
const ANSWERED: readonly string[] = ['actions/create-workflow-dispatch', 'git/create-ref', 'pulls/create']

export interface Cell {
  /** `issues/get #1 · 502, three times`. */
  title: string
  setting: FaultSetting
  may: May
  /** What was refused for longer than an hour may be missing in the end, and what GitHub calls gone may be left. */
  unseen?: true
}

type Target = 'read' | 'write' | 'graphql' | 'download'

interface Kind {
  name: string
  fault: RequestFault
  /** The adapter repeats a read that fails in passing twice: what shall reach the service comes three times. */
  times?: number
  may: May
  on: readonly Target[]
  /** One call in so many takes it: to the adapter it is the same as others, of which each call takes some. */
  rare?: number
}

const status = (
  of: Extract<RequestFault, { kind: 'status' }>['status'],
  more: Partial<Extract<RequestFault, { kind: 'status' }>> = {},
): RequestFault => ({ kind: 'status', status: of, ...more })
const after = { when: 'after' } as const
const ALL: readonly Target[] = ['read', 'write', 'graphql']
const READS: readonly Target[] = ['read', 'download']
const WRITES: readonly Target[] = ['write', 'graphql']
/** Shorter than the adapter's patience: the reply comes, late. */
const SLOW_MS = 60
const WAIT_SECONDS = 30
const FOR_GOOD = 40

export const KINDS: readonly Kind[] = [
  { name: '401', fault: status(401), may: 'merge', on: WRITES, rare: 3 },
  { name: '401 after it took effect', fault: status(401, after), may: 'merge', on: WRITES, rare: 3 },
  { name: 'an expired token', fault: { kind: 'expired_token' }, may: 'merge', on: ALL, rare: 3 },
  { name: '401, three times', fault: status(401), times: 3, may: 'merge', on: ['read'], rare: 3 },
  { name: '403', fault: status(403), may: 'stop', on: ALL, rare: 2 },
  { name: '404', fault: status(404), may: 'stop', on: [...ALL, 'download'] },
  { name: '409', fault: status(409), may: 'stop', on: ALL, rare: 3 },
  { name: '422', fault: status(422), may: 'stop', on: ALL, rare: 2 },
  { name: '403 after it took effect', fault: status(403, after), may: 'stop', on: WRITES, rare: 3 },
  { name: '422 after it took effect', fault: status(422, after), may: 'stop', on: WRITES, rare: 3 },
  { name: '404, for long', fault: status(404), times: FOR_GOOD, may: 'stop', on: WRITES, rare: 3 },
  { name: '409, for long', fault: status(409), times: FOR_GOOD, may: 'stop', on: WRITES, rare: 3 },
  { name: '422, for long', fault: status(422), times: FOR_GOOD, may: 'stop', on: WRITES, rare: 3 },
  {
    name: 'a secondary limit',
    fault: status(403, { retryAfter: WAIT_SECONDS }),
    may: 'merge',
    on: ALL,
    rare: 2,
  },
  { name: '429', fault: status(429, { retryAfter: WAIT_SECONDS }), may: 'merge', on: ALL, rare: 2 },
  { name: '500, three times', fault: status(500), times: 3, may: 'merge', on: READS, rare: 3 },
  { name: '500 after it took effect', fault: status(500, after), may: 'merge', on: WRITES, rare: 3 },
  { name: '502, three times', fault: status(502), times: 3, may: 'merge', on: READS, rare: 2 },
  { name: '502', fault: status(502), may: 'merge', on: WRITES, rare: 2 },
  { name: '502 after it took effect', fault: status(502, after), may: 'merge', on: WRITES },
  { name: '503, nine times', fault: status(503), times: 9, may: 'merge', on: ALL, rare: 3 },
  { name: 'cut', fault: { kind: 'cut' }, may: 'merge', on: WRITES },
  { name: 'cut, three times', fault: { kind: 'cut' }, times: 3, may: 'merge', on: READS, rare: 2 },
  { name: 'refused', fault: { kind: 'refuse' }, may: 'merge', on: WRITES, rare: 3 },
  { name: 'refused, three times', fault: { kind: 'refuse' }, times: 3, may: 'merge', on: READS, rare: 3 },
  { name: 'slow', fault: { kind: 'slow', ms: SLOW_MS }, may: 'merge', on: [...ALL, 'download'], rare: 4 },
  { name: 'no JSON', fault: { kind: 'malformed' }, may: 'merge', on: WRITES, rare: 2 },
  {
    name: 'no JSON, three times',
    fault: { kind: 'malformed' },
    times: 3,
    may: 'merge',
    on: ['read'],
    rare: 2,
  },
  { name: 'no zip', fault: { kind: 'malformed' }, may: 'stop', on: ['download'] },
  { name: 'as it was before', fault: { kind: 'stale' }, may: 'stop', on: ['read'] },
  { name: 'as it was before', fault: { kind: 'stale' }, may: 'merge', on: ['graphql'] },
  {
    name: 'mergeable not worked out, five times',
    fault: { kind: 'mergeable_null' },
    times: 5,
    may: 'merge',
    on: ['graphql'],
  },
  { name: 'gone', fault: { kind: 'gone' }, may: 'stop', on: ['download'] },
]

const HOOKS: readonly { name: string; fault: DeliveryFault }[] = [
  { name: 'twice', fault: { kind: 'duplicate' } },
  { name: 'late', fault: { kind: 'late', ms: 150 } },
  { name: 'lost', fault: { kind: 'lost' } },
  { name: 'after the next', fault: { kind: 'swapped' } },
  { name: 'behind unknown ones', fault: { kind: 'novel' } },
]

/** On these a task hangs; of the others, which only make it look again, two kinds each are drawn in turn. */
const HEARD: readonly string[] = ['issues.labeled', 'workflow_run.completed', 'check_suite.completed']
  .concat(['pull_request.closed', 'issues.closed', 'push'])
  .map((event) => `webhook:${event}`)

/** One call or webhook of the happy path: the nth of so many of its name. */
interface Struck {
  on: string
  nth: number
  of: number
}

/**
 * Of a name that comes often the last is struck by all kinds and the first by half of them. Queries of GraphQL all
 * bear one name, though they differ (what is read for the decision, the draft made ready, what is read right before the
 * merge): each of those between takes half.
 */
function struck(asked: readonly string[]): Struck[] {
  const counts = new Map<string, number>()
  for (const on of asked) counts.set(on, (counts.get(on) ?? 0) + 1)
  return [...counts].flatMap(([on, of]) => {
    const some = on === 'graphql' ? Array.from({ length: of }, (_, at) => at + 1) : [...new Set([1, of])]
    return some.map((nth) => ({ on, nth, of }))
  })
}

type Cells = Readonly<Record<Target | 'webhook', Cell[]>>

/** `asked`: what could have been struck on the happy path, in order. */
export function cellsOf(asked: readonly string[]): Cells {
  const hooks = struck(asked.filter((on) => on.startsWith('webhook:')))
  const cells: Cells = { read: [], write: [], graphql: [], download: [], webhook: hooks.flatMap(cellsOfHook) }
  for (const [at, call] of struck(asked.filter((on) => !on.startsWith('webhook:'))).entries()) {
    cells[targetOf(call.on)].push(...cellsOfCall(call, at))
  }
  return cells
}

function targetOf(on: string): Target {
  if (on === 'graphql') return 'graphql'
  if (on === 'artifact') return 'download'
  return OPERATIONS[on as Operation].startsWith('GET ') ? 'read' : 'write'
}

function cellsOfCall(call: Struck, at: number): Cell[] {
  const target = targetOf(call.on)
  const kinds = KINDS.map((kind, index) => ({ kind, index })).filter(({ kind }) => kind.on.includes(target))
  return (
    kinds
      .filter(({ kind: { rare = 1 }, index }) => {
        const share = call.nth === call.of ? rare : rare * 2
        return (index + at) % share === 0
      })
      // without a token nobody can be told anything
      .filter(({ kind }) => kind.times !== FOR_GOOD || !call.on.startsWith('apps/'))
      .map(({ kind: { name, fault, times = 1, may } }) => ({
        title: `${nameOf(call)} · ${name}`,
        setting: { on: call.on, nth: call.nth, times, fault },
        may: target === 'write' && times === 1 && !ANSWERED.includes(call.on) ? 'merge' : may,
        ...(isUnseen(call.on, times) ? { unseen: true as const } : {}),
      }))
  )
}

/** An envelope that GitHub says is not there is left alone, whatever is there. */
function isUnseen(on: string, times: number): boolean {
  return on === 'git/delete-ref' || (times === FOR_GOOD && SHOWN.some((part) => on.includes(part)))
}

function cellsOfHook(call: Struck, at: number): Cell[] {
  const all = HEARD.includes(call.on) && call.nth === call.of
  const kinds = all ? HOOKS : HOOKS.filter((_, index) => (index + at) % HOOKS.length < 2)
  return kinds.map(({ name, fault }) => ({
    title: `${nameOf(call)} · ${name}`,
    setting: { on: call.on, nth: call.nth, fault },
    may: 'merge',
  }))
}

function nameOf({ on, nth, of }: Struck): string {
  return of === 1 ? on : `${on} ${nth} of ${of}`
}
