// Owns what is read of GitHub's replies about repositories, pull requests and issues, and how it becomes ours.
import { z } from 'zod'
import { Sha } from '../../contracts/base.ts'
import type { RepoRef } from '../../contracts/envelope.ts'
import type { Issue, PullRef } from '../../ports/forge.ts'
import { ForgeError } from './forge-error.ts'
import type { Identity } from './identity.ts'
import { User, Via } from './identity.ts'

export const Nothing = z.unknown()

export const Repository = z.object({
  id: z.int().min(1),
  name: z.string(),
  owner: z.object({ login: z.string() }),
  private: z.boolean(),
  archived: z.boolean().optional(),
  default_branch: z.string().min(1),
})
export type Repository = z.infer<typeof Repository>

export const Ref = z.object({ ref: z.string(), object: z.object({ sha: Sha, type: z.string() }) })

export const Pull = z.object({
  number: z.int().min(1),
  node_id: z.string(),
  html_url: z.string(),
  draft: z.boolean().optional(),
  state: z.enum(['open', 'closed']),
  merged_at: z.string().nullish(),
  title: z.string(),
  body: z.string().nullish(),
  user: User.nullable(),
  head: z.object({ ref: z.string(), sha: Sha, repo: z.object({ id: z.int() }).nullable() }),
  base: z.object({ ref: z.string(), sha: Sha, repo: z.object({ id: z.int() }) }),
})
export type Pull = z.infer<typeof Pull>

export const IssueReply = z.object({
  number: z.int().min(1),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']),
  user: User.nullable(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  html_url: z.string(),
  pull_request: z.unknown().optional(),
  performed_via_github_app: Via.nullish(),
})

export async function pullRefOf(pull: Pull, repository: RepoRef, identity: Identity): Promise<PullRef> {
  sameRepository(repository, pull.base.repo.id, 'pulls/get')
  return {
    number: pull.number,
    node: pull.node_id,
    url: pull.html_url,
    draft: pull.draft ?? false,
    state: pull.merged_at === null || pull.merged_at === undefined ? pull.state : 'merged',
    head: { ref: pull.head.ref, sha: pull.head.sha, sameRepository: pull.head.repo?.id === repository.id },
    base: { ref: pull.base.ref, sha: pull.base.sha },
    author: await identity.actor(pull.user),
    title: pull.title,
    body: pull.body ?? '',
  }
}

export async function issueOf(x: z.infer<typeof IssueReply>, identity: Identity): Promise<Issue> {
  return {
    number: x.number,
    isPull: x.pull_request !== undefined && x.pull_request !== null,
    title: x.title,
    body: x.body ?? '',
    state: x.state,
    author: await identity.actor(x.user),
    labels: x.labels.flatMap((label) => (typeof label === 'string' ? label : (label.name ?? []))),
    url: x.html_url,
  }
}

/** Threat: a name is free again once a repository was renamed or deleted, and somebody else may have taken it. */
export function sameRepository(repository: RepoRef, id: number | null, operation: string): void {
  if (id === repository.id) return
  throw new ForgeError('not_found', {
    operation,
    message: `${repository.owner}/${repository.name} is the name of another repository now.`,
  })
}
