// Owns which judges sit: the policy's own choice.
import type { Policy } from '../contracts/policy.ts'

export function councilOf(
  policy: Policy,
  session: 'plan' | 'change',
): { judges: Policy['judges']['plan']; quorum: number } {
  return { judges: policy.judges[session], quorum: policy.quorum }
}
