// Owns the story: from an App's token to a protected merge, told by Octokit and git alone, each step with its check.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Octokit } from '@octokit/rest'
import type { Cast } from './cast.ts'
import { at, git, inClone, known, refused } from './telling.ts'

export interface Chapter {
  readonly title: string
  /** what a reader of the terminal sees beside the title */
  tell(cast: Cast, memory: Memory): Promise<string>
}

/** What earlier chapters leave for later ones. */
export interface Memory {
  bot?: Octokit
  issue?: number
  head?: string
  pull?: number
  checkRun?: number
  merge?: string
}

const BRANCH = 'autopilot/sum'
const CHECK = 'story/policy'

export const CHAPTERS: readonly Chapter[] = [
  {
    title: 'App token',
    async tell(cast, memory) {
      const { data: self } = await cast.app.rest.apps.getAuthenticated()
      const { data: installation } = await cast.app.rest.apps.getRepoInstallation(at(cast))
      memory.bot = cast.installed(installation.id)
      const { data: seen } = await memory.bot.rest.apps.listReposAccessibleToInstallation()
      assert.deepEqual(
        seen.repositories.map((repository) => repository.full_name),
        ['acme/widgets'],
      )
      return `${self?.slug} on ${seen.repositories[0]?.full_name}`
    },
  },
  {
    title: 'issue',
    async tell(cast, memory) {
      const { data } = await cast.eve.rest.issues.create({
        ...at(cast),
        title: 'sum subtracts',
        body: 'sum(2, 1) gives 1.',
      })
      memory.issue = data.number
      return `#${data.number} by ${data.user?.login}`
    },
  },
  {
    title: 'label',
    async tell(cast, memory) {
      const issue = { ...at(cast), issue_number: known(memory.issue) }
      assert.equal(await refused(cast.eve.rest.issues.addLabels({ ...issue, labels: ['autopilot'] })), 403)
      await cast.ana.rest.issues.createLabel({ ...at(cast), name: 'autopilot', color: '0e8a16' })
      await cast.ana.rest.issues.addLabels({ ...issue, labels: ['autopilot'] })
      const bot = known(memory.bot)
      const { data: may } = await bot.rest.repos.getCollaboratorPermissionLevel({
        ...at(cast),
        username: 'ana',
      })
      await bot.rest.issues.createComment({ ...issue, body: 'Working on this.' })
      return `by ana, who has ${may.permission}; a reader was refused`
    },
  },
  {
    title: 'branch by git data',
    async tell(cast, memory) {
      const { rest } = known(memory.bot)
      const { data: main } = await rest.git.getRef({ ...at(cast), ref: 'heads/main' })
      const { data: base } = await rest.git.getCommit({ ...at(cast), commit_sha: main.object.sha })
      const { data: blob } = await rest.git.createBlob({
        ...at(cast),
        content: 'export const sum = (a, b) => a + b\n',
      })
      const { data: tree } = await rest.git.createTree({
        ...at(cast),
        base_tree: base.tree.sha,
        tree: [{ path: 'src/sum.js', mode: '100644', type: 'blob', sha: blob.sha }],
      })
      const { data: commit } = await rest.git.createCommit({
        ...at(cast),
        message: 'Sum adds\n',
        tree: tree.sha,
        parents: [base.sha],
      })
      assert.equal(commit.verification.verified, true)
      await rest.git.createRef({ ...at(cast), ref: `refs/heads/${BRANCH}`, sha: commit.sha })
      memory.head = commit.sha
      return `${BRANCH} at ${commit.sha.slice(0, 7)}, Verified`
    },
  },
  {
    title: 'pull request',
    async tell(cast, memory) {
      const { rest } = known(memory.bot)
      const wanted = { ...at(cast), head: BRANCH, base: 'main' }
      const { data } = await rest.pulls.create({
        ...wanted,
        title: 'Sum adds',
        body: `Closes #${known(memory.issue)}`,
        draft: true,
      })
      memory.pull = data.number
      assert.equal(await refused(rest.pulls.create({ ...wanted, title: 'Again' })), 422)
      const { data: files } = await rest.pulls.listFiles({ ...at(cast), pull_number: data.number })
      assert.deepEqual(
        files.map((file) => [file.filename, file.additions, file.deletions]),
        [['src/sum.js', 1, 1]],
      )
      await known(memory.bot).graphql(
        'mutation ($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }',
        { id: data.node_id },
      )
      return `#${data.number}, a draft and then ready; a second one was refused`
    },
  },
  {
    title: 'a person pushes',
    tell: (cast, memory) =>
      inClone(cast, async (clone) => {
        await git(clone, 'checkout', '--quiet', BRANCH)
        await writeFile(join(clone, 'CHANGELOG.md'), '- sum adds\n')
        await git(clone, 'add', '--all')
        await git(clone, 'commit', '--quiet', '--message', 'Changelog')
        const stale = await git(
          clone,
          'push',
          `--force-with-lease=${BRANCH}:${'1'.repeat(40)}`,
          'origin',
          BRANCH,
        )
        assert.notEqual(stale.code, 0)
        const pushed = await git(clone, 'push', '--quiet', 'origin', BRANCH)
        assert.equal(pushed.code, 0, pushed.text)
        memory.head = (await git(clone, 'rev-parse', 'HEAD')).text.trim()
        const pull = await cast.ana.rest.pulls.get({ ...at(cast), pull_number: known(memory.pull) })
        assert.equal(pull.data.head.sha, memory.head)
        return `the head is ${memory.head.slice(0, 7)}; a stale lease was refused`
      }),
  },
  {
    title: 'protection',
    async tell(cast) {
      await cast.ana.rest.repos.updateBranchProtection({
        ...at(cast),
        branch: 'main',
        required_status_checks: {
          strict: true,
          contexts: [],
          checks: [{ context: CHECK, app_id: cast.appId }],
        },
        enforce_admins: true,
        required_pull_request_reviews: { required_approving_review_count: 1, dismiss_stale_reviews: true },
        restrictions: null,
      })
      const text = await inClone(cast, async (clone) => {
        await git(clone, 'commit', '--quiet', '--allow-empty', '--message', 'Past the rules')
        const pushed = await git(clone, 'push', 'origin', 'main')
        assert.notEqual(pushed.code, 0)
        return pushed.text
      })
      assert.match(text, /protected branch/i)
      return 'one check pinned to the App, one approval; a push to main was refused'
    },
  },
  {
    title: 'checks',
    async tell(cast, memory) {
      const { rest } = known(memory.bot)
      const head_sha = known(memory.head)
      assert.equal(await refused(cast.ana.rest.checks.create({ ...at(cast), name: CHECK, head_sha })), 403)
      const { data: run } = await rest.checks.create({
        ...at(cast),
        name: CHECK,
        head_sha,
        status: 'in_progress',
      })
      memory.checkRun = run.id
      const annotations = [
        {
          path: 'src/sum.js',
          start_line: 1,
          end_line: 1,
          annotation_level: 'notice' as const,
          message: 'Covered by one test.',
        },
      ]
      await rest.checks.update({
        ...at(cast),
        check_run_id: run.id,
        conclusion: 'success',
        output: {
          title: 'Policy allows the merge',
          summary: '| rule | |\n|---|---|\n| checks | ✓ |',
          annotations,
        },
      })
      const { data: listed } = await rest.checks.listForRef({ ...at(cast), ref: head_sha })
      assert.deepEqual(
        listed.check_runs.map((check) => [check.name, check.conclusion, check.output.annotations_count]),
        [[CHECK, 'success', 1]],
      )
      return `${CHECK} success with 1 annotation; a person was refused`
    },
  },
  {
    title: 'review',
    async tell(cast, memory) {
      const pull = { ...at(cast), pull_number: known(memory.pull) }
      const early = await refused(cast.ana.rest.pulls.merge({ ...pull, sha: known(memory.head) }))
      assert.equal(early, 405)
      const own = known(memory.bot).rest.pulls.createReview({ ...pull, event: 'APPROVE' })
      assert.equal(await refused(own), 422)
      await cast.ben.rest.pulls.createReview({ ...pull, event: 'APPROVE', commit_id: known(memory.head) })
      return 'ben approves; before it the merge was refused, and so was the author'
    },
  },
  {
    title: 'protected merge',
    async tell(cast, memory) {
      const { rest } = known(memory.bot)
      const pull = { ...at(cast), pull_number: known(memory.pull) }
      assert.equal(await refused(rest.pulls.merge({ ...pull, sha: '1'.repeat(40) })), 409)
      const { data } = await rest.pulls.merge({ ...pull, sha: known(memory.head), merge_method: 'squash' })
      memory.merge = data.sha
      const { data: issue } = await rest.issues.get({ ...at(cast), issue_number: known(memory.issue) })
      assert.equal(issue.state, 'closed')
      await rest.git.deleteRef({ ...at(cast), ref: `heads/${BRANCH}` })
      await inClone(cast, async (clone) => {
        const head = await git(clone, 'rev-parse', 'HEAD')
        assert.equal(head.text.trim(), data.sha)
        return ''
      })
      return `squashed as ${data.sha.slice(0, 7)}; #${issue.number} closed; a stale sha was refused`
    },
  },
  {
    title: 'webhooks',
    async tell(cast) {
      await cast.loopback.settled()
      const told = cast.receiver.names()
      assert.ok(cast.receiver.hooks.every((hook) => hook.signed))
      for (const [earlier, later] of ORDER) {
        const [a, b] = [told.indexOf(earlier), told.indexOf(later)]
        assert.ok(a !== -1 && b !== -1 && a < b, `${earlier} before ${later} in ${told.join(' ')}`)
      }
      return `${told.length} deliveries, all signed, in the order of the story`
    },
  },
]

/** What must have been told, and what came first. */
const ORDER: readonly (readonly [string, string])[] = [
  ['installation.created', 'issues.opened'],
  ['issues.opened', 'label.created'],
  ['label.created', 'issues.labeled'],
  ['issues.labeled', 'issue_comment.created'],
  ['issue_comment.created', 'create'],
  ['create', 'pull_request.opened'],
  ['push', 'pull_request.opened'],
  ['check_suite.requested', 'pull_request.opened'],
  ['pull_request.opened', 'pull_request.ready_for_review'],
  ['pull_request.ready_for_review', 'pull_request.synchronize'],
  ['pull_request.synchronize', 'check_run.created'],
  ['check_run.created', 'check_run.completed'],
  ['check_run.completed', 'pull_request_review.submitted'],
  ['pull_request_review.submitted', 'pull_request.closed'],
  ['pull_request.closed', 'delete'],
  ['pull_request_review.submitted', 'issues.closed'],
]
