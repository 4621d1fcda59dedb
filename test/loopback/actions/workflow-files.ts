// Owns which workflow files a commit has, and which workflows a repository is known to have.
import type { Forge } from '../forge.ts'
import type { WorkflowText } from '../runner/host.ts'
import type { Repository } from '../world/repository.ts'
import type { WorkflowFile } from '../world/runs.ts'

const FOLDER = '.github/workflows'

/** Sorted by path; files in folders below are none; source: docs.github.com, "About workflows". */
export async function workflowFilesAt({ git }: Repository, sha: string): Promise<WorkflowText[]> {
  const folder = await git.blobAt(sha, FOLDER)
  if (folder?.kind !== 'folder') return []
  const files: WorkflowText[] = []
  for (const { path, type, sha: blob } of folder.entries) {
    if (type !== 'blob' || !/\.ya?ml$/.test(path)) continue
    const found = await git.object(blob)
    if (found === undefined) continue
    files.push({ path: `${FOLDER}/${path.split('/').at(-1)}`, text: found.content.toString('utf8') })
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The `name` of a file that need be no valid workflow; the path where it has none. */
async function nameOf({ path, text }: WorkflowText): Promise<string> {
  const { load } = await import('js-yaml')
  try {
    const root: unknown = load(text)
    const name = typeof root === 'object' && root !== null && 'name' in root ? root.name : undefined
    return typeof name === 'string' && name !== '' ? name : path
  } catch {
    return path
  }
}

/** The record of a workflow, made where it is not known yet, such as a file that is on one branch only. */
export function workflowAt(forge: Forge, repository: Repository, path: string, name: string): WorkflowFile {
  const known = repository.workflows.get(path)
  if (known !== undefined) return known
  const now = forge.clock.iso()
  const made: WorkflowFile = {
    id: forge.world.nextId(),
    path,
    name,
    state: 'active',
    createdAt: now,
    updatedAt: now,
  }
  repository.workflows.set(path, made)
  return made
}

const seen = new WeakMap<Repository, { readonly head: string; readonly paths: ReadonlySet<string> }>()

/** Reads the default branch's files where it moved since; gives the paths that are on it. */
export async function syncWorkflows(forge: Forge, repository: Repository): Promise<ReadonlySet<string>> {
  const head = (await repository.git.ref(`refs/heads/${repository.defaultBranch}`))?.sha
  if (head === undefined) return new Set()
  const before = seen.get(repository)
  if (before?.head === head) return before.paths
  const files = await workflowFilesAt(repository, head)
  const paths = new Set(files.map(({ path }) => path))
  for (const file of files) {
    const name = await nameOf(file)
    const record = workflowAt(forge, repository, file.path, name)
    if (record.name !== name) Object.assign(record, { name, updatedAt: forge.clock.iso() })
    if (record.state === 'deleted') record.state = 'active'
  }
  for (const path of before?.paths ?? []) {
    const record = repository.workflows.get(path)
    if (!paths.has(path) && record !== undefined) record.state = 'deleted'
  }
  seen.set(repository, { head, paths })
  return paths
}

export const isDisabled = (repository: Repository, path: string) =>
  repository.workflows.get(path)?.state.startsWith('disabled') === true
