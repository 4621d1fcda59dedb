// Owns the judges: each sees one side, answers its own rules one by one with yes or no, and votes from the answers.
import type { ConstitutionRule, JudgeId, Vote } from '../contracts/council.ts'
import type { Subject, Verdict } from '../contracts/verdict.ts'
import { worstStatus } from '../contracts/verdict.ts'
import { isInconclusive } from './checks/answer.ts'
import type { Answer } from './checks/answer.ts'

export interface JudgeSeat {
  id: JudgeId
  session: 'plan' | 'change'
  /** What this judge looks after, for people. */
  looks_after: string
}

export const JUDGES: ReadonlyMap<JudgeId, JudgeSeat> = new Map<JudgeId, JudgeSeat>([
  [
    'spec',
    {
      id: 'spec',
      session: 'plan',
      looks_after: 'that the spec says what was asked, in words a test can see',
    },
  ],
  ['risk', { id: 'risk', session: 'plan', looks_after: 'what could go wrong and whether the tier fits it' }],
  [
    'user',
    { id: 'user', session: 'plan', looks_after: 'what the person asked for and asked to leave alone' },
  ],
  [
    'correctness',
    {
      id: 'correctness',
      session: 'change',
      looks_after: 'that the change is measured and does what was planned',
    },
  ],
  ['security', { id: 'security', session: 'change', looks_after: 'what the change could open or hide' }],
  [
    'maintainability',
    { id: 'maintainability', session: 'change', looks_after: 'whether people can live with the change' },
  ],
  [
    'governance',
    { id: 'governance', session: 'change', looks_after: 'whether the change keeps the rules of the house' },
  ],
])

/** One rule with what its check answered; a rule is asked once and each of its judges answers from that. */
export interface AnsweredRule {
  rule: ConstitutionRule
  answer: Answer
}

/** `answered` holds this judge's rules only; a judge without any is inconclusive, for silence is no consent. */
export function vote(judge: JudgeSeat, answered: readonly AnsweredRule[], subject: Subject): Vote {
  const children = answered.map((one) => ruleVerdict(one, subject))
  const failed = children.filter((child) => child.status === 'fail')
  const unclear = children.filter((child) => child.status === 'inconclusive')
  const status = children.length === 0 ? 'inconclusive' : worstStatus(children.map((child) => child.status))
  const passed = children.length - failed.length - unclear.length
  const verdict: Verdict = {
    name: judge.id,
    status,
    reason: reasonOf(judge, failed, unclear, passed),
    subject,
    value: `${passed}/${children.length}`,
    needs: 'all',
    findings: [],
    children,
  }
  const answer = status === 'pass' ? 'approve' : status === 'fail' ? 'reject' : 'inconclusive'
  return { judge: judge.id, vote: answer, verdict }
}

function reasonOf(
  judge: JudgeSeat,
  failed: readonly Verdict[],
  unclear: readonly Verdict[],
  passed: number,
): string {
  const first = failed[0] ?? unclear[0]
  if (first !== undefined) return `${first.name}: ${first.reason}`
  return passed === 0 ? `No rule asks judge ${judge.id} anything.` : `${passed} of ${passed} rules hold.`
}

function ruleVerdict({ rule, answer }: AnsweredRule, subject: Subject): Verdict {
  const base = { name: rule.id, subject, needs: rule.text, children: [] }
  if (isInconclusive(answer)) {
    return { ...base, status: 'inconclusive', reason: answer.inconclusive, findings: [] }
  }
  const findings = answer.map(({ at: _at, repair: _repair, ...finding }) => ({ ...finding, rule: rule.id }))
  const [first] = findings
  if (first === undefined) return { ...base, status: 'pass', reason: rule.text, findings }
  const more = findings.length > 1 ? ` And ${findings.length - 1} more.` : ''
  return { ...base, status: 'fail', reason: `${first.message}${more}`, findings }
}
