// Owns the check run of the policy: the decision as title and conclusion, the tier and its reason, every rule below.
import type { BaseRef } from '../contracts/base.ts'
import type { MergeDecision } from '../contracts/merge.ts'
import type { CheckOutput } from '../ports/forge.ts'
import { renderCheckOutput } from './check-output.ts'
import { escapeMarkdown } from './escape.ts'
import { short } from './figures.ts'
import { sentence } from './plain.ts'

export interface PolicyCheck {
  /** What is awaited leaves the check in progress, so that one which is required holds a merge by hand as well. */
  status: 'completed' | 'in_progress'
  conclusion: 'success' | 'failure' | 'neutral' | null
  output: CheckOutput
}

/** `readAt`: branch and commit at which the policy was read. */
export function renderPolicyCheck(decision: MergeDecision, readAt: BaseRef): PolicyCheck {
  const { verdict } = decision
  const digest = verdict.subject.policy
  const policy = `Policy of ${readAt.ref} at ${short(readAt.sha)}${digest === undefined ? '' : `, digest ${short(digest)}`}.`
  const applies = verdict.status !== 'not_applicable'
  const lead = [...(applies ? [sentence(decision.because)] : []), policy].map(escapeMarkdown).join(' ')
  return {
    ...stateOf(decision),
    output: renderCheckOutput(verdict, 'rule', { title: verdict.reason, lead }),
  }
}

function stateOf({ decision, mode, verdict }: MergeDecision): Pick<PolicyCheck, 'status' | 'conclusion'> {
  // A pull request that the policy has nothing to say about must not be held by its check (R162).
  if (mode !== 'enforce' || verdict.status === 'not_applicable') {
    return { status: 'completed', conclusion: 'neutral' }
  }
  if (decision === 'hold') return { status: 'in_progress', conclusion: null }
  return { status: 'completed', conclusion: decision === 'merge' ? 'success' : 'failure' }
}
