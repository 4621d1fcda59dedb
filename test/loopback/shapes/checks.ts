// Owns how check runs, suites and annotations look in replies and webhooks.
import { foldSuite, latestRuns, runsOfSuite } from '../checks/rollup.ts'
import type { Forge } from '../forge.ts'
import type { Annotation, CheckRun, CheckSuite } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import { integration } from './account.ts'
import { nodeId } from './node-id.ts'
import { pullsOfHead } from './pull-minimal.ts'
import { repositoryPage, repositoryUrl, simpleRepository } from './repository.ts'

/** What a reply and a webhook have in common. */
async function commonRun(forge: Forge, repository: Repository, run: CheckRun) {
  const url = `${repositoryUrl(forge, repository)}/check-runs/${run.id}`
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `${repositoryPage(forge, repository)}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.output.title,
      summary: run.output.summary,
      text: run.output.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    app: integration(forge, run.app),
    pull_requests: await pullsOfHead(forge, repository, run.headSha),
  }
}

/** GitHub's `check-run`. */
export async function checkRunShape(forge: Forge, repository: Repository, run: CheckRun) {
  return { ...(await commonRun(forge, repository, run)), check_suite: { id: run.suite } }
}

/** GitHub's `check-run-with-simple-check-suite`. */
export async function checkRunEvent(forge: Forge, repository: Repository, run: CheckRun) {
  const suite = repository.checkSuites.get(run.suite)
  return {
    ...(await commonRun(forge, repository, run)),
    started_at: run.startedAt ?? run.createdAt,
    check_suite: suite === undefined ? {} : await commonSuite(forge, repository, suite),
  }
}

async function commonSuite(forge: Forge, repository: Repository, suite: CheckSuite) {
  return {
    id: suite.id,
    node_id: nodeId('CheckSuite', suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...foldSuite(repository, suite),
    url: `${repositoryUrl(forge, repository)}/check-suites/${suite.id}`,
    before: suite.before,
    after: suite.after,
    pull_requests: await pullsOfHead(forge, repository, suite.headSha),
    app: integration(forge, suite.app),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
  }
}

/** GitHub's `simple-commit`. */
export async function simpleCommit(repository: Repository, sha: string) {
  const commit = await repository.git.commit(sha)
  if (commit === undefined) throw new Error(`a check suite stands on ${sha}, which the repository lacks`)
  return {
    id: sha,
    tree_id: commit.tree,
    message: commit.message.trimEnd(),
    timestamp: commit.committer.date,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  }
}

/** What a suite's webhook has beside `repository`. */
export async function checkSuiteEvent(forge: Forge, repository: Repository, suite: CheckSuite) {
  return {
    ...(await commonSuite(forge, repository, suite)),
    head_commit: await simpleCommit(repository, suite.headSha),
    latest_check_runs_count: latestRuns(runsOfSuite(repository, suite)).length,
    check_runs_url: `${repositoryUrl(forge, repository)}/check-suites/${suite.id}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  }
}

/** GitHub's `check-suite`. */
export async function checkSuiteShape(forge: Forge, repository: Repository, suite: CheckSuite) {
  return {
    ...(await checkSuiteEvent(forge, repository, suite)),
    repository: simpleRepository(forge, repository),
  }
}

/** GitHub's `check-annotation`. */
export function annotationShape(forge: Forge, repository: Repository, run: CheckRun, one: Annotation) {
  return {
    path: one.path,
    start_line: one.startLine,
    end_line: one.endLine,
    start_column: one.startColumn,
    end_column: one.endColumn,
    annotation_level: one.level,
    title: one.title,
    message: one.message,
    raw_details: one.rawDetails,
    blob_href: `${repositoryPage(forge, repository)}/blob/${run.headSha}/${one.path}`,
  }
}
