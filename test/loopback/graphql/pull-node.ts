// Owns how a pull request looks in GraphQL; its head and its commits are git's.
import { nodeId } from '../shapes/node-id.ts'
import { closingReferences } from '../closing-keywords.ts'
import { baseOf, headOf, standOf } from '../pull-heads.ts'
import type { Pull } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'
import { repositoryNamed } from '../world/world.ts'
import { refNode, rollupNode } from './commit-node.ts'
import type { PageArgs } from './connection.ts'
import { connection } from './connection.ts'
import type { GraphqlContext, GraphqlNode, MergeView } from './context.ts'
import { conversation } from './issue-node.ts'
import { maySee } from './rights.ts'
import { threadsOf } from './threads.ts'

/** Source: docs.github.com, "Get a pull request": more than 250 commits are listed elsewhere. */
const MOST_COMMITS = 250

export function pullNode(context: GraphqlContext, repository: Repository, pull: Pull): GraphqlNode {
  const { forge, nodes, ports } = context
  const issue = repository.issues.get(pull.number)
  if (issue === undefined) throw new Error(`pull request #${pull.number} has no issue`)
  let asked: Promise<MergeView> | undefined
  // both fields of one reply tell of the same moment
  const view = (): Promise<MergeView> => (asked ??= ports.mergeView(forge, repository, pull.number))
  const open = issue.state === 'open'
  return {
    __typename: 'PullRequest',
    id: nodeId('PullRequest', pull.id),
    ...conversation(context, repository, issue),
    state: pull.merged === undefined ? issue.state.toUpperCase() : 'MERGED',
    isDraft: pull.draft,
    merged: pull.merged !== undefined,
    mergedAt: pull.merged?.at ?? null,
    mergedBy: () => (pull.merged === undefined ? null : nodes.account(pull.merged.by)),
    mergeCommit: () => (pull.merged === undefined ? null : nodes.commit(repository, pull.merged.sha)),
    mergeable: async () => (open ? mergeableOf(await view()) : 'UNKNOWN'),
    mergeStateStatus: async () => (open ? (await view()).state.toUpperCase() : 'UNKNOWN'),
    reviewDecision: () => ports.reviewDecision(forge, repository, pull.number),
    headRefName: pull.headRef,
    headRefOid: () => headOf(repository, pull),
    headRepository: () => (pull.headRepository === undefined ? null : nodes.repository(pull.headRepository)),
    headRef: () =>
      pull.headRepository === undefined
        ? null
        : refNode(context, pull.headRepository, `refs/heads/${pull.headRef}`),
    baseRefName: pull.baseRef,
    baseRefOid: () => baseOf(repository, pull),
    baseRef: () => refNode(context, repository, `refs/heads/${pull.baseRef}`),
    baseRepository: () => nodes.repository(repository),
    isCrossRepository: pull.headRepository?.id !== repository.id,
    changedFiles: async () => {
      const { head, mergeBase } = await standOf(repository, pull)
      return (await repository.git.diff(mergeBase, head))?.totalFiles ?? 0
    },
    isInMergeQueue: pull.queued !== undefined,
    isMergeQueueEnabled: repository.protections.get(pull.baseRef)?.mergeQueue === true,
    maintainerCanModify: pull.maintainerCanModify,
    autoMergeRequest: () => autoMergeNode(context, repository, pull),
    closingIssuesReferences: (args: PageArgs) =>
      connection('closingIssuesReferences', closedBy(context, repository, pull, issue.body ?? ''), args),
    reviewThreads: (args: PageArgs) =>
      connection(
        'reviewThreads',
        threadsOf(repository, pull).map((first) => nodes.thread(repository, first)),
        args,
      ),
    reviews: (args: PageArgs) =>
      connection(
        'reviews',
        [...repository.reviews.values()]
          .filter((review) => review.pull === pull.number && review.state !== 'PENDING')
          .map((review) => nodes.review(repository, review)),
        args,
      ),
    commits: async (args: PageArgs) =>
      connection('commits', await commitsOf(context, repository, pull), args),
    statusCheckRollup: async () => rollupNode(context, repository, await headOf(repository, pull)),
  }
}

function mergeableOf({ mergeable }: MergeView): string {
  if (mergeable === null) return 'UNKNOWN'
  return mergeable ? 'MERGEABLE' : 'CONFLICTING'
}

async function commitsOf(
  context: GraphqlContext,
  repository: Repository,
  pull: Pull,
): Promise<GraphqlNode[]> {
  const [from, exclude] = [await headOf(repository, pull), await baseOf(repository, pull)]
  const commits = await repository.git.log({ from, exclude, oldestFirst: true, max: MOST_COMMITS })
  return (commits ?? []).map((commit) => {
    const resourcePath = `/${fullName(repository)}/pull/${pull.number}/commits/${commit.sha}`
    return {
      __typename: 'PullRequestCommit',
      id: nodeId('Commit', `${repository.id}:${pull.number}:${commit.sha}`),
      resourcePath,
      url: context.forge.origin + resourcePath,
      commit: () => context.nodes.commit(repository, commit.sha),
      pullRequest: () => context.nodes.pull(repository, pull),
    }
  })
}

function autoMergeNode(context: GraphqlContext, repository: Repository, pull: Pull): GraphqlNode | null {
  const armed = repository.autoMerges.get(pull.number)
  if (armed === undefined) return null
  return {
    __typename: 'AutoMergeRequest',
    authorEmail: armed.by.email,
    commitHeadline: armed.title ?? null,
    commitBody: armed.message ?? null,
    enabledAt: armed.enabledAt,
    enabledBy: () => context.nodes.account(armed.by),
    mergeMethod: armed.method.toUpperCase(),
    pullRequest: () => context.nodes.pull(repository, pull),
  }
}

/** Keywords link only where the pull request goes to the default branch; source: "Linking a pull request to an issue". */
function closedBy(context: GraphqlContext, repository: Repository, pull: Pull, text: string): GraphqlNode[] {
  if (pull.baseRef !== repository.defaultBranch) return []
  return closingReferences(text).flatMap(({ repository: name, number }) => {
    const [owner = '', short = ''] = name?.split('/') ?? []
    const found =
      name === undefined ? repository : repositoryNamed(context.forge.world, owner, short)?.repository
    const issue = found?.issues.get(number)
    if (found === undefined || issue === undefined || found.pulls.has(number) || !maySee(context, found))
      return []
    return [context.nodes.issue(found, issue)]
  })
}
