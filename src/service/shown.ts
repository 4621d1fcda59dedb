// TEMPORARY words until src/report has them.
import type { Verdict } from '../contracts/verdict.ts'
import { worstStatus } from '../contracts/verdict.ts'
import { renderCheckOutput } from '../report/check-output.ts'
import { renderComment } from '../report/comment.ts'
import type { CheckWrite } from '../ports/forge.ts'
import type { Status } from './status.ts'
import type { Views } from './project.ts'

export const statusComment = (s: Status): string =>
  `**Autopilot** ${s.closed?.result ?? s.now} ${s.closed?.reason ?? s.waiting ?? ''} ${s.lost?.reason ?? ''} started by ${s.by} ${s.pull === null ? '' : `#${s.pull}`}`
export const planComment = (v: Verdict): string => renderComment(v, 'judge')
export const councilComment = (v: Verdict): string => renderComment(v, 'judge')
export const qualityComment = (gates: readonly Verdict[]): string =>
  renderComment(whole('quality', gates), 'gate')

function whole(name: string, children: readonly Verdict[]): Verdict {
  const status = worstStatus(children.map((one) => one.status))
  return {
    name,
    status,
    reason: `${name} ${status}`,
    subject: children[0]?.subject ?? {},
    findings: [],
    children,
  }
}

export function checksOf(
  x: Views & { voided: boolean; url: string | null },
): Omit<CheckWrite, 'head' | 'key'>[] {
  const list: [string, Verdict | undefined][] = [
    ['autopilot/plan', x.plan],
    ['autopilot/quality', x.quality === undefined ? undefined : whole('quality', x.quality)],
    ['autopilot/council', x.council],
    ['autopilot/policy', x.policy?.verdict],
  ]
  return list.map(([name, verdict]) => {
    if (verdict === undefined || x.voided || verdict.status === 'pending') {
      return {
        name,
        status: 'in_progress',
        output: { title: 'pending', summary: 'pending', annotations: [] },
      }
    }
    const { annotations, ...words } = renderCheckOutput(verdict)
    const ok = ['pass', 'warn', 'not_applicable'].includes(verdict.status)
    return {
      name,
      status: 'completed',
      conclusion: ok ? 'success' : 'failure',
      output: {
        ...words,
        annotations: annotations.map(({ annotation_level, ...one }) => ({ ...one, level: annotation_level })),
      },
    }
  })
}

export function notApplicableChecks(): Omit<CheckWrite, 'head' | 'key'>[] {
  return ['plan', 'quality', 'council', 'policy'].map((name) => ({
    name: `autopilot/${name}`,
    status: 'completed',
    conclusion: 'neutral',
    output: { title: 'Not applicable', summary: 'No task of Autopilot stands behind this.', annotations: [] },
  }))
}

export const mayNotAsk = (x: { login: string; permission: string }): string =>
  `@${x.login} may not ask (${x.permission})`
export const alreadyAtWork = (): string => 'already at work'
export const stopSwitchOn = (): string => 'stopped'
export const cannotStart = (p: readonly string[]): string => p.join('\n')
export const replyNeedsText = (): string => 'needs text'
export const noTask = (): string => 'no task'
export const alreadyPaused = (x: { by: string; reason: string }): string => `paused by ${x.by}: ${x.reason}`
export const notPaused = (): string => 'not paused'
export const nothingToApprove = (): string => 'nothing to approve'
export const explained = (x: unknown): string => `\`\`\`json\n${JSON.stringify(x, null, 1)}\n\`\`\``
