// Owns PR on a forge: the change is published, its checks and reviews are read, and the policy decides again and again.
import { evidenceJson } from '../contracts/canonical.ts'
import type { Sha } from '../contracts/base.ts'
import type { LedgerEvent } from '../contracts/ledger.ts'
import type { Observation } from '../contracts/outcome.ts'
import type { PullFacts } from '../contracts/pull-facts.ts'
import type { TaskEngine } from '../pipeline/engine.ts'
import type { StageContext, StageResult } from '../pipeline/stage.ts'
import { stopWith } from '../pipeline/stopping.ts'
import type { TaskState } from '../process/state.ts'
import { conflictsWithBase, headMoved } from '../report/answers/pulls.ts'
import { decideNow, type Decided } from './decision.ts'
import { observedChecks, type ObservedChecks } from './observed-checks.ts'
import type { Service } from './parts.ts'
import { placeOf, atOf } from './place.ts'
import { sayEnded } from './pull-ended.ts'
import { bodyOf, openedPull, publishChange } from './publish.ts'
import { say } from './saying.ts'
import { answerTo, Later, Refused, resultOf } from './sending.ts'

type Context = StageContext<TaskEngine>

/** What GitHub shows one way and then another is looked at again after so many milliseconds. */
const LOOK_AGAIN_MS = 30_000

/** What one look has decided and written down, so that the step that follows at once need not read it again. */
interface Look {
  merging: { facts: PullFacts; decided: Decided } | undefined
}

/** For one look at a task: a later one reads and decides anew. */
export function pullStage(service: Service) {
  const look: Look = { merging: undefined }
  return async function pull(context: Context): Promise<StageResult> {
    try {
      return await step(service, context, look)
    } catch (error) {
      if (error instanceof Later)
        return { kind: 'waiting', for: error.message, until: error.until, entries: [] }
      if (!(error instanceof Refused)) throw error
      const reason = `GitHub refused it: ${error.message}`
      return stopWith(context.phase, {
        rule: 'forge-refused',
        reason,
        would_help: 'change what it names, then `/retry`',
      })
    }
  }
}

async function step(service: Service, context: Context, look: Look): Promise<StageResult> {
  if (context.state.published !== null) return follow(service, context, look)
  const over = await endedMeanwhile(service, context)
  if (over !== undefined) return over
  const made = await publishChange(service, context)
  if (!made.ok) return made.result
  // the next step follows at once: what was published is in the ledger first
  const entries = [{ kind: 'published', ...made.published } as const]
  return { kind: 'waiting', for: 'checks and reviews', until: service.clock.now(), entries }
}

/** A later run comes to a pull request that people may have ended while it worked. */
async function endedMeanwhile(service: Service, context: Context): Promise<StageResult | undefined> {
  const { task, pull } = context.state
  if (task === null || pull === null) return undefined
  const place = await placeOf(service, task)
  const now = await service.forge(atOf(place)).reader.pull(pull.number)
  if (now?.state === 'open') return undefined
  const facts = await readFacts(service, task, pull.number)
  return facts === undefined ? gone(context, pull.number) : ended(service, context, facts)
}

/** undefined: the pull request is open, and the work goes on. */
async function ended(service: Service, context: Context, facts: PullFacts): Promise<StageResult | undefined> {
  const { task, pull } = context.state
  if (task === null || pull === null) throw new Error('PR: there is no pull request')
  if (facts.state === 'merged') return merged(service, context, mergedAs(facts))
  if (facts.state === 'open') return undefined
  return stopWith(context.phase, await sayEnded(service, task, pull))
}

function gone({ phase }: Context, number: number): StageResult {
  return stopWith(phase, {
    rule: 'pull-gone',
    reason: `The pull request #${number} is not there any more`,
    would_help: 'label the issue again to start anew',
  })
}

/** What people must know of an open pull request, each thing once a head. */
async function sayWhatHolds(service: Service, context: Context, facts: PullFacts): Promise<void> {
  const { task, pull, published } = context.state
  if (task === null || pull === null || published === null) return
  const place = await placeOf(service, task)
  const { sha: head } = facts.head
  const about = { task, place, number: pull.number } as const
  if (head !== published.head) {
    const login = facts.commits.find((one) => one.sha === head)?.author?.login ?? null
    const notice = headMoved({ branch: pull.branch, expected: published.head, head, login })
    await say(service, { ...about, key: `moved/${head.slice(0, 12)}`, notice })
  }
  if (facts.mergeable === 'no') {
    const notice = conflictsWithBase({ base: facts.base.ref, head })
    await say(service, { ...about, key: `conflict/${head.slice(0, 12)}`, notice })
  }
}

