// Owns how a repository looks in GraphQL, and how issues and pull requests are found in it.
import { nodeId } from '../shapes/node-id.ts'
import type { Issue } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'
import { roleOf } from '../world/roles.ts'
import { refNode } from './commit-node.ts'
import type { PageArgs } from './connection.ts'
import { connection } from './connection.ts'
import type { GraphqlContext, GraphqlNode } from './context.ts'
import { databaseId } from './database-id.ts'
import { unresolved } from './graphql-error.ts'
import { requireRead } from './rights.ts'

interface Listed extends PageArgs {
  states?: readonly string[] | null
  labels?: readonly string[] | null
  headRefName?: string | null
  baseRefName?: string | null
}

export function repositoryNode(context: GraphqlContext, repository: Repository): GraphqlNode {
  const { forge, actor, nodes } = context
  const { settings } = repository
  const resourcePath = `/${fullName(repository)}`
  const role = actor.kind === 'user' ? roleOf(forge.world, actor.account, repository) : undefined
  return {
    __typename: 'Repository',
    id: nodeId('Repository', repository.id),
    databaseId: databaseId(repository.id),
    name: repository.name,
    nameWithOwner: fullName(repository),
    description: repository.description,
    owner: () => nodes.account(repository.owner),
    isPrivate: repository.private,
    isArchived: repository.archived,
    isFork: repository.fork !== undefined,
    visibility: repository.private ? 'PRIVATE' : 'PUBLIC',
    hasIssuesEnabled: settings.hasIssues,
    autoMergeAllowed: settings.allowAutoMerge,
    mergeCommitAllowed: settings.allowMergeCommit,
    squashMergeAllowed: settings.allowSquashMerge,
    rebaseMergeAllowed: settings.allowRebaseMerge,
    deleteBranchOnMerge: settings.deleteBranchOnMerge,
    createdAt: repository.createdAt,
    updatedAt: repository.updatedAt,
    pushedAt: repository.pushedAt,
    viewerPermission: role?.toUpperCase() ?? null,
    resourcePath,
    url: forge.origin + resourcePath,
    defaultBranchRef: () => refNode(context, repository, `refs/heads/${repository.defaultBranch}`),
    ref: ({ qualifiedName }: { qualifiedName: string }) =>
      refNode(
        context,
        repository,
        qualifiedName.startsWith('refs/') ? qualifiedName : `refs/heads/${qualifiedName}`,
      ),
    object: ({ oid }: { oid?: string | null }) => (oid == null ? null : nodes.commit(repository, oid)),
    issue: ({ number }: { number: number }) => {
      requireRead(context, repository, 'issues')
      const issue = repository.issues.get(number)
      if (issue === undefined || repository.pulls.has(number)) {
        throw unresolved('an Issue', `number of ${number}`)
      }
      return nodes.issue(repository, issue)
    },
    pullRequest: ({ number }: { number: number }) => {
      requireRead(context, repository, 'pull_requests')
      const pull = repository.pulls.get(number)
      if (pull === undefined) throw unresolved('a PullRequest', `number of ${number}`)
      return nodes.pull(repository, pull)
    },
    issues: (args: Listed) => {
      requireRead(context, repository, 'issues')
      const all = issuesOf(repository, args).filter((issue) => !repository.pulls.has(issue.number))
      const found = all.filter((issue) => among(args.states, issue.state))
      return connection(
        'issues',
        found.map((issue) => nodes.issue(repository, issue)),
        args,
      )
    },
    pullRequests: (args: Listed) => {
      requireRead(context, repository, 'pull_requests')
      const found = issuesOf(repository, args).flatMap((issue) => {
        const pull = repository.pulls.get(issue.number)
        if (pull === undefined || !among(args.states, pull.merged === undefined ? issue.state : 'merged'))
          return []
        const named = (wanted: string | null | undefined, ref: string): boolean =>
          wanted == null || wanted === ref
        return named(args.headRefName, pull.headRef) && named(args.baseRefName, pull.baseRef) ? [pull] : []
      })
      return connection(
        'pullRequests',
        found.map((pull) => nodes.pull(repository, pull)),
        args,
      )
    },
  }
}

function issuesOf(repository: Repository, { labels }: Listed): Issue[] {
  const all = [...repository.issues.values()].toSorted((a, b) => a.number - b.number)
  return all.filter((issue) => labels == null || labels.some((label) => issue.labels.includes(label)))
}

function among(states: readonly string[] | null | undefined, state: string): boolean {
  return states == null || states.includes(state.toUpperCase())
}
