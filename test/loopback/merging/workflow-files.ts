// Owns that an App without `workflows` brings no workflow file into a branch, by a merge no more than by a push.
import { ApiError } from '../server/api-error.ts'
import type { Actor } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { tokenAllows } from '../world/roles.ts'

const FOLDER = '.github/workflows/'

/** @throws {ApiError} 403 where the change from one commit to the other has such a file */
export async function refuseWorkflowFiles(
  actor: Actor,
  repository: Repository,
  from: string | undefined,
  to: string,
): Promise<void> {
  if (actor.kind !== 'installation' || tokenAllows(actor.token, 'workflows', 'write')) return
  const diff = await repository.git.diff(from, to, { maxPatchBytes: 0 })
  const found = diff?.files.find(
    ({ path, previousPath }) => path.startsWith(FOLDER) || previousPath?.startsWith(FOLDER) === true,
  )
  if (found === undefined) return
  throw new ApiError(
    403,
    `refusing to allow a GitHub App to create or update workflow \`${found.path}\` without \`workflows\` permission`,
  )
}
