// The command line of the docker level, which was never run here: no daemon.
import { expect, test } from 'vitest'
import { dockerArgs } from '../../../src/adapters/sandbox/docker.ts'
import { mergeLimits } from '../../../src/adapters/sandbox/limits.ts'

const scratch = {
  root: '/s',
  etc: '/s/etc',
  node: '/s/node',
  npm: '/s/npm',
  relay: '/s/relay.mjs',
  hasCa: true,
  hasNpmrc: false,
}
const box = {
  folder: '/s/w/x',
  repo: '/s/w/x/repo',
  out: '/s/w/x/out',
  uid: 70_000,
  dependencies: [{ path: 'node_modules', source: '/c/f0' }],
}
const command = { argv: ['npm', 'test'], env: {}, egress: 'none' as const }

function args(more: object = {}): string {
  return dockerArgs({
    image: 'image',
    name: 'n',
    scratch,
    box: { ...box, ...more },
    command,
    limits: mergeLimits({ memoryBytes: 1000, processes: 7 }),
    envNames: ['A'],
  }).join(' ')
}

test('(docker, never run here) no network, no capability, no new privileges, an unused uid, limits by control group', () => {
  for (const flag of [
    '--network none',
    '--cap-drop ALL',
    '--security-opt no-new-privileges',
    '--read-only',
    '--user 70000:70000',
    '--memory 1000 --memory-swap 1000',
    '--pids-limit 7',
  ]) {
    expect(args()).toContain(flag)
  }
  expect(args()).toMatch(/ image npm test$/)
})

test('(docker, never run here) only the copy and the reports are writable, and no value of the environment is shown', () => {
  const writable = args()
    .split(' ')
    .filter((word) => word.startsWith('type=bind') && !word.endsWith(',readonly'))
  expect(writable).toEqual([
    'type=bind,source=/s/w/x/repo,target=/repo',
    'type=bind,source=/s/w/x/out,target=/out',
  ])
  expect(args()).not.toContain('docker.sock')
  expect(args()).toContain('--env A ')
})

test('(docker, never run here) with egress the relay is the parent of the command', () => {
  expect(args({ socket: '/s/w/x/egress.sock' })).toMatch(
    / image \/opt\/node\/bin\/node \/opt\/autopilot\/relay\.mjs 3128=\/run\/egress\.sock -- npm test$/,
  )
})
