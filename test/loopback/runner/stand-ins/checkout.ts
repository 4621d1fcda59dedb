// Owns the stand-in of actions/checkout: real git, from the loopback, with the job's token.
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { isTrue, StandInFailure } from './stand-in.ts'
import type { StandIn, StandInCall } from './stand-in.ts'

const UNSERVED = ['ssh-key', 'sparse-checkout', 'lfs', 'submodules']

export const checkout: StandIn = {
  action: 'actions/checkout',
  inputs: {
    repository: '${{ github.repository }}',
    ref: '',
    token: '${{ github.token }}',
    'persist-credentials': 'true',
    path: '',
    clean: 'true',
    filter: '',
    'fetch-depth': '1',
    'fetch-tags': 'false',
    'show-progress': 'true',
    'set-safe-directory': 'true',
    'ssh-key': '',
    'sparse-checkout': '',
    lfs: 'false',
    submodules: 'false',
  },
  main: checkOut,
  post: async (call) => {
    const folder = call.state.get('folder')
    if (folder !== undefined) await dropCredentials(call, folder)
  },
}

async function checkOut(call: StandInCall): Promise<void> {
  for (const name of UNSERVED) {
    const value = call.input(name)
    if (value !== '' && value !== 'false') {
      throw new StandInFailure(`The stand-in of actions/checkout knows no ${name}.`)
    }
  }
  const folder = resolve(call.workspace, call.input('path'))
  if (folder !== call.workspace && !folder.startsWith(call.workspace + sep)) {
    throw new StandInFailure(`Repository path '${folder}' is not under '${call.workspace}'`)
  }
  const git = gitIn(call, folder)
  await prepareFolder(call, folder)
  await writeCredentials(call, folder)
  const wanted = await wantedOf(call)
  await fetch(call, git, wanted)
  await git('checkout', '--progress', '--force', ...wanted.checkout)
  const { output } = await git('log', '-1', '--format=%H')
  call.output('ref', wanted.ref)
  call.output('commit', output.trim())
  if (!isTrue(call.input('persist-credentials'))) await dropCredentials(call, folder)
  call.state.set('folder', folder)
}

type Git = (...args: string[]) => Promise<{ output: string }>

function gitIn(call: StandInCall, cwd: string): Git {
  return async (...args) => {
    const { exit, output } = await call.exec('git', ['-c', 'protocol.file.allow=always', ...args], { cwd })
    if (exit.kind === 'exited' && exit.code === 0) return { output }
    if (exit.kind === 'stopped') throw new StandInFailure('The operation was canceled.')
    const why = exit.kind === 'exited' ? `exit code ${exit.code}` : exit.message
    throw new StandInFailure(`The process 'git' failed with ${why}`)
  }
}

/** The real one empties a folder that is not yet this repository's. */
async function prepareFolder(call: StandInCall, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true })
  const git = gitIn(call, folder)
  await git('init', '--quiet', '--initial-branch=main', folder)
  await git('remote', 'add', 'origin', call.host.cloneUrl(call.input('repository')))
  await git('config', '--local', 'gc.auto', '0')
}

const headerKey = (call: StandInCall) => `http.${new URL(call.host.serverUrl).origin}/.extraheader`

/** In `.git/config`, as versions 2 to 5 of the real one do. */
async function writeCredentials(call: StandInCall, folder: string): Promise<void> {
  const basic = Buffer.from(`x-access-token:${call.input('token')}`).toString('base64')
  call.mask(basic)
  call.mask(call.input('token'))
  await gitIn(call, folder)('config', '--local', headerKey(call), `AUTHORIZATION: basic ${basic}`)
}

async function dropCredentials(call: StandInCall, folder: string): Promise<void> {
  await call.exec('git', ['config', '--local', '--unset-all', headerKey(call)], { cwd: folder, quiet: true })
}

interface Wanted {
  readonly ref: string
  readonly refspec: string
  readonly checkout: readonly string[]
}

/** Without a ref: the event's own commit for this repository, the default branch for another one. */
async function wantedOf(call: StandInCall): Promise<Wanted> {
  const { event } = call.attempt
  const own = call.input('repository').toLowerCase() === event.repository.toLowerCase()
  const asked = call.input('ref')
  if (asked === '' && own) return placed(event.ref, event.sha)
  const ref = asked === '' ? call.host.repository(call.input('repository')).defaultBranch : asked
  if (/^[0-9a-f]{40}$/i.test(ref)) return placed('', ref)
  return placed(await fullRef(call, ref), undefined)
}

async function fullRef(call: StandInCall, ref: string): Promise<string> {
  if (ref.startsWith('refs/')) return ref
  const url = call.host.cloneUrl(call.input('repository'))
  const cwd = resolve(call.workspace, call.input('path'))
  const { output } = await gitIn(call, cwd)('ls-remote', url, `refs/heads/${ref}`, `refs/tags/${ref}`)
  const names = output.split('\n').map((line) => line.split('\t')[1])
  const found = [`refs/heads/${ref}`, `refs/tags/${ref}`].find((name) => names.includes(name))
  if (found === undefined) {
    throw new StandInFailure(`A branch or tag with the name '${ref}' could not be found`)
  }
  return found
}

function placed(ref: string, sha: string | undefined): Wanted {
  const from = sha ?? ref
  if (ref.startsWith('refs/heads/')) {
    const branch = ref.slice('refs/heads/'.length)
    const to = `refs/remotes/origin/${branch}`
    return { ref, refspec: `+${from}:${to}`, checkout: ['-B', branch, to] }
  }
  if (ref.startsWith('refs/pull/')) {
    const to = ref.replace('refs/pull/', 'refs/remotes/pull/')
    return { ref, refspec: `+${from}:${to}`, checkout: [to] }
  }
  if (ref.startsWith('refs/')) return { ref, refspec: `+${from}:${ref}`, checkout: [ref] }
  return { ref: from, refspec: from, checkout: [from] }
}

async function fetch(call: StandInCall, git: Git, wanted: Wanted): Promise<void> {
  const depth = Number.parseInt(call.input('fetch-depth'), 10)
  const tags = isTrue(call.input('fetch-tags')) ? [] : ['--no-tags']
  const filter = call.input('filter') === '' ? [] : [`--filter=${call.input('filter')}`]
  const flags = ['fetch', ...tags, '--prune', '--no-recurse-submodules', ...filter]
  if (depth > 0) {
    await git(...flags, `--depth=${depth}`, 'origin', wanted.refspec)
    return
  }
  await git(...flags, 'origin', '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*')
  await git(...flags.filter((flag) => flag !== '--prune'), 'origin', wanted.refspec)
}
