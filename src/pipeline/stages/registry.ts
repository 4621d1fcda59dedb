// Owns which stage does the work of which phase.
import type { Phase } from '../../contracts/base.ts'
import type { Stage } from '../stage.ts'
import { implement } from './implement.ts'
import { monitor } from './monitor.ts'
import { plan } from './plan.ts'
import { publish } from './publish.ts'
import { review } from './review.ts'
import { specify } from './specify.ts'
import { strategize } from './strategize.ts'
import { think } from './think.ts'
import { verify } from './verify.ts'

export const STAGES: Readonly<Record<Phase, Stage>> = {
  STRATEGIZE: strategize,
  SPEC: specify,
  PLAN: plan,
  THINK: think,
  IMPLEMENT: implement,
  VERIFY: verify,
  REVIEW: review,
  PR: publish,
  MONITOR: monitor,
}
