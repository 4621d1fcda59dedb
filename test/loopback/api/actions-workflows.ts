// Owns the operations of workflows: read, listed, turned on and off, and started by hand.
import { isDisabled, syncWorkflows, workflowFilesAt } from '../actions/workflow-files.ts'
import { placeOf, triggerAt } from '../actions/trigger-at.ts'
import type { Place } from '../actions/trigger-at.ts'
import { actionsUrl, runPageUrl, workflowShape } from '../shapes/runs.ts'
import { notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { accountIn, emit, isJob, noContent, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import type { WorkflowFile } from '../world/runs.ts'
import { workflowIn } from './actions-call.ts'

/** Source: docs.github.com, "Events that trigger workflows", workflow_dispatch. */
const MOST_INPUTS = 25
const MOST_CHARACTERS = 65_535

async function refPlace(call: Pick<Call, 'repository'>, asked: string): Promise<Place> {
  const names = asked.startsWith('refs/') ? [asked] : [`refs/heads/${asked}`, `refs/tags/${asked}`]
  for (const name of names) {
    const found = /^refs\/(?:heads|tags)\/./.test(name) ? await placeOf(call.repository, name) : undefined
    if (found !== undefined) return found
  }
  throw unprocessable(`No ref found for: ${asked}`)
}

/** @throws {ApiError} 422 for more than a dispatch may carry, or a value that is no text, number or boolean */
function inputTexts(inputs: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  const entries = Object.entries(inputs ?? {})
  if (entries.length > MOST_INPUTS) throw unprocessable(`you may only define up to ${MOST_INPUTS} inputs`)
  if (JSON.stringify(inputs ?? {}).length > MOST_CHARACTERS) throw unprocessable('inputs are too large.')
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (!['string', 'number', 'boolean'].includes(typeof value)) {
        throw unprocessable(`Invalid value for input '${name}'`)
      }
      return [name, String(value)]
    }),
  )
}

/** @throws {ApiError} 422 where the file of that ref cannot be started by hand, or not with these inputs */
async function checkFile(
  call: Pick<Call, 'repository'>,
  workflow: WorkflowFile,
  place: Place,
  inputs: Readonly<Record<string, string>>,
): Promise<void> {
  const { parseWorkflow } = await import('../runner/workflow/parse.ts')
  const { dispatchInputs } = await import('../runner/schedule/inputs.ts')
  const files = await workflowFilesAt(call.repository, place.sha)
  const file = files.find(({ path }) => path === workflow.path)
  const parsed = file === undefined ? undefined : await parseWorkflow(file.path, file.text)
  if (parsed?.ok === false)
    throw unprocessable(`Failed to parse workflow: ${parsed.problems[0]?.message ?? ''}`)
  if (parsed === undefined || !parsed.workflow.on.has('workflow_dispatch')) {
    throw unprocessable("Workflow does not have 'workflow_dispatch' trigger")
  }
  const checked = dispatchInputs(parsed.workflow, inputs)
  if (!checked.ok) throw unprocessable(checked.problem)
}

export const actionsWorkflowOperations: Operations = {
  'actions/list-repo-workflows': async (call) => {
    const { forge, repository } = call
    await syncWorkflows(forge, repository)
    return page(
      call,
      [...repository.workflows.values()],
      (workflow) => workflowShape(forge, repository, workflow),
      (slice, total) => ({ total_count: total, workflows: slice }),
    )
  },
  'actions/get-workflow': async (call) => {
    const { workflow } = await workflowIn(call)
    return ok(workflowShape(call.forge, call.repository, workflow))
  },
  'actions/enable-workflow': async (call) => {
    const { workflow } = await workflowIn(call)
    if (workflow.state !== 'deleted') workflow.state = 'active'
    return noContent()
  },
  'actions/disable-workflow': async (call) => {
    const { workflow } = await workflowIn(call)
    if (workflow.state !== 'deleted') workflow.state = 'disabled_manually'
    return noContent()
  },
  'actions/create-workflow-dispatch': async (call) => {
    const { forge, repository, body } = call
    const { workflow, onDefault } = await workflowIn(call)
    if (!onDefault) throw notFound()
    if (!forge.actions.enabled || repository.fork !== undefined) {
      throw unprocessable('Actions has been disabled for this repository.')
    }
    if (isDisabled(repository, workflow.path)) {
      throw unprocessable("Cannot trigger a 'workflow_dispatch' on a disabled workflow")
    }
    const place = await refPlace(call, body.ref)
    const inputs = inputTexts(body.inputs)
    await checkFile(call, workflow, place, inputs)
    const given = Object.keys(inputs).length === 0 ? null : inputs
    const payload = { inputs: given, ref: place.ref, workflow: workflow.path }
    emit(call, 'workflow_dispatch', undefined, payload)
    const event = { name: 'workflow_dispatch', sender: accountIn(call), payload, byJob: isJob(call.actor) }
    const trigger = triggerAt(forge, event, repository, place)
    const [id] = await forge.actions.dispatch(repository, { ...trigger, inputs, workflowPath: workflow.path })
    if (id === undefined) throw unprocessable(`No job of ${workflow.path} was started`)
    if (body.return_run_details !== true) return noContent()
    return ok({
      workflow_run_id: id,
      run_url: `${actionsUrl(forge, repository)}/runs/${id}`,
      html_url: runPageUrl(forge, repository, id),
    })
  },
}
