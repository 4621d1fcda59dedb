// Owns where the action of a `uses:` comes from: the workspace, a folder of the settings, a stand-in, or a repository.
import { cp, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { STAND_INS } from '../stand-ins/registry.ts'
import { parseAction } from '../workflow/action-file.ts'
import type { JobState, PreparedAction } from './state.ts'

/** Throws a sentence where the action is not to be had. */
export async function prepareAction(state: JobState, uses: string): Promise<PreparedAction> {
  if (uses.startsWith('docker://')) throw new Error(`The loopback runs no docker action: ${uses}`)
  if (uses.startsWith('./')) return fromFolder(resolve(state.folders.workspace, uses), '', '')
  const known = state.actions.get(uses)
  if (known !== undefined) return known
  const prepared = await fetched(state, uses)
  state.actions.set(uses, prepared)
  return prepared
}

async function fetched(state: JobState, uses: string): Promise<PreparedAction> {
  const { host, settings } = state.request.attempt
  const match = /^([^/@]+\/[^/@]+)((?:\/[^@]+)?)@(.+)$/.exec(uses)
  if (match === null) throw new Error(`Expected format {org}/{repo}[/path]@ref. Actual '${uses}'`)
  const [, repository = '', path = '', ref = ''] = match
  const folder = join(state.folders.actions, repository, ref)
  const given = settings.actions[repository]
  if (given !== undefined) {
    // As from a checkout: what is not in the built bundle is not there.
    const left = new Set(['node_modules', '.git'])
    await cp(given, folder, { recursive: true, filter: (file) => !left.has(basename(file)) })
    return fromFolder(join(folder, path), repository, ref)
  }
  const standIn = STAND_INS.find((candidate) => candidate.action === `${repository}${path}`.toLowerCase())
  if (standIn !== undefined) return { kind: 'stand-in', standIn, repository, ref }
  if (await host.fetchAction(repository, ref, folder)) {
    return fromFolder(join(folder, path), repository, ref)
  }
  throw new Error(
    `Unable to resolve action ${uses}: no stand-in, no folder in the settings and no repository of the loopback has it.`,
  )
}

async function fromFolder(folder: string, repository: string, ref: string): Promise<PreparedAction> {
  for (const name of ['action.yml', 'action.yaml']) {
    const text = await textOf(join(folder, name))
    if (text === undefined) continue
    return { kind: 'files', folder, file: await parseAction(join(folder, name), text), repository, ref }
  }
  throw new Error(
    `Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '${folder}'. Did you forget to run actions/checkout before running your local action?`,
  )
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    return undefined
  }
}
