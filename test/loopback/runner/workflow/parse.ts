// Owns reading a workflow file: GitHub's own parser judges it, and what it found becomes our plain model.
import { conditionOf } from '../expressions/expressions.ts'
import { parsePermissions } from '../permissions.ts'
import { parserLibrary } from './library.ts'
import type {
  DispatchInput,
  EventFilter,
  Job,
  ParsedWorkflow,
  RunDefaults,
  Workflow,
  WorkflowProblem,
} from './model.ts'
import { templateOfToken } from './block-text.ts'
import { parseSteps } from './steps.ts'
import { isList, isMap, mapAt, plainText, textAt, wordsAt } from './template.ts'
import type { Template, TemplateMap } from './template.ts'

export async function parseWorkflow(path: string, text: string): Promise<ParsedWorkflow> {
  const { workflows } = await parserLibrary()
  const file = { name: path, content: text }
  const { context, value } = workflows.parseWorkflow(file, new workflows.NoOperationTraceWriter())
  if (value !== undefined) await workflows.convertWorkflowTemplate(context, value)
  const problems: WorkflowProblem[] = context.errors.getErrors().map((error) => ({
    line: error.range?.start.line,
    column: error.range?.start.column,
    message: error.rawMessage,
  }))
  if (problems.length > 0 || value === undefined) return { ok: false, path, problems }
  try {
    return { ok: true, workflow: modelOf(path, templateOfToken(value)) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { ok: false, path, problems: [{ line: undefined, column: undefined, message }] }
  }
}

function modelOf(path: string, root: Template): Workflow {
  if (!isMap(root)) throw new Error(`${path} is no mapping: a workflow has the keys on and jobs.`)
  const dispatch = mapAt(mapAt(root, 'on'), 'workflow_dispatch')
  const jobs = [...mapAt(root, 'jobs')].map(([id, job]) => jobOf(id, isMap(job) ? job : new Map()))
  return {
    path,
    name: textAt(root, 'name') ?? path,
    runName: root.get('run-name'),
    on: eventsOf(root.get('on') ?? null),
    inputs: new Map([...mapAt(dispatch, 'inputs')].map(([name, input]) => [name, inputOf(input)])),
    permissions: parsePermissions(root.get('permissions')),
    concurrency: root.get('concurrency'),
    env: mapAt(root, 'env'),
    defaults: defaultsOf(root),
    jobs,
  }
}

function eventsOf(on: Template): Map<string, EventFilter> {
  if (isMap(on)) return new Map([...on].map(([name, filter]) => [name, filterOf(filter)]))
  return new Map((isList(on) ? on : [on]).map((name) => [plainText(name), {}]))
}

function filterOf(template: Template): EventFilter {
  if (!isMap(template)) return {}
  const keys = {
    types: 'types',
    branches: 'branches',
    branchesIgnore: 'branches-ignore',
    tags: 'tags',
    tagsIgnore: 'tags-ignore',
    paths: 'paths',
    pathsIgnore: 'paths-ignore',
    workflows: 'workflows',
  }
  return Object.fromEntries(
    Object.entries(keys).flatMap(([ours, theirs]) => {
      const words = wordsAt(template, theirs)
      return words === undefined ? [] : [[ours, words]]
    }),
  )
}

function inputOf(template: Template): DispatchInput {
  const input: TemplateMap = isMap(template) ? template : new Map()
  const initial = textAt(input, 'default')
  const options = wordsAt(input, 'options')
  return {
    type: (textAt(input, 'type') ?? 'string') as DispatchInput['type'],
    required: input.get('required') === true,
    ...(initial === undefined ? {} : { default: initial }),
    ...(options === undefined ? {} : { options }),
  }
}

function defaultsOf(map: TemplateMap): RunDefaults {
  const run = mapAt(mapAt(map, 'defaults'), 'run')
  const shell = run.get('shell')
  const workingDirectory = run.get('working-directory')
  return {
    ...(shell === undefined ? {} : { shell }),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
  }
}

const UNSERVED = { uses: 'reusable workflows', container: 'containers', services: 'services' }

function jobOf(id: string, job: TemplateMap): Job {
  for (const [key, what] of Object.entries(UNSERVED)) {
    if (job.has(key)) throw new Error(`Job ${id}: the loopback serves no ${what} (jobs.${id}.${key}).`)
  }
  const strategy = job.get('strategy')
  if (strategy !== undefined && !isMap(strategy)) {
    throw new Error(`Job ${id}: the loopback serves no expression for a whole strategy; name its keys.`)
  }
  return {
    id,
    name: job.get('name'),
    needs: wordsAt(job, 'needs') ?? [],
    condition: conditionOf(job.get('if')),
    runsOn: job.get('runs-on') ?? null,
    permissions: parsePermissions(job.get('permissions')),
    concurrency: job.get('concurrency'),
    env: mapAt(job, 'env'),
    defaults: defaultsOf(job),
    outputs: mapAt(job, 'outputs'),
    timeoutMinutes: job.get('timeout-minutes'),
    continueOnError: job.get('continue-on-error') ?? false,
    matrix: strategy?.get('matrix'),
    failFast: strategy?.get('fail-fast'),
    maxParallel: strategy?.get('max-parallel'),
    steps: parseSteps(`Job ${id}`, job.get('steps')),
  }
}
