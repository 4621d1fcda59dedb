// Owns which stage does the work of which phase: on a laptop all nine, in a runner those of a run.
import type { Stages } from '../stage.ts'
import { implement } from './implement.ts'
import { monitor } from './monitor.ts'
import { plan } from './plan.ts'
import { publish } from './publish.ts'
import { review } from './review.ts'
import { specify } from './specify.ts'
import { strategize } from './strategize.ts'
import { think } from './think.ts'
import { verify } from './verify.ts'

export const RUN_STAGES = {
  SPEC: specify,
  PLAN: plan,
  THINK: think,
  IMPLEMENT: implement,
  VERIFY: verify,
  REVIEW: review,
} satisfies Stages

export const STAGES = {
  STRATEGIZE: strategize,
  ...RUN_STAGES,
  PR: publish,
  MONITOR: monitor,
} satisfies Stages
