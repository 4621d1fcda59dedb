// Owns how branches look in lists and alone, with what their protection lets everybody see.
import type { Forge } from '../forge.ts'
import type { Commit } from '../git/commit-object.ts'
import type { Repository } from '../world/repository.ts'
import { commitShape } from './commit.ts'
import { escapePath } from './git.ts'
import { repositoryPage, repositoryUrl } from './repository.ts'

const branchUrl = (forge: Forge, repository: Repository, name: string) =>
  `${repositoryUrl(forge, repository)}/branches/${escapePath(name)}`

/** The short form of a protection, which readers see too. */
function shortProtection(repository: Repository, name: string) {
  const rule = repository.protections.get(name)
  const required = rule?.requiredChecks
  const checks = (required?.checks ?? []).map(({ context, appId }) => ({ context, app_id: appId }))
  const level = rule?.enforceAdmins === true ? 'everyone' : 'non_admins'
  return {
    enabled: rule !== undefined,
    required_status_checks: {
      enforcement_level: required === undefined ? 'off' : level,
      contexts: checks.map(({ context }) => context),
      checks,
    },
  }
}

/** GitHub's `short-branch`. */
export function shortBranch(
  forge: Forge,
  repository: Repository,
  branch: { readonly name: string; readonly sha: string },
) {
  const { name, sha } = branch
  return {
    name,
    commit: { sha, url: `${repositoryUrl(forge, repository)}/commits/${sha}` },
    protected: repository.protections.has(name),
    protection: shortProtection(repository, name),
    protection_url: `${branchUrl(forge, repository, name)}/protection`,
  }
}

/** GitHub's `branch-with-protection`. */
export function branchShape(forge: Forge, repository: Repository, name: string, commit: Commit) {
  return {
    ...shortBranch(forge, repository, { name, sha: commit.sha }),
    commit: commitShape(forge, repository, commit),
    _links: {
      self: branchUrl(forge, repository, name),
      html: `${repositoryPage(forge, repository)}/tree/${escapePath(name)}`,
    },
  }
}
