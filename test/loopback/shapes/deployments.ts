// Owns how deployments and their statuses look in replies and webhooks.
import type { Forge } from '../forge.ts'
import type { Deployment, DeploymentStatus } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import { integrationOrNull, simpleUser } from './account.ts'
import { nodeId } from './node-id.ts'
import { repositoryPage, repositoryUrl } from './repository.ts'

const urlOf = (forge: Forge, repository: Repository, deployment: Deployment) =>
  `${repositoryUrl(forge, repository)}/deployments/${deployment.id}`

/** GitHub's `deployment`. */
export function deploymentShape(forge: Forge, repository: Repository, deployment: Deployment) {
  const url = urlOf(forge, repository, deployment)
  return {
    url,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: simpleUser(forge, deployment.creator),
    created_at: deployment.createdAt,
    updated_at: deployment.statuses.at(-1)?.createdAt ?? deployment.createdAt,
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl(forge, repository),
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: integrationOrNull(forge, deployment.via),
  }
}

/** GitHub's `deployment-status`. */
export function deploymentStatusShape(
  forge: Forge,
  repository: Repository,
  deployment: Deployment,
  status: DeploymentStatus,
) {
  const url = urlOf(forge, repository, deployment)
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: simpleUser(forge, status.creator),
    description: status.description,
    environment: deployment.environment,
    target_url: status.logUrl === '' ? `${repositoryPage(forge, repository)}/deployments` : status.logUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: url,
    repository_url: repositoryUrl(forge, repository),
    // GitHub gives '' for an address that was not set, which its own description does not take for one
    ...(status.environmentUrl === '' ? {} : { environment_url: status.environmentUrl }),
    ...(status.logUrl === '' ? {} : { log_url: status.logUrl }),
    performed_via_github_app: integrationOrNull(forge, status.via),
  }
}
