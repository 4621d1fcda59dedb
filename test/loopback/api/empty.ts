// Owns what an empty repository answers: one without any branch.
import { ApiError } from '../server/api-error.ts'
import type { Repository } from '../world/repository.ts'

export async function isEmpty({ git, defaultBranch }: Repository): Promise<boolean> {
  if ((await git.ref(`refs/heads/${defaultBranch}`)) !== undefined) return false
  return (await git.refs('refs/heads/')).length === 0
}

/** @throws {ApiError} 409; source: docs.github.com/rest/git, "If the repository is empty, a 409 Conflict is returned" */
export async function refuseEmpty(repository: Repository): Promise<void> {
  if (await isEmpty(repository)) throw new ApiError(409, 'Git Repository is empty.')
}
