// Owns the stand-in of actions/setup-node: the Node that runs the loopback becomes first in PATH.
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { StandInFailure } from './stand-in.ts'
import type { StandIn, StandInCall } from './stand-in.ts'

export const setupNode: StandIn = {
  action: 'actions/setup-node',
  inputs: {
    'node-version': '',
    'node-version-file': '',
    'check-latest': 'false',
    'registry-url': '',
    scope: '',
    token: '',
    cache: '',
    'cache-dependency-path': '',
    'package-manager-cache': 'true',
  },
  main: setUp,
}

async function setUp(call: StandInCall): Promise<void> {
  if (call.input('registry-url') !== '') {
    throw new StandInFailure('The stand-in of actions/setup-node writes no .npmrc: leave registry-url out.')
  }
  const asked = call.input('node-version')
  const major = process.versions.node.split('.')[0]
  if (asked !== '' && /^v?\d/.test(asked) && asked.replace(/^v/, '').split('.')[0] !== major) {
    call.warning(`Node ${asked} was asked for; the loopback has ${process.version} only.`)
  }
  // Node alone: other programs of its folder are none that setup-node would bring.
  const folder = join(call.temp, '_node', 'bin')
  await mkdir(folder, { recursive: true })
  await symlink(process.execPath, join(folder, 'node')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  call.addPath(folder)
  call.output('node-version', process.version)
  call.output('cache-hit', 'false')
}
