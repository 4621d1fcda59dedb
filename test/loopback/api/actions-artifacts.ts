// Owns the operations of artifacts: listed, read, deleted, and handed out by a signed address.
import { expireArtifacts } from '../actions/artifacts.ts'
import { artifactShape } from '../shapes/runs.ts'
import { ApiError, notFound } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { noContent, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import type { Artifact } from '../world/runs.ts'
import { artifactIn, download, runIn } from './actions-call.ts'

function listed(
  call: Pick<Call, 'forge' | 'repository' | 'query' | 'url'>,
  artifacts: readonly Artifact[],
): Reply {
  const name = call.query.get('name')
  const ascending = call.query.get('direction') === 'asc'
  const chosen = artifacts
    .filter((artifact) => name === null || artifact.name === name)
    .sort((a, b) => (ascending ? a.id - b.id : b.id - a.id))
  return page(
    call,
    chosen,
    (artifact) => artifactShape(call.forge, call.repository, artifact),
    (slice, total) => ({ total_count: total, artifacts: slice }),
  )
}

export const actionsArtifactOperations: Operations = {
  'actions/list-artifacts-for-repo': (call) => {
    expireArtifacts(call.forge, call.repository)
    return listed(call, [...call.repository.artifacts.values()])
  },
  'actions/list-workflow-run-artifacts': (call) => {
    const run = runIn(call)
    expireArtifacts(call.forge, call.repository)
    return listed(
      call,
      [...call.repository.artifacts.values()].filter((artifact) => artifact.run === run.id),
    )
  },
  'actions/get-artifact': (call) => ok(artifactShape(call.forge, call.repository, artifactIn(call))),
  'actions/delete-artifact': (call) => {
    call.repository.artifacts.delete(artifactIn(call).id)
    return noContent()
  },
  'actions/download-artifact': (call) => {
    const artifact = artifactIn(call)
    if (call.params['archive_format'] !== 'zip') throw notFound()
    if (artifact.expired || call.fault?.kind === 'gone') throw new ApiError(410, 'Artifact has expired')
    return download(call, 'artifact', artifact.id)
  },
}
