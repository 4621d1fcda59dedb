// Owns what a run's reviews and gates decided, as verdict trees in the order of the work, and as check runs.
import type { Verdict } from '../contracts/verdict.ts'
import { councilTree } from '../council/review.ts'
import { renderCheck, type CheckContext, type CheckForm, type CheckKind } from '../report/checks.ts'
import { qualityTree } from '../report/quality-tree.ts'
import type { Shown } from './evidence.ts'

type Judged = Pick<Shown, 'review' | 'quality' | 'council'>

/** Of those that stand. */
export function verdictTrees({ review, quality, council }: Judged): (readonly [CheckKind, Verdict])[] {
  return [
    ...(review === undefined ? [] : [['plan', councilTree(review)] as const]),
    ...(quality === undefined
      ? []
      : [['quality', qualityTree(quality.gates.map((gate) => gate.verdict))] as const]),
    ...(council === undefined ? [] : [['council', councilTree(council)] as const]),
  ]
}

export function verdictChecks(judged: Judged, context: CheckContext): CheckForm[] {
  return verdictTrees(judged).map(([kind, tree]) => renderCheck(kind, tree, context))
}
