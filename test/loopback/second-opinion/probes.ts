// Owns the questions that both emulators are asked: App tokens, issues and checks, each answered with what a client saw.
import type { Octokit } from '@octokit/rest'

/** The same people, App and repositories on either side. */
export interface Witness {
  /** admin of acme */
  readonly ana: Octokit
  /** may read only */
  readonly eve: Octokit
  readonly nobody: Octokit
  readonly stranger: Octokit
  /** the App by its key */
  readonly app: Octokit
  /** the App as installed on acme: contents read, issues and checks write */
  readonly bot: Octokit
  readonly installationId: number
}

export interface Probe {
  readonly name: string
  ask(witness: Witness): Promise<unknown>
}

const widgets = { owner: 'acme', repo: 'widgets' } as const
const secret = { owner: 'acme', repo: 'secret' } as const

/** A status, or a status with what was read out of the reply. */
async function seen<T>(
  work: Promise<{ status: number; data: T }>,
  read?: (data: T) => unknown,
): Promise<unknown> {
  try {
    const { status, data } = await work
    return read === undefined ? status : { status, seen: read(data) }
  } catch (error) {
    return (error as { status?: number }).status ?? 'no reply'
  }
}

async function head(octokit: Octokit): Promise<string> {
  return (await octokit.rest.git.getRef({ ...widgets, ref: 'heads/main' })).data.object.sha
}

async function newIssue(octokit: Octokit): Promise<{ owner: string; repo: string; issue_number: number }> {
  const { data } = await octokit.rest.issues.create({ ...widgets, title: 'a question' })
  return { ...widgets, issue_number: data.number }
}

const TOKENS: readonly Probe[] = [
  { name: 'the App by its key', ask: ({ app }) => seen(app.rest.apps.getAuthenticated(), (d) => d?.slug) },
  { name: 'an unknown token', ask: ({ stranger }) => seen(stranger.rest.repos.get(widgets)) },
  {
    name: 'the installation on a repository',
    ask: ({ app }) => seen(app.rest.apps.getRepoInstallation(widgets), (d) => d.repository_selection),
  },
  {
    name: 'a token narrowed to one repository and permission',
    ask: ({ app, installationId }) =>
      seen(
        app.rest.apps.createInstallationAccessToken({
          installation_id: installationId,
          repositories: ['widgets'],
          permissions: { issues: 'read' },
        }),
        (d) => ({ selection: d.repository_selection, issues: d.permissions?.issues }),
      ),
  },
  {
    name: 'a token with more than was granted',
    ask: ({ app, installationId }) =>
      seen(
        app.rest.apps.createInstallationAccessToken({
          installation_id: installationId,
          permissions: { contents: 'write' },
        }),
      ),
  },
  {
    name: 'a token for an unknown repository',
    ask: ({ app, installationId }) =>
      seen(
        app.rest.apps.createInstallationAccessToken({
          installation_id: installationId,
          repositories: ['nowhere'],
        }),
      ),
  },
  {
    name: 'a token of an unknown installation',
    ask: ({ app }) => seen(app.rest.apps.createInstallationAccessToken({ installation_id: 999_999 })),
  },
  {
    name: 'what the App may not: a commit status',
    ask: async ({ bot, ana }) =>
      seen(bot.rest.repos.createCommitStatus({ ...widgets, sha: await head(ana), state: 'success' })),
  },
  { name: 'the App as a person', ask: ({ bot }) => seen(bot.rest.users.getAuthenticated()) },
  {
    name: 'a private repository without a token',
    ask: ({ nobody }) => seen(nobody.rest.repos.get(secret)),
  },
  { name: 'a private repository by a stranger', ask: ({ eve }) => seen(eve.rest.repos.get(secret)) },
]

