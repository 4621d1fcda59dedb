// Owns what people see of a task on the forge: comments and check runs, made anew from the ledger after every step.
import type { TaskId } from '../contracts/base.ts'
import { CouncilVerdictContract } from '../contracts/council.ts'
import { QualityReportContract } from '../contracts/quality-report.ts'
import type { Verdict } from '../contracts/verdict.ts'
import { councilTree } from '../council/review.ts'
import { readTask } from '../pipeline/journal.ts'
import type { StoreTransaction } from '../ports.ts'
import { parseJson } from '../work/bundle.ts'
import type { MergeDecision } from '../contracts/merge.ts'
import type { TaskState } from '../process/state.ts'
import { readEvidence } from './evidence.ts'
import type { Service } from './parts.ts'
import { placeOf, type Place } from './place.ts'
import { repositoryOf } from './runs.ts'
import { putEffect } from './sending.ts'
import { statusOf } from './status.ts'
import * as show from './shown.ts'

/** Idempotent: what is shown already is not sent again. */
export async function project(service: Service, task: TaskId): Promise<void> {
  const state = await readTask(service, task)
  if (state.task === null) return
  const place = await placeOf(service, task)
  const shown = await showAll(service, state, place)
  await service.store.transaction(async (tx) => {
    for (const one of shown) await one(tx)
  })
}

type Shown = (tx: StoreTransaction) => Promise<void>

async function showAll(service: Service, state: TaskState, place: Place): Promise<Shown[]> {
  const { task } = state
  if (task === null) return []
  const at = { installation: place.installation, repository: repositoryOf(place) }
  const comment = (number: number, key: string, body: string): Shown => {
    const wanted = { key: `${at.repository.id}#${number}/${key}`, task, kind: 'comment' } as const
    return (tx) => putEffect(tx, { ...wanted, body: { at, number, key, body } })
  }
  const views = await viewsOf(service, state)
  const status = await statusOf(service, state, place)
  const list: Shown[] = [comment(place.thread, 'status', show.statusComment(status))]
  if (views.plan !== undefined) list.push(comment(place.thread, 'plan', show.planComment(views.plan)))
  const { pull, published } = state
  if (pull === null) return list
  if (views.quality !== undefined)
    list.push(comment(pull.number, 'quality', show.qualityComment(views.quality)))
  if (views.council !== undefined)
    list.push(comment(pull.number, 'council', show.councilComment(views.council)))
  const head = published?.head ?? pull.head
  for (const check of show.checksOf({ ...views, voided: published === null, url: status.runUrl })) {
    const key = `${task}/${check.name}/${head.slice(0, 12)}`
    list.push((tx) =>
      putEffect(tx, { key, task, kind: 'check', body: { at, check: { ...check, head, key } } }),
    )
  }
  return list
}

export interface Views {
  plan: Verdict | undefined
  quality: readonly Verdict[] | undefined
  council: Verdict | undefined
  policy: MergeDecision | undefined
}

async function viewsOf(service: Service, state: TaskState): Promise<Views> {
  const plan = await readEvidence(service, state, 'THINK', 'plan_review.json', CouncilVerdictContract)
  const quality = await readEvidence(service, state, 'VERIFY', 'quality_report.json', QualityReportContract)
  const council = await readEvidence(service, state, 'REVIEW', 'council_verdict.json', CouncilVerdictContract)
  const { decided } = state
  const policy =
    decided === null ? undefined : (parseJson(await service.blobs.get(decided.verdict)) as MergeDecision)
  return {
    plan: plan === undefined ? undefined : councilTree(plan),
    quality: quality?.gates.map((gate) => gate.verdict),
    council: council === undefined ? undefined : councilTree(council),
    policy,
  }
}
