// Owns what tests of conversations share: a small repository on a GitHub of its own, and what people see and do there.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import type { Octokit } from '@octokit/rest'
import { rerequestRun, rerequestSuite } from '../../loopback/checks/runs.ts'
import { filesBelow, openTheatre, type Theatre, type TheatreOptions } from '../../theatre/theatre.ts'
import { scratchFolder } from '../autopilot.ts'
import { makeTiny } from '../tiny-repository.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** A check of the repository's own, as short as one can be: green on branches, red on what is merged. */
const CI = `name: CI
on: [push, pull_request]
permissions: {}
jobs:
  smoke:
    runs-on: ubuntu-latest
    steps:
      - run: test "$GITHUB_REF" != refs/heads/main
`

/** Everything needs one person, whatever its tier. */
const POLICY = `schema: autopilot/policy@1
merge:
  mode: enforce
  method: squash
  tier_paths: []
  rules:
    - { id: own-pull, use: own-pull, with: { branch: autopilot/ } }
    - { id: not-fork, use: not-fork }
    - { id: base-branch, use: base-branch }
    - { id: not-draft, use: not-draft }
    - { id: ci, use: checks, with: { required: [{ name: smoke, app: github-actions }] } }
    - { id: approvals, use: approvals, with: { count: { 1: 1, 2: 1, 3: 1 } } }
    - { id: changes-requested, use: changes-requested }
    - { id: committers, use: committers }
    - { id: tree, use: tree }
    - { id: run, use: run }
    - { id: tests-kept, use: tests-kept }
    - { id: diff-caps, use: diff-caps }
    - { id: protected-paths, use: protected-paths }
    - { id: policy-unchanged, use: policy-unchanged }
    - { id: labels, use: labels, with: { forbid: [do-not-merge] } }
`

export interface Talk extends Theatre {
  /** Markdown of the issue, with the patch that mends it. */
  readonly issueText: string
  /** Opens the issue and labels it. */
  ask(): Promise<number>
  /** What the bot says there, without its hidden markers, oldest first. */
  said(number: number): Promise<string[]>
  hears(number: number, words: string | RegExp, ms?: number): Promise<string>
  comment(number: number, body: string, by?: Octokit): Promise<void>
  pull(): Promise<{ number: number; head: string; ref: string; state: string; merged: boolean } | undefined>
  /** Newest check run of each name on a commit: `title`, `conclusion ?? status`, and how many there are. */
  checks(sha: string): Promise<Record<string, { title: string; state: string; id: number; count: number }>>
  dispatches(): number
  /** The button on the page, which the API offers to Apps alone: of one check run of ours, or of all of a commit. */
  rerun(of: { check: number } | { sha: string }): Promise<void>
}

export async function openTalk(more: Partial<TheatreOptions> = {}): Promise<Talk> {
  const { folder, remove } = await scratchFolder()
  const { repo, issue } = await makeTiny(folder)
  const files = await filesBelow(repo)
  const issueText = await readFile(issue, 'utf8')
  const workflow = await readFile(join(ROOT, 'docs/workflows/autopilot-app.yml'), 'utf8')
  await remove()
  const theatre = await openTheatre({
    ...more,
    files: {
      ...files,
      '.github/workflows/ci.yml': CI,
      '.github/workflows/autopilot.yml': workflow,
      '.github/autopilot/policy.yml': POLICY,
      ...more.files,
    },
  })
  const seen = eyes(theatre, issueText)
  return {
    ...theatre,
    issueText,
    ...seen,
    async until(what, ask, ms) {
      try {
        return await theatre.until(what, ask, ms)
      } catch (error) {
        const last = (await seen.said(1))[0] ?? 'nothing was said'
        throw new Error(`${what}; the issue says:\n${last}`, { cause: error })
      }
    },
  }
}

type Eyes = Pick<Talk, 'ask' | 'said' | 'hears' | 'comment' | 'pull' | 'checks' | 'dispatches' | 'rerun'>

function eyes(theatre: Theatre, issueText: string): Eyes {
  const { ana, at, loopback, repository } = theatre
  const said: Talk['said'] = async (number) => {
    const { data } = await ana.rest.issues.listComments({ ...at, issue_number: number, per_page: 100 })
    return data
      .filter((one) => one.user?.login === 'autopilot[bot]')
      .map((one) => (one.body ?? '').replaceAll(/<!--.*?-->/g, '').trim())
  }
  return {
    said,
    async ask() {
      const [first = '', ...rest] = issueText.split('\n')
      const title = first.replace('# ', '')
      const { data } = await ana.rest.issues.create({ ...at, title, body: rest.join('\n').trim() })
      await ana.rest.issues.addLabels({ ...at, issue_number: data.number, labels: ['autopilot'] })
      return data.number
    },
    hears: (number, words, ms = 120_000) =>
      theatre.until(
        String(words),
        async () =>
          (await said(number)).find((one) =>
            typeof words === 'string' ? one.includes(words) : words.test(one),
          ),
        ms,
      ),
    async comment(number, body, by = ana) {
      await by.rest.issues.createComment({ ...at, issue_number: number, body })
    },
    async pull() {
      const { data } = await ana.rest.pulls.list({ ...at, state: 'all' })
      const [one] = data
      if (one === undefined) return undefined
      const { number, head, state, merged_at } = one
      return { number, head: head.sha, ref: head.ref, state, merged: merged_at !== null }
    },
    async checks(sha) {
      const { data } = await ana.rest.checks.listForRef({ ...at, ref: sha, filter: 'all', per_page: 100 })
      const found: Awaited<ReturnType<Talk['checks']>> = {}
      for (const run of data.check_runs.toSorted((a, b) => a.id - b.id)) {
        const count = (found[run.name]?.count ?? 0) + 1
        const state = run.conclusion ?? run.status
        found[run.name] = { title: run.output.title ?? '', state, id: run.id, count }
      }
      return found
    },
    async rerun(of) {
      const { forge } = loopback
      const { owner: sender } = repository
      const by = { sender, byJob: false }
      const run = 'check' in of ? repository.checkRuns.get(of.check) : undefined
      if (run !== undefined) return rerequestRun(forge, repository, run, by)
      const suite = [...repository.checkSuites.values()].find(
        (one) => 'sha' in of && one.headSha === of.sha && one.app.id === theatre.app.id,
      )
      if (suite === undefined) throw new Error('there are no checks to run again')
      return rerequestSuite(forge, repository, suite, by)
    },
    dispatches: () => loopback.oracle.operations()['actions/create-workflow-dispatch'] ?? 0,
  }
}
