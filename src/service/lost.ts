// Owns how a run that came to nothing is told: by its rule, what happened and what to do.
import { foreignRerun } from '../report/answers/people.ts'
import {
  artifactMissing,
  artifactRejected,
  runFailed,
  runSilent,
  runUnopened,
} from '../report/answers/runs.ts'
import { dispatchRefused, versionSkew, workflowDisabled, workflowMissing } from '../report/answers/setup.ts'
import type { Link } from '../report/markdown.ts'
import type { Notice } from '../report/notice.ts'
import { workflowPath, type Service } from './parts.ts'
import type { Place } from './place.ts'
import { LONGEST_RUN_MS } from './runs.ts'

export function lostNotice(
  service: Pick<Service, 'workflow' | 'shipped'>,
  place: Place,
  lost: { number: number; rule: string; reason: string },
  link: Link | null,
): Notice {
  const file = workflowPath(service)
  const branch = place.repository.default_branch
  const run = link ?? { text: 'Actions', url: '' }
  const { rule, reason } = lost
  if (rule === 'workflow-missing') return workflowMissing({ file, branch, text: service.shipped.workflow })
  if (rule === 'workflow-disabled') return workflowDisabled({ file, link: null })
  if (rule === 'workflow-refused' || rule === 'dispatch-refused') return dispatchRefused({ file, reason })
  if (rule === 'run-rerun') return foreignRerun(reason)
  if (rule === 'run-too-long') return runSilent({ minutes: LONGEST_RUN_MS / 60_000, run: link })
  if (rule === 'artifact-gone') return artifactMissing({ name: 'bundle', expired: true, run })
  if (rule === 'run-success') return artifactMissing({ name: 'bundle', expired: false, run })
  if (rule === 'bundle-newer' || rule === 'bundle-older') {
    return versionSkew({ newer: rule === 'bundle-newer', file, reason })
  }
  const conclusion = /^run-(failure|cancelled|timed_out|startup_failure|skipped|action_required|stale)$/.exec(
    rule,
  )?.[1]
  if (conclusion !== undefined) return runFailed({ conclusion, reason, run })
  if (rule === 'run-unopened') return runUnopened({ file, reason, run })
  return artifactRejected({ rule, reason, run })
}
