// Owns PR on a forge: the change is published, its checks and reviews are read, and the policy decides again and again.
import { evidenceJson } from '../contracts/canonical.ts'
import type { Sha } from '../contracts/base.ts'
import type { LedgerEvent } from '../contracts/ledger.ts'
import type { Observation } from '../contracts/outcome.ts'
import type { PullFacts } from '../contracts/pull-facts.ts'
import type { TaskEngine } from '../pipeline/engine.ts'
import type { StageContext, StageResult } from '../pipeline/stage.ts'
import { stopWith } from '../pipeline/stopping.ts'
import { decideNow, type Decided } from './decision.ts'
import { observedChecks } from './observed-checks.ts'
import type { Service } from './parts.ts'
import { placeOf, atOf } from './place.ts'
import { bodyOf, openedPull, publishChange } from './publish.ts'
import { answerTo, Later, Refused } from './sending.ts'

type Context = StageContext<TaskEngine>

/** What GitHub shows one way and then another is looked at again after so many milliseconds. */
const LOOK_AGAIN_MS = 30_000

export function pullStage(service: Service) {
  return async function pull(context: Context): Promise<StageResult> {
    try {
      return await step(service, context)
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

async function step(service: Service, context: Context): Promise<StageResult> {
  if (context.state.published !== null) return follow(service, context)
  const made = await publishChange(service, context)
  if (!made.ok) return made.result
  // the next step follows at once: what was published is in the ledger first
  const entries = [{ kind: 'published', ...made.published } as const]
  return { kind: 'waiting', for: 'checks and reviews', until: service.clock.now(), entries }
}

async function follow(service: Service, context: Context): Promise<StageResult> {
  const { state, phase } = context
  const { task, pull, published } = state
  if (task === null || pull === null || published === null) throw new Error('PR: nothing is published')
  const facts = await readFacts(service, task, pull.number)
  if (facts === undefined) {
    const place = await placeOf(service, task)
    if ((await service.forge(atOf(place)).reader.pull(pull.number)) !== undefined) {
      return { kind: 'waiting', for: `GitHub to show #${pull.number}`, until: soon(service), entries: [] }
    }
    return stopWith(phase, {
      rule: 'pull-gone',
      reason: `The pull request #${pull.number} is not there any more`,
      would_help: 'label the issue again to start anew',
    })
  }
  if (facts.state === 'merged') return merged(service, context, facts, null)
  if (facts.state === 'closed') {
    return stopWith(phase, {
      rule: 'pull-closed',
      reason: `The pull request #${pull.number} was closed without a merge`,
      would_help: 'reopen it and say `/retry`, or label the issue again',
    })
  }
  if (facts.draft && facts.head.sha === published.head) {
    await makeReady(service, task, pull.number)
    facts.draft = false
  }
  const decided = await decideNow(service, context.state, facts)
  if (decided.decision !== 'merge') return waiting(state.decided, decided, decided.because)
  return merge(service, context, facts, decided)
}

async function merge(
  service: Service,
  context: Context,
  facts: PullFacts,
  decided: Decided,
): Promise<StageResult> {
  const { task, pull, decided: before } = context.state
  if (task === null || pull === null) throw new Error('PR: there is no pull request')
  const place = await placeOf(service, task)
  // a decision that was withdrawn once may come again in the same words: each entry has a key of its own
  const key = `${task}/merge/${decided.head}/${before?.seq ?? 0}`
  const wanted = {
    key,
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
  const entries = decidedEntry(before, decided)
  // the decision stands in the ledger before anything follows from it
  if (entries.length > 0) return { kind: 'waiting', for: 'the merge', until: service.clock.now(), entries }
  const answer = await answerTo(service, wanted)
  if (answer.result === 'merged') return merged(service, context, facts, answer.commit)
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

async function merged(
  service: Service,
  context: Context,
  facts: PullFacts,
  commit: Sha | null,
): Promise<StageResult> {
  const { task, decided } = context.state
  if (task === null) throw new Error('PR: there is no task')
  const by = decided?.decision === 'merge' && decided.head === facts.head.sha ? 'the policy' : 'a person'
  const entries: LedgerEvent[] = [{ kind: 'merged', head: facts.head.sha, commit, by }]
  const { url, body } = await bodyOf(service, task)
  const files = {
    'pr_url.txt': `${url}\n`,
    'pr_body.md': body,
    'ci_results.json': evidenceJson(ciResults(facts)),
  }
  const note = `pull request #${facts.number} merged at ${facts.head.sha.slice(0, 7)} by ${by}`
  return { kind: 'passed', files, note, entries }
}

function ciResults(facts: PullFacts): Observation {
  const items = observedChecks(facts.checks)
  const red = items.filter((item) => item.status === 'failure' || item.status === 'timed_out')
  return {
    schema: 'autopilot/observation@1',
    what: 'ci',
    // a person may merge over a red check: then the record says so, and the phase is passed all the same
    status: items.length === 0 ? 'not_applicable' : 'success',
    reason:
      red.length === 0
        ? `${items.length} checks on ${facts.head.sha.slice(0, 7)} when it was merged, none of them red.`
        : `Merged by a person over red checks: ${red.map((item) => item.name).join(', ')}.`,
    items,
  }
}

async function makeReady(service: Service, task: string, number: number): Promise<void> {
  const place = await placeOf(service, task)
  const { node } = await openedPull(service, task)
  const at = atOf(place)
  await answerTo(service, { key: `${task}/ready/${number}`, task, kind: 'ready', body: { at, number, node } })
}

async function readFacts(service: Service, task: string, number: number): Promise<PullFacts | undefined> {
  const place = await placeOf(service, task)
  const { reader } = service.forge(atOf(place))
  return reader.facts(number)
}

function waiting(before: Context['state']['decided'], decided: Decided, because: string): StageResult {
  return { kind: 'waiting', for: because, until: null, entries: decidedEntry(before, decided) }
}

/** A decision that says the same of the same head is not written again. */
function decidedEntry(before: Context['state']['decided'], decided: Decided): LedgerEvent[] {
  const { head, decision, policy, verdict } = decided
  return before?.head === head && before.verdict === verdict && before.decision === decision
    ? []
    : [{ kind: 'decided', head, decision, policy, verdict }]
}
