// Owns counting votes: quorum, veto of critical rules, ties. Whatever is in doubt is no approval.
import type { CouncilVerdict, Vote } from '../contracts/council.ts'

export type Tally = Pick<CouncilVerdict, 'decision' | 'reason' | 'quorum' | 'vetoes' | 'dissent'>

/**
 * `needed`: judges that must have answered. `critical`: ids of critical rules. A critical rule that failed rejects; one
 * that nobody could answer leaves the whole inconclusive. Otherwise more than half of the seats must approve.
 */
export function tally(votes: readonly Vote[], needed: number, critical: ReadonlySet<string>): Tally {
  const approve = votes.filter((v) => v.vote === 'approve').length
  const reject = votes.filter((v) => v.vote === 'reject').length
  const present = approve + reject
  const vetoes = ruled(votes, critical, 'fail')
  const open = ruled(votes, critical, 'inconclusive')
  const { decision, reason } = decide()
  const against = votes.filter((v) => v.vote !== decision)
  return {
    decision,
    reason,
    quorum: { needed, present },
    vetoes,
    dissent: against.map((v) => ({ judge: v.judge, reason: v.verdict.reason })),
  }

  function decide(): Pick<Tally, 'decision' | 'reason'> {
    const count = `${approve} of ${votes.length} approve`
    if (vetoes.length > 0) return { decision: 'reject', reason: `Critical: ${vetoes.join(', ')}; ${count}.` }
    if (present < needed) {
      return { decision: 'inconclusive', reason: `${present} of ${needed} needed judges gave an answer.` }
    }
    if (open.length > 0) {
      return { decision: 'inconclusive', reason: `Nobody could answer ${open.join(', ')}; ${count}.` }
    }
    // A tie is no majority: it rejects.
    if (reject >= approve) return { decision: 'reject', reason: `${count}, ${reject} reject.` }
    if (approve * 2 <= votes.length) {
      return { decision: 'inconclusive', reason: `${count}, which is no majority of the seats.` }
    }
    return { decision: 'approve', reason: `${count}.` }
  }
}

function ruled(
  votes: readonly Vote[],
  critical: ReadonlySet<string>,
  status: 'fail' | 'inconclusive',
): string[] {
  const ids = votes.flatMap((v) =>
    v.verdict.children
      .filter((rule) => rule.status === status && critical.has(rule.name))
      .map((rule) => rule.name),
  )
  return [...new Set(ids)].toSorted()
}
