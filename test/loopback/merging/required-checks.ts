// Owns whether the checks that a protection requires have passed.
import type { Forge } from '../forge.ts'
import { checksState } from '../checks/rollup.ts'
import type { RequiredCheck, Repository } from '../world/repository.ts'

export type CheckVerdict = 'success' | 'failure' | 'pending' | 'expected'
type State = ReturnType<typeof checksState>[number]

/** `expected`: nobody has reported it. Without a pin a check and a status of one name must both pass. */
export function verdictOn(required: RequiredCheck, states: readonly State[]): CheckVerdict {
  const own = states.filter(
    ({ context, appId }) =>
      context === required.context && (required.appId === null || appId === required.appId),
  )
  if (own.length === 0) return 'expected'
  if (own.some(({ state }) => state === 'failure' || state === 'error')) return 'failure'
  return own.some(({ state }) => state === 'pending') ? 'pending' : 'success'
}

export interface Verdicts {
  readonly required: readonly { readonly check: RequiredCheck; readonly verdict: CheckVerdict }[]
  /** a check that is not required has failed or is not done */
  readonly unstable: boolean
}

/** A name that was reported on the test merge counts there; source: "Troubleshooting required status checks". */
export function judgeChecks(
  forge: Forge,
  repository: Repository,
  required: readonly RequiredCheck[],
  commits: { readonly head: string; readonly testMerge: string | undefined },
): Verdicts {
  const onHead = checksState(forge, repository, commits.head)
  const onMerge = commits.testMerge === undefined ? [] : checksState(forge, repository, commits.testMerge)
  return {
    required: required.map((check) => {
      const there = onMerge.filter(({ context }) => context === check.context)
      return { check, verdict: verdictOn(check, there.length > 0 ? there : onHead) }
    }),
    unstable: onHead.some(({ state }) => state !== 'success'),
  }
}

/** The sentence that GitHub gives for what is missing; undefined when nothing is. */
export function missingChecks({ required }: Verdicts): string | undefined {
  const open = required.filter(({ verdict }) => verdict !== 'success')
  const [first] = open
  if (first === undefined) return undefined
  if (open.length > 1) {
    const failing = open.some(({ verdict }) => verdict === 'failure')
    return `${open.length} of ${required.length} required status checks ${failing ? 'have not succeeded' : 'are expected'}.`
  }
  const word = { failure: 'failing', pending: 'pending', expected: 'expected', success: '' }[first.verdict]
  return `Required status check "${first.check.context}" is ${word}.`
}
