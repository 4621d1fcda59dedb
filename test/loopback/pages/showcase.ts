// Owns a small world for the tests of the pages: an issue, a bot's pull request with reviews and checks, a workflow run.
import { commitFiles } from '../git/fixture.ts'
import type { Loopback } from '../loopback.ts'
import { addPull } from '../new-records.ts'
import type { Account } from '../world/accounts.ts'
import type { CheckRun } from '../world/checks.ts'
import type { Issue } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import type { WorkflowRun } from '../world/runs.ts'
import { makeRecords } from './showcase-records.ts'
import { furnishRun } from './showcase-run.ts'

const BEFORE = `export function sum(numbers) {
  let total = 0
  for (let at = 1; at < numbers.length; at++) {
    total += numbers[at]
  }
  return total
}
`
const AFTER = `export function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}
`

export const ISSUE_BODY = `\`sum([1, 2, 3])\` gives **5**, and I expected \`6\`.

<script>document.title = 'taken over'; window.ran = true</script>
<img src=x onerror="document.title = 'taken over'">

- [x] seen with \`2.1.0\`
- [ ] seen with \`main\`

See [a page](javascript:alert(1)) and @ana, or #2.
`

const PULL_BODY = `<!-- widgets-bot: plan 7 -->
Closes #1. The loop began at the second number, so the first was never added.

| criterion | shown by | result |
|:--|:--|--:|
| the first number counts | \`test/sum.test.js\` | passes |
| an empty list gives 0 | \`test/sum.test.js\` | passes |

> [!WARNING]
> \`average\` in \`src/average.js\` depends on the old result and was corrected by the caller.

<details><summary>How it was measured</summary>

1. The new test fails on \`main\`.
2. It passes on this branch.

\`\`\`diff
- expected 6, received 5
+ expected 6, received 6
\`\`\`

</details>
`

const SUMMARY = `One gate needs a decision: the API changed.

| gate | result |
|---|---|
| tests | 14 passed |
| coverage of changed lines | 100 % |
| API | **one export changed** |
`

export interface Showcase {
  readonly repository: Repository
  readonly issue: Issue
  readonly pull: Issue
  readonly run: WorkflowRun
  readonly check: CheckRun
}

export async function furnishShowcase(loopback: Loopback): Promise<Showcase> {
  const { forge } = loopback
  const { world } = forge
  const [ana, ben, eve] = ['ana', 'ben', 'eve'].map((login) => loopback.user(login).account) as [
    Account,
    Account,
    Account,
  ]
  loopback.organization('acme', { ana: 'admin' })
  const repository = await loopback.repository({
    owner: 'acme',
    name: 'widgets',
    description: 'Small sums, done well',
    private: true,
    files: { 'src/sum.js': BEFORE, 'README.md': '# Widgets\n' },
    collaborators: { ben: 'write' },
  })
  const { app } = loopback.app({ slug: 'widgets-bot', name: 'Widgets bot', permissions: {}, events: [] })
  const actions = [...world.apps.values()].find(({ slug }) => slug === 'github-actions') ?? app
  const records = makeRecords(forge, repository)
  const { now, tell, say, open, suite, checkRun, annotation, review, remark } = records
  const issue = open(eve, 'sum leaves out the first number <b>always</b>', ISSUE_BODY)
  issue.labels.push('bug', 'good first issue', 'wontfix')
  issue.assignees.push(ana)
  tell(1, ana, 'labeled', { label: { name: 'bug', color: 'd73a4a' } })
  tell(1, ana, 'assigned', { assignee: ana })
  const asked = say(1, app.bot, '**Plan**: correct the loop, and add a test of the first number.', {
    via: app,
  })
  repository.reactions.set(1, {
    id: 1,
    on: { kind: 'issue_comment', id: asked },
    content: '+1',
    account: ana,
    createdAt: now(),
  })
  say(1, eve, 'Same here, see ' + 'https://widgets.example.test/'.padEnd(180, 'long-address'), {
    minimized: 'OFF_TOPIC',
  })

  const base = (await repository.git.ref('refs/heads/main'))?.sha ?? ''
  const head = await commitFiles(
    repository.git,
    'bot/sum',
    {
      'src/sum.js': AFTER,
      'test/sum.test.js': "test('the first number counts', () => {})\n",
      'logo.png': '\0',
    },
    { from: base, message: 'Add every number\n\nThe loop began at 1.' },
  )
  const opened = open(app.bot, 'Add every number', PULL_BODY)
  addPull(forge, repository, {
    number: opened.number,
    headRef: 'bot/sum',
    requestedReviewers: [ana],
    lastPusher: app.bot,
  })
  await repository.git.syncPullRef({ number: opened.number, head })
  tell(2, app.bot, 'review_requested', { reviewRequested: ana })
  repository.protections.set('main', {
    id: world.nextId(),
    branch: 'main',
    createdAt: now(),
    requiredChecks: {
      strict: false,
      checks: [
        { context: 'gates', appId: app.id },
        { context: 'licence', appId: null },
      ],
    },
    requiredReviews: {
      count: 1,
      dismissStale: false,
      codeOwners: false,
      lastPushApproval: false,
      dismissers: undefined,
    },
    enforceAdmins: false,
    requiredLinearHistory: false,
    requiredConversationResolution: true,
    allowForcePushes: false,
    allowDeletions: false,
    restrictions: undefined,
    mergeQueue: false,
    locked: false,
  })

  const own = suite(app, head)
  const check = checkRun(own, 'gates', {
    conclusion: 'failure',
    output: {
      title: '2 of 3 gates passed',
      summary: SUMMARY,
      text: 'The export `sum` now takes <u>any</u> list.\n\n<details open><summary>Report</summary>\n\n- `sum`: changed\n\n</details>',
    },
    annotations: [
      annotation('src/sum.js', 2, 'reduce visits holes of sparse lists differently.', {
        title: 'Behaviour of sparse lists',
        rawDetails: 'sum([1, , 3])\n  before: NaN\n  after: 4',
      }),
      annotation('README.md', 1, 'The README does not mention empty lists.', { level: 'notice' }),
    ],
    actions: [{ label: 'Accept', description: 'Accept the change of the API', identifier: 'accept' }],
  })
  checkRun(own, 'refinement', { status: 'in_progress', conclusion: null, completedAt: null })

  const refused = review(ben, 'CHANGES_REQUESTED', head, 'One thing about sparse lists, then this is good.')
  const first = remark(
    refused,
    'Does this skip holes?\n\n```suggestion\n  return numbers.flat().reduce(add, 0)\n```',
  )
  remark(review(app.bot, 'COMMENTED', head), 'It does, as before. A test shows it now.', {
    inReplyTo: first.id,
  })
  remark(review(ana, 'APPROVED', head), 'A better name would be `values`.', { line: null, resolvedBy: ana })

  const run = furnishRun(forge, { repository, records, actions, app, head })
  return { repository, issue, pull: opened, run, check }
}
