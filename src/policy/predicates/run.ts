// Owns the rule about what the run says of itself: each claim may deny, none grants anything.
import { z } from 'zod'
import type { RunClaims } from '../../contracts/merge.ts'
import { listed, predicate } from '../rule.ts'
import type { RuleAnswer, RuleContext } from '../rule.ts'

type Part = RuleAnswer & { name: string }

export const run = predicate({
  id: 'run',
  text: 'The run ended with a change, in a sandbox, measured under the tier of the diff, accepted by gates and council.',
  with: z.strictObject({}),
  always: {},
  check(context) {
    const { run } = context
    const needs = 'all'
    if (run === null) {
      return { status: 'pending', reason: 'no run is known for this head', value: 'no run', needs }
    }
    const parts = partsOf(run, context)
    const failed = parts.filter((part) => part.status !== 'pass')
    const value = `${parts.length - failed.length} of ${parts.length}`
    if (failed.length === 0)
      return { status: 'pass', reason: 'nothing in the run speaks against it', value, needs }
    const reason = `${listed(failed.map((part) => part.reason))}; reply or retry starts another run`
    return { status: 'fail', reason, value, needs, parts }
  },
})

function partsOf(claims: RunClaims, { diffTier }: RuleContext): readonly Part[] {
  const { outcome, quality, council, sandbox, tier } = claims
  return [
    part('outcome', outcome === 'change', `the run ended as ${outcome}`, outcome, 'change'),
    part(
      'quality',
      quality?.accepted === true,
      quality === null ? 'no gate report' : 'the gates do not accept it',
      quality === null ? '–' : quality.accepted ? 'accepted' : 'not accepted',
      'accepted',
    ),
    part(
      'council',
      council?.decision === 'approve',
      council === null ? 'no council verdict' : `the council’s answer is ${council.decision}`,
      council?.decision ?? '–',
      'approve',
    ),
    part(
      'sandbox',
      sandbox !== null && sandbox !== 'none',
      'its code ran without a sandbox',
      sandbox ?? '–',
      'bwrap or docker',
    ),
    // measured under laxer thresholds than the diff asks for
    part(
      'tier',
      tier !== null && tier <= diffTier,
      tier === null ? 'the run names no tier' : `measured as tier ${tier}, the diff is tier ${diffTier}`,
      tier === null ? '–' : `tier ${tier}`,
      diffTier === 1 ? 'tier 1' : `tier ${diffTier} or stricter`,
    ),
  ]
}

function part(name: string, holds: boolean, problem: string, value: string, needs: string): Part {
  return { name, status: holds ? 'pass' : 'fail', reason: holds ? value : problem, value, needs }
}
