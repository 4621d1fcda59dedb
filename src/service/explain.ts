// Owns what `/status` and `/explain` are answered with: where the thread's task stands, and what holds it.
import type { MergeDecision } from '../contracts/merge.ts'
import type { Verdict } from '../contracts/verdict.ts'
import { councilTree } from '../council/review.ts'
import { renderExplanation, renderStatusAnswer } from '../report/answers/asked.ts'
import { qualityTree } from '../report/quality-tree.ts'
import type { TaskState } from '../process/state.ts'
import { parseJson } from '../work/bundle.ts'
import { readShown } from './evidence.ts'
import type { Service } from './parts.ts'
import type { Place } from './place.ts'
import { runLink, statusOf } from './status.ts'

export async function statusText(service: Service, state: TaskState, place: Place): Promise<string> {
  const shown = await readShown(service, state)
  return renderStatusAnswer(await statusOf(service, { state, place, shown }), null)
}

export async function explanation(service: Service, state: TaskState): Promise<string> {
  const { review, quality, council } = await readShown(service, state)
  const verdicts: Verdict[] = [
    ...(review === undefined ? [] : [councilTree(review)]),
    ...(quality === undefined ? [] : [qualityTree(quality.gates.map((gate) => gate.verdict))]),
    ...(council === undefined ? [] : [councilTree(council)]),
  ]
  if (state.decided !== null) {
    const decision = parseJson(await service.blobs.get(state.decided.verdict)) as MergeDecision
    verdicts.push(decision.verdict)
  }
  const run = await runLink(service, state)
  return renderExplanation({
    verdicts,
    evidence: Object.values(state.passed).flatMap((passed) => passed.evidence),
    places: run === null ? [] : [run],
    ledger: state.run?.head ?? state.head,
  })
}