async function follow(service: Service, context: Context, look: Look): Promise<StageResult> {
  const { state } = context
  const { task, pull, published } = state
  if (task === null || pull === null || published === null) throw new Error('PR: nothing is published')
  if (look.merging !== undefined) return merge(service, context, look.merging)
  const done = await mergedBefore(service, state)
  if (done !== undefined) return merged(service, context, done)
  const facts = await readFacts(service, task, pull.number)
  if (facts === undefined) {
    const place = await placeOf(service, task)
    if ((await service.forge(atOf(place)).reader.pull(pull.number)) === undefined) {
      return gone(context, pull.number)
    }
    return { kind: 'waiting', for: `GitHub to show #${pull.number}`, until: soon(service), entries: [] }
  }
  const over = await ended(service, context, facts)
  if (over !== undefined) return over
  await sayWhatHolds(service, context, facts)
  if (facts.draft && facts.head.sha === published.head) await makeReady(service, task, pull.number)
  const decided = await decideNow(service, state, facts)
  if (decided.decision !== 'merge') {
    // GitHub works it out after the base moved, and tells nobody when it has
    const unknown = facts.mergeable === 'unknown' && decided.decision === 'hold'
    const until = unknown ? soon(service) : null
    return { kind: 'waiting', for: decided.because, until, entries: decidedEntry(state.decided, decided) }
  }
  const entries = decidedEntry(state.decided, decided)
  look.merging = { facts, decided }
  // the decision stands in the ledger before anything follows from it
  if (entries.length > 0) return { kind: 'waiting', for: 'the merge', until: service.clock.now(), entries }
  return merge(service, context, look.merging)
}

async function merge(
  service: Service,
  context: Context,
  { facts, decided }: NonNullable<Look['merging']>,
): Promise<StageResult> {
  const { task, pull, decided: standing } = context.state
  if (task === null || pull === null || standing === null) throw new Error('PR: nothing is decided')
  const place = await placeOf(service, task)
  const wanted = {
    key: mergeKey(task, standing),
    task,
    kind: 'merge',
    body: {
      at: atOf(place),
      number: pull.number,
      expectedHead: decided.head,
      method: decided.method,
      title: `${facts.title} (#${pull.number})`,
      message: `Autopilot-Task: ${task}\n`,
    },
  } as const
  const answer = await answerTo(service, wanted)
  if (answer.result === 'merged') return merged(service, context, { ...answer, head: decided.head })
  const because =
    answer.result === 'withdrawn' ? answer.because : `the head moved to ${answer.head.slice(0, 7)}`
  // it does not stand: the next look decides anew, and a merge that follows from that is another effect
  const { head, policy, verdict } = decided
  const hold = { kind: 'decided', head, decision: 'hold', policy, verdict } as const
  return { kind: 'waiting', for: because, until: soon(service), entries: [hold] }
}

function soon(service: Service): Date {
  return new Date(service.clock.now().getTime() + LOOK_AGAIN_MS)
}

interface Merged {
  head: Sha
  commit: Sha | null
  /** Of the head, when it was merged. */
  checks: ObservedChecks
}

function mergedAs(facts: PullFacts): Merged {
  return { head: facts.head.sha, commit: null, checks: observedChecks(facts.checks) }
}

/** What the merge that the standing decision asked for was answered with; undefined: none was, or not yet. */
async function mergedBefore(service: Service, { task, decided }: TaskState): Promise<Merged | undefined> {
  if (task === null || decided?.decision !== 'merge') return undefined
  const row = await service.outbox.get(mergeKey(task, decided))
  const answer = row?.state === 'done' ? resultOf('merge', row.result) : undefined
  return answer?.result === 'merged' ? { ...answer, head: decided.head } : undefined
}

/** A decision that was withdrawn once may come again in the same words: each entry has a key of its own. */
function mergeKey(task: string, { head, seq }: NonNullable<TaskState['decided']>): string {
  return `${task}/merge/${head}/${seq}`
}

async function merged(service: Service, context: Context, x: Merged): Promise<StageResult> {
  const { task, decided, pull } = context.state
  if (task === null || pull === null) throw new Error('PR: there is no pull request')
  const by = decided?.decision === 'merge' && decided.head === x.head ? 'the policy' : 'a person'
  const entries: LedgerEvent[] = [{ kind: 'merged', head: x.head, commit: x.commit, by }]
  const { url, body } = await bodyOf(service, task)
  const files = {
    'pr_url.txt': `${url}\n`,
    'pr_body.md': body,
    'ci_results.json': evidenceJson(ciResults(x)),
  }
  const note = `pull request #${pull.number} merged at ${x.head.slice(0, 7)} by ${by}`
  return { kind: 'passed', files, note, entries }
}

function ciResults({ head, checks: items }: Merged): Observation {
  const red = items.filter((item) => item.status === 'failure' || item.status === 'timed_out')
  return {
    schema: 'autopilot/observation@1',
    what: 'ci',
    // a person may merge over a red check: then the record says so, and the phase is passed all the same
    status: items.length === 0 ? 'not_applicable' : 'success',
    reason:
      red.length === 0
        ? `${items.length} checks on ${head.slice(0, 7)} when it was merged, none of them red.`
        : `Merged by a person over red checks: ${red.map((item) => item.name).join(', ')}.`,
    items,
  }
}

/** Once: a person who makes it a draft again means it. */
async function makeReady(service: Service, task: string, number: number): Promise<void> {
  const { node, draft } = await openedPull(service, task)
  if (!draft) return
  const place = await placeOf(service, task)
  const at = atOf(place)
  await answerTo(service, { key: `${task}/ready/${number}`, task, kind: 'ready', body: { at, number, node } })
}

async function readFacts(service: Service, task: string, number: number): Promise<PullFacts | undefined> {
  const place = await placeOf(service, task)
  const { reader } = service.forge(atOf(place))
  return reader.facts(number)
}

/** A decision that says the same of the same head is not written again. */
function decidedEntry(before: Context['state']['decided'], decided: Decided): LedgerEvent[] {
  const { head, decision, policy, verdict } = decided
  return before?.head === head && before.verdict === verdict && before.decision === decision
    ? []
    : [{ kind: 'decided', head, decision, policy, verdict }]
}
