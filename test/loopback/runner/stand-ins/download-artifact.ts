// Owns the stand-in of actions/download-artifact, version 4 and later: by name, by pattern, by id, from another run.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ArtifactQuery, StoredArtifact } from '../host.ts'
import { matchesPatterns } from '../triggers/filter-pattern.ts'
import { isTrue, StandInFailure } from './stand-in.ts'
import type { StandIn, StandInCall } from './stand-in.ts'
import { unzip } from './zip.ts'

export const downloadArtifact: StandIn = {
  action: 'actions/download-artifact',
  inputs: {
    name: '',
    'artifact-ids': '',
    path: '',
    pattern: '',
    'merge-multiple': 'false',
    'github-token': '',
    repository: '${{ github.repository }}',
    'run-id': '${{ github.run_id }}',
  },
  main: download,
}

async function download(call: StandInCall): Promise<void> {
  const folder = resolve(call.workspace, call.input('path').replace(/^~/, call.home))
  const query = queryOf(call)
  const all = latestOfEach(await call.host.artifacts.list(query))
  const wanted = wantedOf(call, all)
  const single = call.input('name') !== '' || isTrue(call.input('merge-multiple'))
  const flat = single || (call.input('artifact-ids') !== '' && wanted.length === 1)
  await mkdir(folder, { recursive: true })
  for (const artifact of wanted) {
    const target = flat ? folder : join(folder, artifact.name)
    await mkdir(target, { recursive: true })
    await unzip(await call.host.artifacts.get(query, artifact.id), target)
    call.line(`Artifact ${artifact.name} (ID: ${artifact.id}) downloaded to ${target}`)
  }
  call.output('download-path', folder)
}

/** Without `github-token` only the job's own run can be read. */
function queryOf(call: StandInCall): ArtifactQuery {
  const token = call.input('github-token')
  if (token === '') {
    return { repository: call.attempt.event.repository, run: call.attempt.run.id, token: undefined }
  }
  return { repository: call.input('repository'), run: Number(call.input('run-id')), token }
}

/** A re-run's artifact stands before that of the attempt before. */
function latestOfEach(all: readonly StoredArtifact[]): StoredArtifact[] {
  return [...new Map(all.map((artifact) => [artifact.name, artifact])).values()]
}

function wantedOf(call: StandInCall, all: readonly StoredArtifact[]): StoredArtifact[] {
  const name = call.input('name')
  const ids = call.input('artifact-ids')
  const pattern = call.input('pattern')
  if (name !== '') {
    const found = all.filter((artifact) => artifact.name === name)
    if (found.length > 0) return found
    throw new StandInFailure(`Unable to download artifact(s): Artifact not found for name: ${name}`)
  }
  if (ids !== '') {
    const numbers = ids.split(',').map((id) => Number(id.trim()))
    const missing = numbers.filter((id) => !all.some((artifact) => artifact.id === id))
    if (missing.length === 0) return all.filter((artifact) => numbers.includes(artifact.id))
    throw new StandInFailure(`Unable to download artifact(s): no artifact has the id ${missing.join(', ')}`)
  }
  return pattern === '' ? [...all] : all.filter((artifact) => matchesPatterns([pattern], artifact.name))
}
