// Owns the stand-ins of actions/cache, cache/restore and cache/save: folders kept by key beside the loopback.
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isTrue, StandInFailure } from './stand-in.ts'
import type { StandIn, StandInCall } from './stand-in.ts'

const INPUTS = {
  path: '',
  key: '',
  'restore-keys': '',
  'upload-chunk-size': '',
  enableCrossOsArchive: 'false',
  'fail-on-cache-miss': 'false',
  'lookup-only': 'false',
}

export const cache: StandIn = {
  action: 'actions/cache',
  inputs: { ...INPUTS, 'save-always': 'false' },
  main: restore,
  postIf: 'success()',
  post: async (call) => {
    if (call.state.get('hit') === call.input('key'))
      call.line('Cache hit occurred on the primary key: not saved.')
    else await save(call)
  },
}
export const cacheRestore: StandIn = { action: 'actions/cache/restore', inputs: INPUTS, main: restore }
export const cacheSave: StandIn = { action: 'actions/cache/save', inputs: INPUTS, main: save }

interface Entry {
  readonly key: string
  /** of the paths as written: another list of paths is another cache */
  readonly version: string
  readonly folder: string
  readonly savedAt: number
}

const pathsOf = (call: StandInCall) =>
  call
    .input('path')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const versionOf = (call: StandInCall) => createHash('sha256').update(pathsOf(call).join('\n')).digest('hex')

function placeOf(call: StandInCall, path: string): string {
  if (/[*?]/.test(path)) throw new StandInFailure(`The stand-in of actions/cache takes no pattern: ${path}`)
  return resolve(call.workspace, path.replace(/^~(?=\/|$)/, call.home))
}

async function entries(call: StandInCall): Promise<Entry[]> {
  const root = call.host.cacheFolder(call.attempt.event.repository)
  await mkdir(root, { recursive: true })
  const found: Entry[] = []
  for (const name of await readdir(root)) {
    if (name.startsWith('.')) continue
    const folder = join(root, name)
    const entry = JSON.parse(await readFile(join(folder, 'entry.json'), 'utf8')) as Omit<Entry, 'folder'>
    found.push({ ...entry, folder })
  }
  return found.sort((a, b) => b.savedAt - a.savedAt)
}

/** The key itself, then prefixes in order, the newest of each. */
async function restore(call: StandInCall): Promise<void> {
  const key = call.input('key')
  const prefixes = [key, ...call.input('restore-keys').split('\n')].map((line) => line.trim())
  const known = (await entries(call)).filter((entry) => entry.version === versionOf(call))
  const match =
    known.find((entry) => entry.key === key) ??
    prefixes
      .filter((prefix) => prefix !== '')
      .map((prefix) => known.find((entry) => entry.key.startsWith(prefix)))
      .find((entry) => entry !== undefined)
  call.output('cache-primary-key', key)
  if (match === undefined) {
    if (isTrue(call.input('fail-on-cache-miss'))) {
      throw new StandInFailure(
        `Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${key}`,
      )
    }
    call.line(`Cache not found for input keys: ${prefixes.filter((prefix) => prefix !== '').join(', ')}`)
    return
  }
  call.state.set('hit', match.key)
  call.output('cache-hit', String(match.key === key))
  call.output('cache-matched-key', match.key)
  if (isTrue(call.input('lookup-only'))) return
  for (const [at, path] of pathsOf(call).entries()) {
    const from = join(match.folder, String(at))
    if (await exists(from)) await cp(from, placeOf(call, path), { recursive: true })
  }
  call.line(`Cache restored from key: ${match.key}`)
}

/** A key is written once: whoever comes second keeps what is there, as on GitHub. */
async function save(call: StandInCall): Promise<void> {
  const key = call.input('key')
  const version = versionOf(call)
  if ((await entries(call)).some((entry) => entry.key === key && entry.version === version)) {
    call.warning(`Failed to save: Unable to reserve cache with key ${key}, it exists already.`)
    return
  }
  const root = call.host.cacheFolder(call.attempt.event.repository)
  const name = createHash('sha256').update(`${key}\n${version}`).digest('hex')
  const draft = join(root, `.${name}-${call.job}`)
  await mkdir(draft, { recursive: true })
  for (const [at, path] of pathsOf(call).entries()) {
    const from = placeOf(call, path)
    if (await exists(from)) await cp(from, join(draft, String(at)), { recursive: true })
  }
  await writeFile(join(draft, 'entry.json'), JSON.stringify({ key, version, savedAt: call.host.now() }))
  await rename(draft, join(root, name))
  call.line(`Cache saved with key: ${key}`)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
