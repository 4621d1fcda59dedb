// Owns reading an action's metadata file: its inputs and outputs, and how it runs.
import { parserLibrary } from './library.ts'
import type { Step } from './model.ts'
import { parseSteps } from './steps.ts'
import { templateOfToken } from './block-text.ts'
import { isMap, mapAt, textAt } from './template.ts'
import type { Template, TemplateMap } from './template.ts'

export interface NodeAction {
  readonly kind: 'node'
  readonly main: string
  readonly pre: string | undefined
  readonly preIf: string
  readonly post: string | undefined
  readonly postIf: string
}

export interface CompositeAction {
  readonly kind: 'composite'
  readonly steps: readonly Step[]
}

export interface ActionFile {
  readonly name: string
  /** input → default */
  readonly inputs: ReadonlyMap<string, Template>
  /** output → value, for composite actions */
  readonly outputs: ReadonlyMap<string, Template>
  readonly runs: NodeAction | CompositeAction
}

/** Throws a sentence for a file that GitHub's parser refuses, and for actions that the loopback does not serve. */
export async function parseAction(path: string, text: string): Promise<ActionFile> {
  const { workflows, actions } = await parserLibrary()
  const { context, value } = actions.parseAction(
    { name: path, content: text },
    new workflows.NoOperationTraceWriter(),
  )
  if (value !== undefined) actions.convertActionTemplate(context, value)
  const [error] = context.errors.getErrors()
  if (error !== undefined) throw new Error(`${path} is no valid action file: ${error.message}`)
  const root = templateOfToken(value)
  if (!isMap(root)) throw new Error(`${path} is no mapping: an action has the keys name and runs.`)
  return {
    name: textAt(root, 'name') ?? path,
    inputs: valuesOf(mapAt(root, 'inputs'), 'default'),
    outputs: valuesOf(mapAt(root, 'outputs'), 'value'),
    runs: runsOf(path, mapAt(root, 'runs')),
  }
}

function valuesOf(map: TemplateMap, key: string): Map<string, Template> {
  return new Map([...map].map(([name, entry]) => [name, isMap(entry) ? (entry.get(key) ?? null) : null]))
}

function runsOf(path: string, runs: TemplateMap): ActionFile['runs'] {
  const using = textAt(runs, 'using') ?? ''
  if (using === 'composite') return { kind: 'composite', steps: parseSteps(path, runs.get('steps')) }
  if (!/^node(20|24)$/.test(using)) {
    throw new Error(`${path}: the loopback runs node20, node24 and composite actions, no ${using} action.`)
  }
  return {
    kind: 'node',
    main: textAt(runs, 'main') ?? '',
    pre: textAt(runs, 'pre'),
    preIf: textAt(runs, 'pre-if') ?? 'always()',
    post: textAt(runs, 'post'),
    postIf: textAt(runs, 'post-if') ?? 'always()',
  }
}
