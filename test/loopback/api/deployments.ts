// Owns the operations of deployments and their statuses.
import { checksState } from '../checks/rollup.ts'
import { deploymentShape, deploymentStatusShape } from '../shapes/deployments.ts'
import type { Deployment, DeploymentStatus } from '../world/checks.ts'
import { invalid, notFound } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { accountIn, created, emit, numberParam, ok, viaOf } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { commitIn } from './checks-call.ts'

/** Source: docs.github.com, "Create a deployment status". */
const MOST_DESCRIPTION = 140

function deploymentIn(call: Pick<Call, 'params' | 'repository'>): Deployment {
  const found = call.repository.deployments.get(numberParam(call, 'deployment_id'))
  if (found === undefined) throw notFound()
  return found
}

/** Source: docs.github.com, "Create a deployment": all contexts unless told, and an empty list asks for none. */
function contextsPass(call: Call<'repos/create-deployment'>, sha: string): boolean {
  const { required_contexts: required } = call.body
  const states = checksState(call.forge, call.repository, sha)
  if (required === undefined) return states.every(({ state }) => state === 'success')
  return required.every((context) => {
    const own = states.filter((one) => one.context.toLowerCase() === context.toLowerCase())
    return own.length > 0 && own.every(({ state }) => state === 'success')
  })
}

/** A branch that lacks commits of the default branch is merged first; the loopback says that it cannot. */
async function isBehind(call: Call<'repos/create-deployment'>): Promise<boolean> {
  const { repository, body } = call
  if (body.auto_merge === false || body.ref === repository.defaultBranch) return false
  const branch = await repository.git.ref(`refs/heads/${body.ref}`)
  const main = await repository.git.ref(`refs/heads/${repository.defaultBranch}`)
  if (branch === undefined || main === undefined) return false
  return (await repository.git.isAncestor(main.sha, branch.sha)) !== true
}

function add(
  call: Pick<Call, 'forge' | 'actor'>,
  deployment: Deployment,
  wanted: Pick<DeploymentStatus, 'state' | 'description' | 'logUrl' | 'environmentUrl'>,
): DeploymentStatus {
  const { forge } = call
  const status: DeploymentStatus = {
    id: forge.world.nextId(),
    ...wanted,
    creator: accountIn(call),
    via: viaOf(call),
    createdAt: forge.clock.iso(),
  }
  deployment.statuses.push(status)
  return status
}

/** Source: "Create a deployment status", auto_inactive: earlier ones of the environment, without a webhook. */
function retireOthers(call: Pick<Call, 'forge' | 'actor' | 'repository'>, by: Deployment): void {
  for (const other of call.repository.deployments.values()) {
    const same = other.environment === by.environment && !other.transient && !other.production
    if (!same || other.id >= by.id || other.statuses.at(-1)?.state !== 'success') continue
    add(call, other, { state: 'inactive', description: '', logUrl: '', environmentUrl: '' })
  }
}

export const deploymentOperations: Operations = {
  'repos/create-deployment': async (call) => {
    const { forge, repository, body } = call
    const sha = await commitIn(call, body.ref)
    // GitHub describes this 409 without a body
    if ((await isBehind(call)) || !contextsPass(call, sha)) return { status: 409 }
    const environment = body.environment ?? 'production'
    const deployment: Deployment = {
      id: forge.world.nextId(),
      sha,
      ref: body.ref,
      task: body.task ?? 'deploy',
      environment,
      description: body.description ?? null,
      payload: body.payload ?? '',
      creator: accountIn(call),
      via: viaOf(call),
      transient: body.transient_environment ?? false,
      production: body.production_environment ?? environment === 'production',
      createdAt: forge.clock.iso(),
      statuses: [],
    }
    repository.deployments.set(deployment.id, deployment)
    const shape = deploymentShape(forge, repository, deployment)
    emit(call, 'deployment', 'created', { deployment: shape, workflow: null, workflow_run: null })
    return created(shape, shape.url)
  },
  'repos/get-deployment': (call) => ok(deploymentShape(call.forge, call.repository, deploymentIn(call))),
  'repos/list-deployments': (call) => {
    const { repository, query } = call
    const fields = ['sha', 'ref', 'task', 'environment'] as const
    const chosen = [...repository.deployments.values()].filter((deployment) =>
      fields.every((field) => (query.get(field) ?? deployment[field]) === deployment[field]),
    )
    return page(call, chosen.reverse(), (one) => deploymentShape(call.forge, repository, one))
  },
  'repos/create-deployment-status': (call) => {
    const { forge, repository, body } = call
    const deployment = deploymentIn(call)
    const description = body.description ?? ''
    if (description.length > MOST_DESCRIPTION) {
      throw invalid('DeploymentStatus', 'description', 'custom', 'description is too long')
    }
    const status = add(call, deployment, {
      state: body.state,
      description,
      logUrl: body.log_url ?? body.target_url ?? '',
      environmentUrl: body.environment_url ?? '',
    })
    if (status.state === 'success' && body.auto_inactive !== false) retireOthers(call, deployment)
    const shape = deploymentStatusShape(forge, repository, deployment, status)
    // source: docs.github.com, "Webhook events and payloads", deployment_status
    if (status.state !== 'inactive') {
      emit(call, 'deployment_status', 'created', {
        deployment_status: shape,
        deployment: deploymentShape(forge, repository, deployment),
        workflow: null,
        workflow_run: null,
      })
    }
    return created(shape, shape.url)
  },
  'repos/list-deployment-statuses': (call) => {
    const deployment = deploymentIn(call)
    return page(call, [...deployment.statuses].reverse(), (status) =>
      deploymentStatusShape(call.forge, call.repository, deployment, status),
    )
  },
}
