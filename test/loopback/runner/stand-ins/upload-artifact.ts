// Owns the stand-in of actions/upload-artifact, version 4 and later: one name, one artifact a run.
import { findFiles } from './globs.ts'
import { isTrue, StandInFailure } from './stand-in.ts'
import type { StandIn, StandInCall } from './stand-in.ts'
import { zipFiles } from './zip.ts'

/** Source: github.com/actions/upload-artifact, README: names hold none of these. */
const FORBIDDEN = /["<>|*?\r\n\\/:]/

export const uploadArtifact: StandIn = {
  action: 'actions/upload-artifact',
  inputs: {
    name: 'artifact',
    path: '',
    'if-no-files-found': 'warn',
    'retention-days': '',
    'compression-level': '6',
    overwrite: 'false',
    'include-hidden-files': 'false',
  },
  main: upload,
}

async function upload(call: StandInCall): Promise<void> {
  const name = call.input('name')
  const path = call.input('path')
  if (path === '') throw new StandInFailure('Input required and not supplied: path')
  if (FORBIDDEN.test(name)) throw new StandInFailure(`The artifact name is not valid: ${name}.`)
  const { files, root } = await findFiles(call.workspace, path, isTrue(call.input('include-hidden-files')))
  if (files.length === 0) {
    nothingFound(call, path)
    return
  }
  const { run } = call.attempt
  if (isTrue(call.input('overwrite'))) await removeNamed(call, name)
  const days = Number.parseInt(call.input('retention-days'), 10)
  const stored = await call.host.artifacts.put({
    run: run.id,
    attempt: run.attempt,
    job: call.job,
    name,
    zip: await zipFiles(root, files, Number(call.input('compression-level'))),
    retentionDays: days > 0 ? days : undefined,
  })
  if (stored === undefined) {
    throw new StandInFailure(
      'Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run',
    )
  }
  const { repository } = call.attempt.event
  call.output('artifact-id', String(stored.id))
  call.output('artifact-digest', stored.digest.replace('sha256:', ''))
  call.output(
    'artifact-url',
    `${call.host.serverUrl}/${repository}/actions/runs/${run.id}/artifacts/${stored.id}`,
  )
  call.line(`Artifact ${name} has been successfully uploaded with ${files.length} files. ID ${stored.id}`)
}

function nothingFound(call: StandInCall, path: string): void {
  const message = `No files were found with the provided path: ${path}. No artifacts will be uploaded.`
  const act = call.input('if-no-files-found')
  if (act === 'error') throw new StandInFailure(message)
  if (act === 'ignore') call.line(message)
  else call.warning(message)
}

async function removeNamed(call: StandInCall, name: string): Promise<void> {
  const run = call.attempt.run.id
  const query = { repository: call.attempt.event.repository, run, token: undefined }
  for (const artifact of await call.host.artifacts.list(query)) {
    if (artifact.name === name) await call.host.artifacts.remove(run, artifact.id)
  }
}
