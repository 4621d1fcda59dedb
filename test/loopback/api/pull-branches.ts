// Owns which branch a new pull request comes from, and what refuses a pair of branches.
import type { Forge } from '../forge.ts'
import { openPulls } from '../pull-heads.ts'
import type { Account } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { accountNamed } from '../world/world.ts'
import { ApiError, invalid } from '../server/api-error.ts'

export interface HeadBranch {
  readonly repository: Repository
  readonly owner: Account
  readonly ref: string
  readonly sha: string
}

const root = (repository: Repository) => repository.fork?.parent ?? repository

/** @throws {ApiError} 422 for a branch that is not there */
export async function headBranch(
  forge: Forge,
  base: Repository,
  head: string,
  headRepo: string | undefined,
): Promise<HeadBranch> {
  const colon = head.indexOf(':')
  const ref = head.slice(colon + 1)
  const login = colon < 0 ? base.owner.login : head.slice(0, colon)
  const owner = accountNamed(forge.world, login)
  const network = [...forge.world.repositories.values()].filter(
    (repository) => repository.owner.id === owner?.id && root(repository).id === root(base).id,
  )
  const repository =
    headRepo === undefined
      ? (network.find(({ id }) => id === base.id) ?? network[0])
      : network.find(({ name }) => name === headRepo.split('/').at(-1))
  const found = await repository?.git.ref(`refs/heads/${ref}`)
  if (repository === undefined || owner === undefined || found === undefined) {
    throw invalid('PullRequest', 'head', 'invalid')
  }
  return { repository, owner, ref, sha: found.sha }
}

export async function baseBranch(repository: Repository, ref: string): Promise<string> {
  const found = await repository.git.ref(`refs/heads/${ref}`)
  if (found === undefined) throw invalid('PullRequest', 'base', 'invalid')
  return found.sha
}

const custom = (message: string) =>
  new ApiError(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] })

/** @throws {ApiError} 422 for a second open pull request of the same two branches */
export function refuseSecond(repository: Repository, head: HeadBranch, base: string, except?: number): void {
  const second = openPulls(repository).find(
    ({ pull }) =>
      pull.number !== except &&
      pull.headRepository?.id === head.repository.id &&
      pull.headRef === head.ref &&
      pull.baseRef === base,
  )
  if (second !== undefined) {
    throw custom(`A pull request already exists for ${head.owner.login}:${head.ref}.`)
  }
}

/** Brings a fork's commits over. @throws {ApiError} 422 where nothing, or nothing in common, is proposed */
export async function refuseEmpty(
  repository: Repository,
  head: HeadBranch,
  base: { readonly ref: string; readonly sha: string },
): Promise<void> {
  const { git } = repository
  if (head.repository.id !== repository.id) await git.adopt(head.repository.git, head.sha)
  const label = head.repository.id === repository.id ? head.ref : `${head.owner.login}:${head.ref}`
  const from = head.repository.id === repository.id ? base.ref : `${repository.owner.login}:${base.ref}`
  if ((await git.mergeBase(base.sha, head.sha)) === undefined) {
    throw custom(`The ${label} branch has no history in common with ${from}`)
  }
  if ((await git.isAncestor(head.sha, base.sha)) === true) {
    throw custom(`No commits between ${from} and ${label}`)
  }
}
