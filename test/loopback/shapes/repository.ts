// Owns how a repository looks in replies and webhooks: in short, in full, and as an event carries it.
import type { Forge } from '../forge.ts'
import type { Account } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'
import { atLeast, roleOf } from '../world/roles.ts'
import { simpleUser } from './account.ts'
import { nodeId } from './node-id.ts'

const ADDRESSES = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
  hooks_url: '/hooks',
} as const

export const repositoryUrl = (forge: Forge, repository: Repository) =>
  `${forge.api}/repos/${fullName(repository)}`
export const repositoryPage = (forge: Forge, repository: Repository) =>
  `${forge.origin}/${fullName(repository)}`

/** GitHub's `simple-repository`, which check suites and runs carry. */
export function simpleRepository(forge: Forge, repository: Repository) {
  const url = repositoryUrl(forge, repository)
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    owner: simpleUser(forge, repository.owner),
    html_url: repositoryPage(forge, repository),
    description: repository.description,
    fork: repository.fork !== undefined,
    url,
    ...(Object.fromEntries(
      Object.entries(ADDRESSES).map(([name, path]) => [name, `${url}${path}`]),
    ) as Record<keyof typeof ADDRESSES, string>),
  }
}

function openIssues(repository: Repository): number {
  return [...repository.issues.values()].filter((issue) => issue.state === 'open').length
}

/** What GitHub's `repository` has; webhooks and pull requests carry it. */
export function repositoryShape(forge: Forge, repository: Repository) {
  const page = repositoryPage(forge, repository)
  const forks = [...forge.world.repositories.values()].filter((r) => r.fork?.parent.id === repository.id)
  const open = openIssues(repository)
  return {
    ...simpleRepository(forge, repository),
    git_url: page.replace(/^http/, 'git') + '.git',
    ssh_url: `git@127.0.0.1:${fullName(repository)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: repository.homepage,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: repository.settings.hasIssues,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: forks.length,
    archived: repository.archived,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    forks: forks.length,
    open_issues: open,
    watchers: 0,
    default_branch: repository.defaultBranch,
    created_at: repository.createdAt,
    updated_at: repository.updatedAt,
    pushed_at: repository.pushedAt,
  }
}

/** What the asker may, as replies to a signed-in person say it. */
function permissionsOf(forge: Forge, repository: Repository, account: Account) {
  const role = roleOf(forge.world, account, repository)
  return {
    admin: atLeast(role, 'admin'),
    maintain: atLeast(role, 'maintain'),
    push: atLeast(role, 'write'),
    triage: atLeast(role, 'triage'),
    pull: true,
  }
}

/** GitHub's `full-repository`; merge settings are shown to those who may push. */
export function fullRepository(
  forge: Forge,
  repository: Repository,
  asker: { readonly account?: Account; readonly seesSettings: boolean },
) {
  const { settings } = repository
  return {
    ...repositoryShape(forge, repository),
    ...(asker.account === undefined ? {} : { permissions: permissionsOf(forge, repository, asker.account) }),
    ...(asker.seesSettings
      ? {
          allow_squash_merge: settings.allowSquashMerge,
          allow_merge_commit: settings.allowMergeCommit,
          allow_rebase_merge: settings.allowRebaseMerge,
          allow_auto_merge: settings.allowAutoMerge,
          delete_branch_on_merge: settings.deleteBranchOnMerge,
          allow_update_branch: false,
          use_squash_pr_title_as_default: false,
          squash_merge_commit_message: 'COMMIT_MESSAGES',
          squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
          merge_commit_message: 'PR_TITLE',
          merge_commit_title: 'MERGE_MESSAGE',
        }
      : {}),
    ...(repository.fork === undefined
      ? {}
      : {
          parent: repositoryShape(forge, repository.fork.parent),
          source: repositoryShape(forge, repository.fork.parent),
        }),
    network_count: 0,
    subscribers_count: 0,
  }
}
