// Owns what `/status` and `/explain` are answered with: where the thread's task stands, and what holds it.
import type { MergeDecision } from '../contracts/merge.ts'
import { renderExplanation, renderStatusAnswer } from '../report/answers/asked.ts'
import type { TaskState } from '../process/state.ts'
import { parseJson } from '../work/bundle.ts'
import { readShown } from './evidence.ts'
import type { Service } from './parts.ts'
import type { Place } from './place.ts'
import { runLink, statusOf } from './status.ts'
import { verdictTrees } from './verdicts.ts'

export async function statusText(service: Service, state: TaskState, place: Place): Promise<string> {
  const shown = await readShown(service, state)
  const run = await runLink(service, state)
  return renderStatusAnswer(await statusOf(service, { state, place, shown, run }), null)
}

export async function explanation(service: Service, state: TaskState): Promise<string> {
  const verdicts = verdictTrees(await readShown(service, state)).map(([, verdict]) => verdict)
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
