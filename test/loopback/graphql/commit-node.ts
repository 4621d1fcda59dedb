// Owns how commits, refs, check runs and statuses look in GraphQL.
import { checksState, latestRuns, latestStatuses, rollupState } from '../checks/rollup.ts'
import { nodeId } from '../shapes/node-id.ts'
import type { CheckRun, CommitStatus } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'
import type { PageArgs } from './connection.ts'
import { connection } from './connection.ts'
import type { GraphqlContext, GraphqlNode } from './context.ts'
import { databaseId } from './database-id.ts'
import { requireRead } from './rights.ts'

export async function commitNode(
  context: GraphqlContext,
  repository: Repository,
  sha: string,
): Promise<GraphqlNode | null> {
  const commit = await repository.git.commit(sha)
  if (commit === undefined) return null
  const resourcePath = `/${fullName(repository)}/commit/${commit.sha}`
  const [headline = '', ...rest] = commit.message.split('\n')
  return {
    __typename: 'Commit',
    id: nodeId('Commit', `${repository.id}:${commit.sha}`),
    oid: commit.sha,
    abbreviatedOid: commit.sha.slice(0, 7),
    message: commit.message.trimEnd(),
    messageHeadline: headline,
    messageBody: rest.join('\n').trim(),
    committedDate: commit.committer.date,
    authoredDate: commit.author.date,
    resourcePath,
    url: context.forge.origin + resourcePath,
    repository: () => context.nodes.repository(repository),
    tree: {
      __typename: 'Tree',
      id: nodeId('Tree', `${repository.id}:${commit.tree}`),
      oid: commit.tree,
    },
    statusCheckRollup: () => rollupNode(context, repository, commit.sha),
  }
}

export function rollupNode(context: GraphqlContext, repository: Repository, sha: string): GraphqlNode | null {
  requireRead(context, repository, 'checks')
  const states = checksState(context.forge, repository, sha)
  const state = rollupState(states)
  if (state === null) return null
  const runs = latestRuns([...repository.checkRuns.values()].filter((run) => run.headSha === sha))
  const contexts = [
    ...runs.map((run) => checkRunNode(context, repository, run)),
    ...latestStatuses(repository, sha).map((status) => statusNode(context, status)),
  ]
  return {
    __typename: 'StatusCheckRollup',
    id: nodeId('Status', `${repository.id}:${sha}`),
    state,
    commit: () => context.nodes.commit(repository, sha),
    contexts: (args: PageArgs) => connection('contexts', contexts, args),
  }
}

function checkRunNode(context: GraphqlContext, repository: Repository, run: CheckRun): GraphqlNode {
  const resourcePath = `/${fullName(repository)}/runs/${run.id}`
  return {
    __typename: 'CheckRun',
    id: nodeId('CheckRun', run.id),
    databaseId: databaseId(run.id),
    name: run.name,
    status: run.status.toUpperCase(),
    conclusion: run.conclusion === null ? null : run.conclusion.toUpperCase(),
    startedAt: run.startedAt,
    completedAt: run.completedAt,
    detailsUrl: run.detailsUrl,
    externalId: run.externalId,
    title: run.output.title,
    summary: run.output.summary,
    text: run.output.text,
    resourcePath,
    permalink: context.forge.origin + resourcePath,
    url: context.forge.origin + resourcePath,
    repository: () => context.nodes.repository(repository),
    checkSuite: () => suiteNode(context, repository, run),
  }
}

function suiteNode(context: GraphqlContext, repository: Repository, run: CheckRun): GraphqlNode {
  const { app, suite } = run
  return {
    __typename: 'CheckSuite',
    id: nodeId('CheckSuite', suite),
    databaseId: databaseId(suite),
    app: {
      __typename: 'App',
      id: nodeId('App', app.id),
      databaseId: databaseId(app.id),
      clientId: app.clientId,
      slug: app.slug,
      name: app.name,
    },
    repository: () => context.nodes.repository(repository),
  }
}

function statusNode(context: GraphqlContext, status: CommitStatus): GraphqlNode {
  return {
    __typename: 'StatusContext',
    id: nodeId('Status', status.id),
    context: status.context,
    state: status.state.toUpperCase(),
    description: status.description,
    targetUrl: status.targetUrl,
    createdAt: status.createdAt,
    creator: () => context.nodes.account(status.creator),
  }
}

/** null when the ref does not exist. */
export async function refNode(
  context: GraphqlContext,
  repository: Repository,
  name: string,
): Promise<GraphqlNode | null> {
  const ref = await repository.git.ref(name)
  if (ref === undefined) return null
  const prefix = /^refs\/(?:heads|tags)\//.exec(name)?.[0] ?? 'refs/'
  return {
    __typename: 'Ref',
    id: nodeId('Ref', `${repository.id}:${name}`),
    name: name.slice(prefix.length),
    prefix,
    repository: () => context.nodes.repository(repository),
    target: () => context.nodes.commit(repository, ref.sha),
  }
}
