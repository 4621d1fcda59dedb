// Owns what people see of a task on the forge: comments and check runs, made anew from the ledger after every step.
import type { TaskId } from '../contracts/base.ts'
import type { MergeDecision } from '../contracts/merge.ts'
import { readOutcome } from '../pipeline/closing.ts'
import { readTask } from '../pipeline/journal.ts'
import { renderQuestion } from '../report/answers/asked.ts'
import { pendingCheck, voidedCheck, type CheckForm, type CheckKind } from '../report/checks.ts'
import { renderCouncil } from '../report/council-comment.ts'
import type { Link } from '../report/markdown.ts'
import { renderPlan } from '../report/plan-comment.ts'
import { renderPolicyCheck } from '../report/policy-check.ts'
import { renderQuality } from '../report/quality-comment.ts'
import { renderStatus } from '../report/status-comment.ts'
import type { StoreTransaction } from '../ports.ts'
import type { TaskState } from '../process/state.ts'
import { parseJson } from '../work/bundle.ts'
import { readShown, type Shown } from './evidence.ts'
import type { Service } from './parts.ts'
import { atOf, taskAt, type Place } from './place.ts'
import { againKeys } from './rechecks.ts'
import { envelopeRef } from './runs.ts'
import { putEffect } from './sending.ts'
import { runLink, statusOf } from './status.ts'
import { verdictChecks } from './verdicts.ts'

/** Sends one thing that people see. */
type Showing = (tx: StoreTransaction) => Promise<void>

interface View {
  state: TaskState
  place: Place
  shown: Shown
  /** The run that is out, or the last one: where the rest of what is cut can be read. */
  run: Link | null
}

/** Idempotent: what is shown already is not sent again. */
export async function project(service: Service, task: TaskId, place: Place): Promise<void> {
  const state = await readTask(service, task)
  if (state.task === null) return
  const view = { state, place, shown: await readShown(service, state), run: await runLink(service, state) }
  const showing = [
    ...(await comments(service, task, view)),
    ...(await checks(service, task, view)),
    ...tidying(task, view),
  ]
  await service.store.transaction(async (tx) => {
    for (const one of showing) await one(tx)
  })
}

/** However a task ends, no envelope is left behind; while it may go on, the next run's would bear the same name. */
function tidying(task: TaskId, { state, place }: View): Showing[] {
  if (state.closed === null || state.requests === 0) return []
  const body = { at: atOf(place), ref: envelopeRef(task) }
  return [(tx) => putEffect(tx, { key: `${task}/drop-ref`, task, kind: 'drop_ref', body })]
}

async function comments(service: Service, task: TaskId, view: View): Promise<Showing[]> {
  const { place, shown, run } = view
  const at = atOf(place)
  const comment = (number: number, key: string, body: string): Showing => {
    const wanted = { key: `${at.repository.id}#${number}/${key}`, task, kind: 'comment' } as const
    return (tx) => putEffect(tx, { ...wanted, body: { at, number, key, body } })
  }
  // of a thread the newest task alone speaks: an older one that is still put in order would write over it
  const thread = { kind: 'thread', repository: at.repository.id, number: place.thread } as const
  const isNewest = (await taskAt(service, thread)) === task
  const list = isNewest ? [comment(place.thread, 'status', renderStatus(await statusOf(service, view)))] : []
  const { spec, plan, fileMap, review = null, quality, council } = shown
  if (isNewest && spec !== undefined && plan !== undefined && fileMap !== undefined) {
    list.push(comment(place.thread, 'plan', renderPlan({ spec, plan, fileMap, review, rest: run })))
  }
  const { pull, run: last } = view.state
  const asked = last === null ? null : await questionsOf(service, view.state)
  if (last !== null && asked !== null) {
    // of its own and one a run: the status comment is edited in place, of which nobody is notified
    const body = renderQuestion(asked, place.by.login)
    list.push(comment(pull?.number ?? place.thread, `question/${last.id}`, body))
  }
  if (pull === null) return list
  if (quality !== undefined) {
    const body = renderQuality({ report: quality, previous: null, rest: run })
    list.push(comment(pull.number, 'quality', body))
  }
  if (council !== undefined) list.push(comment(pull.number, 'council', renderCouncil(council, run)))
  return list
}

async function questionsOf(service: Service, { run, pull, closed }: TaskState) {
  // who answers on a pull request that ended with its task would answer nobody
  if (pull !== null && closed !== null) return null
  if (run === null || run.imported === null || run.closed?.result !== 'question') return null
  const outcome = await readOutcome(service, run.closed.outcome)
  return outcome.kind === 'question' ? outcome.questions : null
}

async function checks(service: Service, task: TaskId, view: View): Promise<Showing[]> {
  const { pull, published } = view.state
  if (pull === null) return []
  const at = atOf(view.place)
  const again = await againKeys(service, task)
  const head = published?.head ?? pull.head
  const forms = published === null ? voided(view.state) : await verdicts(service, view)
  const all = [...forms.map((form) => ({ head, form })), ...(await onMovedHead(service, view))]
  return all.map(({ head, form }) => {
    const key = `${task}/${form.name}/${head.slice(0, 12)}${again(form.name, head)}`
    return (tx) => putEffect(tx, { key, task, kind: 'check', body: { at, check: { ...form, head, key } } })
  })
}

/** Somebody's commit is the head now: nothing of it was judged, and the policy says so there, where people look. */
async function onMovedHead(service: Service, view: View): Promise<{ head: string; form: CheckForm }[]> {
  const { decided, published, head: ledger } = view.state
  if (decided === null || published === null || decided.head === published.head) return []
  const why = `the head is no longer ${published.head.slice(0, 7)}, which was judged`
  const forms = KINDS.filter((kind) => kind !== 'policy').map((kind) => voidedCheck(kind, { why, ledger }))
  return [...forms, await decisionCheck(service, view, decided)].map((form) => ({ head: decided.head, form }))
}

function voided(state: TaskState): CheckForm[] {
  const why =
    state.requested === null ? 'the work goes on with what was said since' : 'a new run is under way'
  return KINDS.map((kind) => voidedCheck(kind, { why, ledger: state.head }))
}

const KINDS: readonly CheckKind[] = ['plan', 'quality', 'council', 'policy']

async function verdicts(service: Service, view: View): Promise<CheckForm[]> {
  const context = { ledger: view.state.run?.head ?? null, rest: view.run }
  return [...verdictChecks(view.shown, context), await policyCheck(service, view)]
}

async function policyCheck(service: Service, view: View): Promise<CheckForm> {
  const { state, run } = view
  const { decided } = state
  if (decided !== null && decided.head !== state.published?.head) {
    const why = `the head moved to ${decided.head.slice(0, 7)}`
    return voidedCheck('policy', { why, ledger: state.head })
  }
  if (decided === null) {
    return pendingCheck('policy', { why: 'The pull request is being read.', run, ledger: state.head })
  }
  return decisionCheck(service, view, decided)
}

async function decisionCheck(
  service: Service,
  { place }: View,
  decided: NonNullable<TaskState['decided']>,
): Promise<CheckForm> {
  const decision = parseJson(await service.blobs.get(decided.verdict)) as MergeDecision
  const at = { ref: place.repository.default_branch, sha: place.rules_at }
  const { status, conclusion, output } = renderPolicyCheck(decision, at)
  return {
    name: 'autopilot/policy',
    status,
    ...(conclusion === null ? {} : { conclusion }),
    output,
  }
}
