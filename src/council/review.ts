// Owns a council session: rules asked once, judges vote, votes are counted, every failed rule becomes a reason.
import { digestOfJson } from '../contracts/canonical.ts'
import type {
  Constitution,
  ConstitutionRule,
  CouncilVerdict,
  JudgeId,
  MachineReason,
} from '../contracts/council.ts'
import type { Subject, Verdict } from '../contracts/verdict.ts'
import { autoApprove } from './auto-approve.ts'
import { CHANGE_CHECKS, PLAN_CHECKS } from './checks.ts'
import { isInconclusive } from './checks/answer.ts'
import type { Answer } from './checks/answer.ts'
import { JUDGES, vote } from './judges.ts'
import type { AnsweredRule } from './judges.ts'
import type { ChangeSubject, PlanSubject } from './subjects.ts'
import { tally } from './tally.ts'

export interface CouncilConfig {
  /** Who sits; judges of the other session are refused. */
  judges: readonly JudgeId[]
  quorum: number
}

export function reviewPlan(
  subject: PlanSubject,
  constitution: Constitution,
  config: CouncilConfig,
): CouncilVerdict {
  const verdict = review('plan', subject.subject, constitution, config, (check) =>
    PLAN_CHECKS.get(check)?.(subject),
  )
  const skipped = 'Not skipped: a plan is never merged; the change review decides.'
  return { ...verdict, auto_approve: { granted: false, review_skipped_reason: skipped } }
}

export function reviewChange(
  subject: ChangeSubject,
  constitution: Constitution,
  config: CouncilConfig,
): CouncilVerdict {
  const verdict = review('change', subject.subject, constitution, config, (check) =>
    CHANGE_CHECKS.get(check)?.(subject),
  )
  return { ...verdict, auto_approve: autoApprove(subject, verdict.decision) }
}

function review(
  session: 'plan' | 'change',
  about: Subject,
  constitution: Constitution,
  config: CouncilConfig,
  ask: (check: string) => Answer | undefined,
): Omit<CouncilVerdict, 'auto_approve'> {
  const subject: Subject = { ...about, constitution: digestOfJson(constitution) }
  const seats = [...new Set(config.judges)].flatMap((id) => {
    const seat = JUDGES.get(id)
    return seat?.session === session ? [seat] : []
  })
  const rules = constitution.rules.filter((rule) => rule.session === session)
  const answered = rules.map((rule): AnsweredRule => ({
    rule,
    answer: ask(rule.check) ?? { inconclusive: `No check is called "${rule.check}".` },
  }))
  const votes = seats.map((seat) =>
    vote(
      seat,
      answered.filter(({ rule }) => sits(rule, seat.id, seats)),
      subject,
    ),
  )
  const critical = new Set(rules.filter((rule) => rule.critical).map((rule) => rule.id))
  if (votes.length === 0)
    throw new TypeError(`council: no judge of the configuration sits in a ${session} session`)
  return {
    schema: 'autopilot/council-verdict@1',
    session,
    subject,
    votes,
    ...tally(votes, config.quorum, critical),
    reasons: answered.flatMap(reasonsOf),
  }
}

/** A rule whose own judges all stay away falls to the first seat: no configuration can leave a rule unasked. */
function sits(rule: ConstitutionRule, judge: JudgeId, seats: readonly { id: JudgeId }[]): boolean {
  const present = rule.judges.some((id) => seats.some((seat) => seat.id === id))
  return present ? rule.judges.includes(judge) : seats[0]?.id === judge
}

function reasonsOf({ rule, answer }: AnsweredRule): MachineReason[] {
  if (isInconclusive(answer)) return [{ rule: rule.id, message: answer.inconclusive }]
  return answer.map((finding) => {
    const at = finding.at ?? finding.location?.path
    return {
      rule: rule.id,
      message: finding.fix === undefined ? finding.message : `${finding.message} ${finding.fix}`,
      ...(at === undefined ? {} : { at }),
      ...(finding.repair === undefined ? {} : { repair: finding.repair }),
    }
  })
}

/** The verdict as the one tree that every renderer takes. */
export function councilTree(verdict: CouncilVerdict): Verdict {
  const status = { approve: 'pass', reject: 'fail', inconclusive: 'inconclusive' } as const
  return {
    name: `council/${verdict.session}`,
    status: status[verdict.decision],
    reason: verdict.reason,
    subject: verdict.subject,
    value: `${verdict.votes.filter((v) => v.vote === 'approve').length}/${verdict.votes.length}`,
    needs: `majority, quorum ${verdict.quorum.needed}`,
    findings: [],
    children: verdict.votes.map((v) => v.verdict),
  }
}
