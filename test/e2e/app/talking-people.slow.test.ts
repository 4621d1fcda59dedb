// People work on the branch too: nothing of theirs is overwritten, what was judged is told from what was not.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { needsTool } from '../../fakes/require-tool.ts'
import { FURTHER_PATCH } from '../tiny-repository.ts'
import { openTalk, type Talk } from './talk.ts'

// One theatre for all: each test begins where the one before it ends.
let talk: Talk
let issue: number
let pull: { number: number; head: string; ref: string }

beforeAll(async () => {
  talk = await openTalk()
  issue = await talk.ask()
}, 60_000)
afterAll(() => talk.close())

function headAfter(head: string): Promise<{ number: number; head: string; ref: string }> {
  return talk.until(
    `a head after ${head}`,
    async () => {
      const now = await talk.pull()
      return now !== undefined && now.head !== head ? now : undefined
    },
    150_000,
  )
}

/** By hand, as ana. */
async function commit(path: string, branch: string): Promise<void> {
  const { ana, at } = talk
  const there = await ana.rest.repos.getContent({ ...at, path, ref: branch }).catch(() => undefined)
  const sha = there !== undefined && 'sha' in there.data ? there.data.sha : undefined
  await ana.rest.repos.createOrUpdateFileContents({
    ...at,
    path,
    branch,
    message: path,
    content: Buffer.from('By hand.\n').toString('base64'),
    ...(sha === undefined ? {} : { sha }),
  })
}

test('a commit of a person on the branch is said on the pull request, and the policy denies what nobody judged', async (context) => {
  needsTool(context, 'bwrap')
  pull = await talk.until('a pull request', () => talk.pull(), 150_000)
  const judged = pull.head
  await talk.until('the decision', async () =>
    (await talk.checks(judged))['autopilot/policy']?.state === 'failure' ? true : undefined,
  )
  await commit('NOTES.md', pull.ref)
  pull = await headAfter(judged)
  const said = await talk.hears(pull.number, 'has a commit of ana that was not judged')
  expect(said).toContain(`\`${judged.slice(0, 7)}\``)
  expect(said).toContain(`\`${pull.head.slice(0, 7)}\``)
  const checks = await talk.until('the policy on the new head', async () => {
    const all = await talk.checks(pull.head)
    return all['autopilot/policy']?.state === 'failure' ? all : undefined
  })
  expect(checks['autopilot/policy']?.title).toContain('tree')
  expect(checks['autopilot/quality']?.title).toContain(`the head is no longer ${judged.slice(0, 7)}`)
}, 240_000)

test('words that no rule can do end in one question, and the branch stays', async (context) => {
  needsTool(context, 'bwrap')
  await talk.comment(pull.number, '/reply The greeting in `src/greet.js` should be warmer.')
  const question = await talk.hears(pull.number, 'Can a diff for the change')
  expect(question).toContain('@ana, to answer comment `/reply`')
  expect(await talk.hears(issue, 'Can a diff for the change')).toContain('waits for an answer')
  await talk.loopback.settled()
  const all = await talk.said(pull.number)
  expect(all.filter((one) => one.includes('Can a diff for the change'))).toHaveLength(1)
  expect((await talk.pull())?.head).toBe(pull.head)
}, 180_000)

test('a run that a person overtakes overwrites nothing, and /retry makes its change on top', async (context) => {
  needsTool(context, 'bwrap')
  await talk.comment(pull.number, `/reply Trim it.\n\n\`\`\`diff\n${FURTHER_PATCH}\`\`\``)
  await talk.until('its run', async () => (talk.dispatches() === 3 ? true : undefined))
  await commit('MORE.md', pull.ref)
  const overtaken = await headAfter(pull.head)
  await talk.hears(issue, /The branch .* is at .*, which this run did not make; nothing was overwritten/)
  await talk.hears(pull.number, 'has a commit of someone that was not judged')
  expect((await talk.pull())?.head).toBe(overtaken.head)
  await talk.comment(pull.number, '/retry')
  pull = await headAfter(overtaken.head)
  const { data: made } = await talk.ana.rest.git.getCommit({ ...talk.at, commit_sha: pull.head })
  expect(made.parents.map((one) => one.sha)).toEqual([overtaken.head])
  const { data: files } = await talk.ana.rest.pulls.listFiles({ ...talk.at, pull_number: pull.number })
  const names = ['MORE.md', 'NOTES.md', 'src/greet.js', 'test/greet.test.js']
  expect(files.map((one) => one.filename)).toEqual(names)
}, 300_000)

test('a conflict with the default branch is said once, with the ways out', async (context) => {
  needsTool(context, 'bwrap')
  await commit('src/greet.js', 'main')
  await talk.ana.rest.issues.update({ ...talk.at, issue_number: pull.number, title: 'Looked at' })
  const said = await talk.hears(pull.number, 'The change conflicts with main')
  expect(said).toContain('Resolve the conflict on the branch')
}, 60_000)

test('a pull request that a person closes ends the task, and both places say so', async (context) => {
  needsTool(context, 'bwrap')
  await talk.ana.rest.pulls.update({ ...talk.at, pull_number: pull.number, state: 'closed' })
  const said = await talk.hears(pull.number, 'The pull request was closed without a merge')
  expect(said).toContain('comment `/autopilot` on the issue')
  await talk.hears(issue, /Autopilot stopped: The pull request .* was closed without a merge/)
  expect(talk.loopback.oracle.counts().unvalidated).toEqual([])
}, 60_000)
