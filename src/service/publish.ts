// Owns publishing on a forge: the change becomes a commit of the App on its own branch, and a draft pull request.
import type { Sha, TaskId } from '../contracts/base.ts'
import type { TaskEngine } from '../pipeline/engine.ts'
import { branchOf, commitMessage } from '../pipeline/branch-name.ts'
import { pullBodyOf, readChange } from '../pipeline/change-evidence.ts'
import type { StageContext, StageResult } from '../pipeline/stage.ts'
import { stopWith } from '../pipeline/stopping.ts'
import { headMoved } from '../report/answers/pulls.ts'
import { editedPullText, newPullText } from '../report/pull-text.ts'
import type { Service } from './parts.ts'
import { atOf, placeOf, putIndex, type Place } from './place.ts'
import { sayOpened } from './opened.ts'
import { findTemplate } from './template.ts'
import { say } from './saying.ts'
import { answerTo, resultOf } from './sending.ts'
import { answeredNow, putUnpublished } from './turns.ts'

/** Name of the text that holds the pull request's body as it was last written. */
const BODY = 'pull-body'

interface Halted {
  ok: false
  result: StageResult
}
export type Published =
  | { ok: true; published: { branch: string; head: Sha; tree: Sha; pull: number }; url: string }
  | Halted

export async function publishChange(service: Service, context: StageContext<TaskEngine>): Promise<Published> {
  const { state } = context
  const change = await readChange(context)
  const { changes, summary } = change
  const { run, task } = state
  if (run === null || task === null) throw new Error('PR: there is no run')
  const place = await placeOf(service, task)
  const at = atOf(place)
  const branch = state.pull?.branch ?? branchOf(summary.title, task)
  const change_set = state.passed.IMPLEMENT?.evidence.find((one) => one.name === 'change_set.json')
  if (change_set === undefined) throw new Error('PR: the change set is not recorded')
  const made = await answerTo(service, {
    key: `${task}/branch/${run.id}`,
    task,
    kind: 'branch',
    body: {
      at,
      branch,
      parent: changes.base,
      // what the run stands on: a commit that came since is somebody's, and stays
      expectedHead: state.pull === null ? null : changes.base,
      changes: change_set.sha256,
      message: commitMessage(summary.title, summary.summary, task),
    },
  })
  if (made.result === 'refused') {
    return halt(service, context, {
      rule: 'branch-refused',
      reason: `GitHub refused the branch ${branch}: ${made.reason}`,
      would_help: 'change what it names, then `/retry`',
    })
  }
  if (made.result === 'tree_differs') {
    return halt(service, context, {
      rule: 'tree-differs',
      reason: `GitHub made tree ${made.tree.slice(0, 7)} of the change, not ${changes.tree.slice(0, 7)} on which the verdicts stand`,
      would_help: 'nothing was published; `/retry` makes the change again',
    })
  }
  if (made.result === 'head_moved') {
    const where = made.head === null ? 'is gone' : `is at ${made.head.slice(0, 7)}`
    if (state.pull !== null && made.head !== null) {
      const notice = headMoved({ branch, expected: changes.base, head: made.head, login: null })
      const key = `moved/${made.head.slice(0, 12)}`
      await say(service, { task, place, number: state.pull.number, key, notice })
    }
    return halt(service, context, {
      rule: 'head-moved',
      reason: `The branch ${branch} ${where}, which this run did not make; nothing was overwritten`,
      would_help: 'keep the commit and say `/reply TEXT` or `/retry` to go on from it',
    })
  }
  const { reader } = service.forge(at)
  const pullBody = pullBodyOf(context, change, { since: 'SPEC', bundle: 'BUNDLE' })
  const now = state.pull === null ? undefined : await reader.pull(state.pull.number)
  const body =
    now === undefined
      ? newPullText(pullBody, (await findTemplate(reader, changes.base)) ?? null)
      : editedPullText(pullBody, now.body)
  const opened = await openPull({ service, context, place, branch, title: summary.title, body, task })
  if (!opened.ok) return opened
  const { pull } = opened
  if (state.pull === null) await sayOpened(service, { task, place, pull, branch })
  const answered = await answeredNow(service, task)
  await service.store.transaction(async (tx) => {
    await tx.putText(task, BODY, body)
    await answered(tx)
    const repository = place.repository.id
    await putIndex(tx, { kind: 'thread', repository, number: pull.number }, task)
    await putIndex(tx, { kind: 'head', repository, sha: made.head }, task)
  })
  const published = { branch, head: made.head, tree: made.tree, pull: pull.number }
  return { ok: true, published, url: pull.url }
}

/** Before there is a pull request the task ends; an open one keeps it, and people say how it goes on. */
async function halt(
  service: Service,
  { state, phase }: StageContext<TaskEngine>,
  x: { rule: string; reason: string; would_help: string },
): Promise<Halted> {
  const { task, run, pull } = state
  if (task === null || run === null || pull === null) return { ok: false, result: stopWith(phase, x) }
  await service.store.transaction((tx) => putUnpublished(tx, task, run.id))
  const result = { kind: 'waiting', for: `${x.reason}; ${x.would_help}`, until: null, entries: [] } as const
  return { ok: false, result }
}

async function openPull(x: {
  service: Service
  context: StageContext<TaskEngine>
  place: Place
  branch: string
  title: string
  body: string
  task: TaskId
}): Promise<{ ok: true; pull: { number: number; node: string; url: string; draft: boolean } } | Halted> {
  const { service, context, place, branch, title, body, task } = x
  const at = atOf(place)
  const base = place.into
  const { run, pull: before } = context.state
  const opened = await answerTo(service, {
    key: `${task}/pull/${before === null ? 'open' : (run?.id ?? '')}`,
    task,
    kind: 'pull',
    body: { at, branch, base, title, body, draft: true },
  })
  if (opened.result === 'refused') {
    return halt(service, context, {
      rule: 'pull-refused',
      reason: `GitHub refused the pull request from ${branch}: ${opened.reason}`,
      would_help: 'change what it names, then `/retry`',
    })
  }
  const { pull } = opened
  if (before !== null) {
    const key = `${task}/edit/${run?.id ?? ''}`
    await answerTo(service, { key, task, kind: 'edit', body: { at, number: pull.number, body } })
  }
  return { ok: true, pull }
}

/** What the pull request was opened as; throws before it was. */
export async function openedPull(
  service: Pick<Service, 'outbox'>,
  task: string,
): Promise<{ number: number; node: string; url: string; draft: boolean }> {
  const row = await service.outbox.get(`${task}/pull/open`)
  const answer = resultOf('pull', row?.result)
  if (answer.result === 'refused')
    throw new Error(`the pull request of ${task} was refused: ${answer.reason}`)
  return answer.pull
}

/** Body as it was last sent, and where. */
export async function bodyOf(
  service: Pick<Service, 'outbox' | 'store'>,
  task: string,
): Promise<{ url: string; body: string }> {
  const { url } = await openedPull(service, task)
  return { url, body: (await service.store.text(task, BODY)) ?? '' }
}
