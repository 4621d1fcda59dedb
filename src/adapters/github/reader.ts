// Owns ForgeReader over GitHub.
import { z } from 'zod'
import type { RepoRef } from '../../contracts/envelope.ts'
import type { ForgeReader, Permission } from '../../ports/forge.ts'
import type { Client } from './client.ts'
import type { FactsReader } from './facts.ts'
import { ForgeError } from './forge-error.ts'
import type { Identity } from './identity.ts'
import { IssueReply, Pull, Ref, Repository, issueOf, pullRefOf, sameRepository } from './shapes.ts'
import type { Snapshots } from './snapshots.ts'

const PERMISSIONS: readonly Permission[] = ['admin', 'maintain', 'write', 'triage', 'read', 'none']
const PermissionLevel = z.object({ permission: z.string(), role_name: z.string().optional() })

export function makeReader(x: {
  client: Client
  repository: RepoRef
  identity: Identity
  snapshots: Snapshots
  facts: FactsReader
}): ForgeReader {
  const { client, repository, identity, snapshots, facts } = x
  return {
    repository,
    async about() {
      const found = await client.read('repos/get', {}, Repository)
      sameRepository(repository, found.id, 'repos/get')
      return {
        repository: { id: found.id, owner: found.owner.login, name: found.name },
        defaultBranch: found.default_branch,
        private: found.private,
        archived: found.archived ?? false,
      }
    },
    async branch(name) {
      try {
        const found = await client.find('git/get-ref', { ref: `heads/${name}` }, Ref)
        return found === undefined ? undefined : { ref: name, sha: found.object.sha }
      } catch (error) {
        // a repository without a commit answers every question about refs so
        if (error instanceof ForgeError && error.code === 'conflict') return undefined
        throw error
      }
    },
    async permission(login) {
      const operation = 'repos/get-collaborator-permission-level'
      const found = await client.find(operation, { username: login }, PermissionLevel)
      const is = (word: string | undefined) => PERMISSIONS.find((one) => one === word)
      // a role that an organization made itself has its own name, and says what it is worth beside it
      return found === undefined ? 'none' : (is(found.role_name) ?? is(found.permission) ?? 'none')
    },
    async issue(number) {
      const found = await client.find('issues/get', { issue_number: number }, IssueReply)
      return found === undefined ? undefined : issueOf(found, identity)
    },
    snapshot: (commit) => snapshots.snapshot(commit),
    readFile: (path, at) => snapshots.readFile(path, at),
    async pull(number) {
      const found = await client.find('pulls/get', { pull_number: number }, Pull)
      return found === undefined ? undefined : pullRefOf(found, repository, identity)
    },
    async pullFrom(branch) {
      const found = await openPullFrom(client, repository, branch)
      return found === undefined ? undefined : pullRefOf(found, repository, identity)
    },
    facts: (number) => facts.facts(number),
    checks: (commit) => facts.checks(commit),
  }
}

/** The first of them that goes to `base`, or the first. */
export async function openPullFrom(
  client: Client,
  repository: RepoRef,
  branch: string,
  base?: string,
): Promise<Pull | undefined> {
  const params = { state: 'open', head: `${repository.owner}:${branch}` }
  const { items } = await client.list('pulls/list', params, Pull, { pages: 1 })
  const own = items.filter(({ head }) => head.ref === branch && head.repo?.id === repository.id)
  return own.find((pull) => pull.base.ref === base) ?? own[0]
}
