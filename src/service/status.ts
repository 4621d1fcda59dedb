// Owns where a task stands as people are told: the status comment's view, from the ledger and its evidence alone.
import { readOutcome } from '../pipeline/closing.ts'
import { aborted, moneyCap, paused } from '../report/answers/people.ts'
import { stopped } from '../report/answers/runs.ts'
import type { Link } from '../report/markdown.ts'
import type { AfterMerge, StatusEnd, StatusRow, StatusView } from '../report/status-comment.ts'
import type { TaskState } from '../process/state.ts'
import type { Shown } from './evidence.ts'
import { lostNotice } from './lost.ts'
import type { Service } from './parts.ts'
import type { Place } from './place.ts'
import { dispatchedRun, shortOfMoney } from './runs.ts'
import { isStopped, stoppedNotice } from './stop-switch.ts'
import { troubleOf } from './trouble.ts'
import { NOT_KNOWN } from './watch-stage.ts'

export async function statusOf(
  service: Service,
  x: { state: TaskState; place: Place; shown: Shown; run: Link | null },
): Promise<StatusView> {
  const { state, place, shown, run } = x
  const trouble = state.task === null ? undefined : await troubleOf(service, state.task)
  return {
    end: await endOf(service, state, place, run),
    startedBy: place.by.login,
    run,
    rows: rowsOf(state, shown),
    notes: trouble === undefined ? [] : [trouble],
    facts: [
      ['task', state.task ?? ''],
      ['settings and policy', `${place.repository.default_branch} at ${place.rules_at.slice(0, 7)}`],
      ...(state.run === null ? [] : [['run', state.run.id] as const]),
    ],
    ledger: state.head,
    about: null,
  }
}

/** The run that is out, or the last one. */
export async function runLink(service: Service, state: TaskState): Promise<Link | null> {
  if (state.task === null || state.requests === 0) return null
  const out = await dispatchedRun(service, state.task, state.requests)
  return out === undefined ? null : { text: 'run', url: out.url }
}

async function endOf(service: Service, state: TaskState, place: Place, run: Link | null): Promise<StatusEnd> {
  const { closed, merged, pull, lost } = state
  const outcome = state.run?.closed == null ? null : await readOutcome(service, state.run.closed.outcome)
  if (merged !== null && pull !== null) {
    const by = merged.by === 'the policy' ? null : merged.by
    const after = afterMerge(state, place)
    return { kind: 'merged', pull: pull.number, commit: merged.commit ?? merged.head, by, after }
  }
  if (closed !== null) {
    // a pull request has ended with its task: what its last run brought is not the reason
    const last = pull === null ? outcome : null
    if (last?.kind === 'question') return { kind: 'question', questions: last.questions }
    if (closed.result === 'aborted') return { kind: 'held', notice: aborted(closed.reason) }
    if (last !== null && last.kind !== 'change') return { kind: 'held', notice: stopped(last, run) }
    return held(`Autopilot stopped: ${closed.reason}`, ['Start again: `/retry`'])
  }
  if (state.paused !== null) return { kind: 'held', notice: paused(state.paused) }
  if (isStopped(service, place)) return { kind: 'held', notice: stoppedNotice() }
  const short = state.task === null ? undefined : await shortOfMoney(service, state.task)
  if (short !== undefined && state.requested === null) return { kind: 'held', notice: moneyCap(short) }
  if (lost !== null) return { kind: 'held', notice: lostNotice(service, place, lost, run) }
  if (pull === null) return { kind: 'working' }
  if (outcome !== null && outcome.kind !== 'change' && state.requested === null) {
    return outcome.kind === 'question'
      ? { kind: 'question', questions: outcome.questions }
      : { kind: 'held', notice: stopped(outcome, run) }
  }
  return { kind: 'opened', pull: pull.number, draft: state.decided === null }
}

function held(said: string, todo: string[]): StatusEnd {
  return { kind: 'held', notice: { said, why: '', todo } }
}

function afterMerge(state: TaskState, place: Place): AfterMerge {
  const branch = place.into
  const { closed } = state
  if (closed?.result === 'stopped') {
    return { state: closed.reason.startsWith(NOT_KNOWN) ? 'unwatched' : 'red', text: closed.reason }
  }
  if (closed === null) return { state: 'watching', text: `Its checks on ${branch} are watched.` }
  return { state: 'green', text: `The checks of ${branch} ended, none of them red.` }
}

function rowsOf(state: TaskState, shown: Shown): StatusRow[] {
  const { plan, review, files, quality, council } = shown
  const away = state.requested !== null && state.closed === null
  const row = (name: string, done: string | undefined): StatusRow => {
    if (done !== undefined) return { name, state: 'done', text: done }
    return away
      ? { name, state: 'running', text: 'in the run' }
      : { name, state: 'waiting', text: 'not begun' }
  }
  const votes = (verdict: typeof review): string | undefined =>
    verdict === undefined
      ? undefined
      : `approved by ${verdict.votes.filter((vote) => vote.vote === 'approve').length} of ${verdict.votes.length} judges`
  const tests = quality?.gates.find((gate) => gate.id === 'tests')?.verdict.value
  const added = files?.files.reduce((sum, file) => sum + file.added, 0) ?? 0
  const removed = files?.files.reduce((sum, file) => sum + file.removed, 0) ?? 0
  const { pull, decided, merged } = state
  return [
    row('plan', plan === undefined ? undefined : votes(review)),
    row('change', files === undefined ? undefined : `${files.files.length} files, +${added} −${removed}`),
    row(
      'verify',
      quality === undefined
        ? undefined
        : `${tests === undefined ? 'gates passed' : `${tests} tests`}, score ${quality.score.toFixed(2)}`,
    ),
    row('review', votes(council)),
    row('pull request', pull === null ? undefined : `#${pull.number} at ${pull.head.slice(0, 7)}`),
    merged !== null
      ? { name: 'merge', state: 'done', text: `merged by ${merged.by} at ${merged.head.slice(0, 7)}` }
      : {
          name: 'merge',
          state: decided?.decision === 'deny' ? 'failed' : 'waiting',
          text: state.phase?.waiting ?? '',
        },
  ]
}
