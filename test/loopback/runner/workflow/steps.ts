// Owns reading the steps of a job or of a composite action.
import { conditionOf } from '../expressions/expressions.ts'
import type { Step } from './model.ts'
import { isList, isMap, mapAt, textAt } from './template.ts'
import type { Template, TemplateMap } from './template.ts'

const UNSERVED = ['background', 'wait', 'wait-all', 'cancel', 'parallel']

export function parseSteps(where: string, steps: Template | undefined): Step[] {
  const list = isList(steps) ? steps : []
  return list.map((step, at) => stepOf(`${where}, step ${at + 1}`, isMap(step) ? step : new Map()))
}

function stepOf(where: string, step: TemplateMap): Step {
  const unserved = UNSERVED.find((key) => step.has(key))
  if (unserved !== undefined) throw new Error(`${where}: the loopback serves no ${unserved} steps.`)
  return {
    id: textAt(step, 'id'),
    name: step.get('name'),
    condition: conditionOf(step.get('if')),
    env: mapAt(step, 'env'),
    continueOnError: step.get('continue-on-error') ?? false,
    timeoutMinutes: step.get('timeout-minutes'),
    action: actionOf(step),
  }
}

function actionOf(step: TemplateMap): Step['action'] {
  const uses = textAt(step, 'uses')
  if (uses !== undefined) return { kind: 'uses', uses, with: mapAt(step, 'with') }
  return {
    kind: 'run',
    script: step.get('run') ?? '',
    shell: step.get('shell'),
    workingDirectory: step.get('working-directory'),
  }
}