const ISSUES: readonly Probe[] = [
  {
    name: 'an issue by the App',
    ask: ({ bot }) => seen(bot.rest.issues.create({ ...widgets, title: 'by the App' }), (d) => d.user?.type),
  },
  {
    name: 'an issue by a reader',
    ask: ({ eve }) => seen(eve.rest.issues.create({ ...widgets, title: 'q' })),
  },
  {
    name: 'an issue without a token',
    ask: ({ nobody }) => seen(nobody.rest.issues.create({ ...widgets, title: 'q' })),
  },
  {
    name: 'an issue that is not there',
    ask: ({ ana }) => seen(ana.rest.issues.get({ ...widgets, issue_number: 9999 })),
  },
  {
    name: 'closing an issue',
    ask: async ({ ana }) =>
      seen(ana.rest.issues.update({ ...(await newIssue(ana)), state: 'closed' }), (d) => [
        d.state,
        d.state_reason,
      ]),
  },
  {
    name: 'closing by a reader',
    ask: async ({ ana, eve }) => seen(eve.rest.issues.update({ ...(await newIssue(ana)), state: 'closed' })),
  },
  {
    name: 'a label of the repository, twice',
    ask: async ({ ana }) => [
      await seen(ana.rest.issues.createLabel({ ...widgets, name: 'twice', color: 'ff0000' })),
      await seen(ana.rest.issues.createLabel({ ...widgets, name: 'twice', color: 'ff0000' })),
    ],
  },
  {
    name: 'labelling by a reader',
    ask: async ({ ana, eve }) =>
      seen(eve.rest.issues.addLabels({ ...(await newIssue(ana)), labels: ['bug'] })),
  },
  {
    name: 'labelling with an unknown label',
    ask: async ({ ana }) =>
      seen(ana.rest.issues.addLabels({ ...(await newIssue(ana)), labels: ['never seen'] }), (d) =>
        d.map((label) => label.name),
      ),
  },
  {
    name: 'taking off a label that is not on',
    ask: async ({ ana }) => seen(ana.rest.issues.removeLabel({ ...(await newIssue(ana)), name: 'bug' })),
  },
  {
    name: 'a comment, edited and deleted',
    ask: async ({ ana }) => {
      const issue = await newIssue(ana)
      const { data } = await ana.rest.issues.createComment({ ...issue, body: 'one' })
      const comment = { ...widgets, comment_id: data.id }
      return [
        await seen(ana.rest.issues.updateComment({ ...comment, body: 'two' }), (d) => d.body),
        await seen(ana.rest.issues.deleteComment(comment)),
        await seen(ana.rest.issues.getComment(comment)),
      ]
    },
  },
  {
    name: 'a comment on an issue that is not there',
    ask: ({ ana }) => seen(ana.rest.issues.createComment({ ...widgets, issue_number: 9999, body: 'x' })),
  },
  {
    name: 'a comment on a locked issue by a reader',
    ask: async ({ ana, eve }) => {
      const issue = await newIssue(ana)
      await ana.rest.issues.lock(issue)
      return seen(eve.rest.issues.createComment({ ...issue, body: 'x' }))
    },
  },
  {
    name: 'what the author may: permission of a collaborator',
    ask: ({ ana }) =>
      seen(
        ana.rest.repos.getCollaboratorPermissionLevel({ ...widgets, username: 'eve' }),
        (d) => d.permission,
      ),
  },
]

const CHECKS: readonly Probe[] = [
  {
    name: 'a check run by the App',
    ask: async ({ bot, ana }) =>
      seen(bot.rest.checks.create({ ...widgets, name: 'one', head_sha: await head(ana) }), (d) => d.status),
  },
  {
    name: 'a check run by a person',
    ask: async ({ ana }) =>
      seen(ana.rest.checks.create({ ...widgets, name: 'one', head_sha: await head(ana) })),
  },
  {
    name: 'a conclusion completes a run',
    ask: async ({ bot, ana }) => {
      const { data } = await bot.rest.checks.create({ ...widgets, name: 'two', head_sha: await head(ana) })
      const update = { ...widgets, check_run_id: data.id, conclusion: 'success' as const }
      return seen(bot.rest.checks.update(update), (d) => [d.status, d.conclusion, d.completed_at !== null])
    },
  },
  {
    name: 'a completed run without a conclusion',
    ask: async ({ bot, ana }) =>
      seen(
        bot.request('POST /repos/{owner}/{repo}/check-runs', {
          ...widgets,
          name: 'three',
          head_sha: await head(ana),
          status: 'in_progress',
        }),
        (d) => d.conclusion,
      ),
  },
  {
    name: 'a suite of a push',
    ask: async ({ bot, ana }) =>
      seen(bot.rest.checks.listSuitesForRef({ ...widgets, ref: await head(ana) }), (d) => d.total_count > 0),
  },
]

export const PROBES: readonly Probe[] = [...TOKENS, ...ISSUES, ...CHECKS]
