// The pull request is there, and people talk: approvals, a review with a patch, a second commit, Re-run, the merge.
import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { needsTool } from '../../fakes/require-tool.ts'
import { FURTHER_PATCH } from '../tiny-repository.ts'
import { openTalk, type Talk } from './talk.ts'

// One theatre for all: each test begins where the one before it ends.
let talk: Talk
let ben: Octokit
let issue: number
let pull: { number: number; head: string; ref: string }

beforeAll(async () => {
  talk = await openTalk()
  ben = talk.person('ben', 'write')
  issue = await talk.ask()
}, 60_000)
afterAll(() => talk.close())

/** The policy's word on a head, once it is final. */
function policy(sha: string, title: RegExp): Promise<string> {
  return talk.until(
    `the policy on ${sha}: ${title}`,
    async () => {
      const check = (await talk.checks(sha))['autopilot/policy']
      return check !== undefined && title.test(check.title) ? check.title : undefined
    },
    120_000,
  )
}

async function opened(): Promise<{ number: number; head: string; ref: string }> {
  return talk.until('a pull request', () => talk.pull(), 150_000)
}

test('an approval by a reader is refused, one by a writer counts for the head', async (context) => {
  needsTool(context, 'bwrap')
  pull = await opened()
  const label = { name: 'do-not-merge', description: 'Holds a merge' }
  await talk.ana.rest.issues.createLabel({ ...talk.at, ...label })
  await talk.ana.rest.issues.addLabels({ ...talk.at, issue_number: pull.number, labels: ['do-not-merge'] })
  await policy(pull.head, /^Denied by 2 of \d+ rules: approvals, labels$/)
  await talk.comment(pull.number, '/approve', talk.eve)
  expect(await talk.hears(pull.number, 'eve may not ask for this here')).toContain('the role read')
  await talk.comment(pull.number, '/approve', ben)
  expect(await talk.hears(pull.number, 'ben approves the change')).toContain(pull.head.slice(0, 7))
  await policy(pull.head, /^Denied by 1 of \d+ rules: labels$/)
}, 240_000)

test('a review with comments is one turn and one run: a second commit, judged anew, without the approval', async (context) => {
  needsTool(context, 'bwrap')
  const patch = `Like this:\n\n\`\`\`diff\n${FURTHER_PATCH}\`\`\``
  const comments = [
    { path: 'src/greet.js', line: 3, side: 'RIGHT', body: `Trim the name.\n\n${patch}` },
    { path: 'src/greet.js', line: 2, side: 'RIGHT', body: 'Keep this line.' },
  ]
  const review = { ...talk.at, pull_number: pull.number, commit_id: pull.head }
  // a reader's is talk between people
  await talk.eve.rest.pulls.createReview({ ...review, event: 'REQUEST_CHANGES', body: 'Use tabs.' })
  await ben.rest.pulls.createReview({ ...review, event: 'REQUEST_CHANGES', body: 'One thing.', comments })
  const taken = await talk.hears(pull.number, 'A new run starts with what ben said')
  expect(taken).toContain('src/greet.js:3: Trim the name.')
  expect(taken).toContain('src/greet.js:2: Keep this line.')
  expect(taken).toContain('Its patch is what the run applies')
  const voided = await talk.until('void checks', async () => {
    const checks = await talk.checks(pull.head)
    return checks['autopilot/policy']?.state === 'queued' ? checks : undefined
  })
  for (const kind of ['plan', 'quality', 'council', 'policy']) {
    expect(voided[`autopilot/${kind}`]?.title).toMatch(/^Void: /)
  }
  const next = await talk.until(
    'a second commit',
    async () => {
      const now = await talk.pull()
      return now !== undefined && now.head !== pull.head ? now : undefined
    },
    150_000,
  )
  expect(next.number).toBe(pull.number)
  const { data: commits } = await talk.ana.rest.pulls.listCommits({ ...talk.at, pull_number: pull.number })
  expect(commits.map((one) => one.sha)).toEqual([pull.head, next.head])
  expect(talk.dispatches()).toBe(2)
  await policy(next.head, /^Denied by 3 of \d+ rules: approvals, changes-requested, labels$/)
  const checks = await talk.checks(next.head)
  for (const kind of ['plan', 'quality', 'council']) {
    expect(checks[`autopilot/${kind}`]?.state).toBe('success')
  }
  expect((await talk.said(pull.number)).some((one) => one.includes('eve'))).toBe(true)
  expect((await talk.said(pull.number)).filter((one) => one.includes('what eve said'))).toEqual([])
  pull = next
}, 300_000)

test('Re-run on a check of ours reports it once more, and on the suite all of them', async (context) => {
  needsTool(context, 'bwrap')
  const before = await talk.checks(pull.head)
  await talk.rerun({ check: before['autopilot/policy']?.id ?? 0 })
  const once = await talk.until('a second policy check', async () => {
    const now = await talk.checks(pull.head)
    return now['autopilot/policy']?.count === 2 && now['autopilot/policy'].state === 'failure'
      ? now
      : undefined
  })
  expect(once['autopilot/quality']?.count).toBe(1)
  await talk.rerun({ sha: pull.head })
  await talk.until('all checks once more', async () => {
    const now = await talk.checks(pull.head)
    const all = ['plan', 'quality', 'council', 'policy'].map((kind) => now[`autopilot/${kind}`]?.count)
    return all.join() === '2,2,2,3' ? true : undefined
  })
}, 120_000)

test('once the same person approves the new head and nothing forbids it, the policy merges', async (context) => {
  needsTool(context, 'bwrap')
  await talk.comment(pull.number, '/approve', ben)
  await policy(pull.head, /^Denied by 1 of \d+ rules: labels$/)
  await talk.ana.rest.issues.removeLabel({ ...talk.at, issue_number: pull.number, name: 'do-not-merge' })
  await talk.until(
    'the merge',
    async () => ((await talk.pull())?.merged === true ? true : undefined),
    120_000,
  )
  expect(await talk.hears(issue, `**#${pull.number} is merged**`)).toContain('as the policy allows')
  const { data } = await talk.ana.rest.issues.get({ ...talk.at, issue_number: issue })
  expect(data.state).toBe('closed')
  const main = await talk.ana.rest.repos.getContent({ ...talk.at, path: 'src/greet.js' })
  const text = 'content' in main.data ? Buffer.from(main.data.content, 'base64').toString() : ''
  expect(text).toContain('name.trim()')
}, 180_000)

test('a default branch that is red after the merge is said on both pages, to who asked', async (context) => {
  needsTool(context, 'bwrap')
  const said = await talk.hears(pull.number, 'main is red after this merge')
  expect(said).toContain('`smoke`. None of them failed before the merge')
  expect(said).toContain('git revert')
  expect(said).toContain('For @ana')
  expect(await talk.hears(issue, '✗ After the merge main at')).toContain('is red: smoke')
  expect(talk.loopback.oracle.counts().unvalidated).toEqual([])
}, 60_000)
