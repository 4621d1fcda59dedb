// Owns PLAN: which files in which steps, how they will be checked, within which budgets.
import { evidenceJson } from '../../contracts/canonical.ts'
import { ProblemSpecContract } from '../../contracts/problem-spec.ts'
import { WorkingSpecContract } from '../../contracts/working-spec.ts'
import { buildPlan } from '../../planning/plan.ts'
import { renderPlan } from '../../planning/render.ts'
import { layGroundwork } from '../groundwork.ts'
import type { StageContext, StageResult } from '../stage.ts'
import { stopWith } from '../stopping.ts'

export async function plan(context: StageContext): Promise<StageResult> {
  const { phase, policy, request } = context
  const spec = await context.read('SPEC', 'spec.json', WorkingSpecContract)
  const task = await context.read('SPEC', 'problem.json', ProblemSpecContract)
  const ground = await layGroundwork(context)
  if (ground.kind === 'refused') return ground.result
  const { scan, toolchain } = ground
  const planned = buildPlan({
    spec,
    task,
    scan,
    toolchain,
    policy: policy.value,
    limits: request.limits,
  })
  if (!planned.ok) {
    const { rule, message, fix } = planned.problem
    return stopWith(phase, { rule, reason: message, would_help: fix })
  }
  const { plan: made, fileMap, warnings } = planned
  const files = {
    'plan.json': evidenceJson(made),
    'plan.md': renderPlan(made, fileMap, warnings),
    'file_map.json': evidenceJson(fileMap),
  }
  const { budgets, scope, validations } = made
  const checks = validations.map((validation) => validation.kind).join(', ')
  const note = `${scope.paths.length} paths in scope, checked by ${checks}, budget ${budgets.files} files/${budgets.lines} lines`
  return { kind: 'passed', files, note }
}
