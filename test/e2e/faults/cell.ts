// Owns one cell: the story under one fault, what came of it, and what must never be.
import { expect } from 'vitest'
import type { TaskState } from '../../../src/process/state.ts'
import { openQuick, type Quick, type QuickOptions } from '../../theatre/quick.ts'
import type { Cell } from './cells.ts'

/** Characters of the log that a failure shows. */
const LAST = 3000

const GREEN: QuickOptions = {}
const paths = new Map<QuickOptions, Promise<readonly string[]>>()

/** What could be struck from the moment at which the label is set, in order; the label itself is a person's. */
export function happyPath(options: QuickOptions = GREEN): Promise<readonly string[]> {
  const known = paths.get(options) ?? playPath(options)
  paths.set(options, known)
  return known
}

async function playPath(options: QuickOptions): Promise<readonly string[]> {
  const stage = await openQuick(options)
  try {
    const number = await stage.open()
    await stage.loopback.settled()
    const before = stage.loopback.faults.asked().length
    await stage.label(number)
    await stage.settle()
    const asked = stage.loopback.faults.asked().slice(before)
    return asked.filter((on) => on !== 'issues/add-labels')
  } finally {
    await stage.close()
  }
}

/** The story until nothing is left to do, under one fault from the label on; the number of its issue. */
async function playUnder(stage: Quick, setting: Cell['setting']): Promise<number> {
  const number = await stage.open()
  await stage.loopback.settled()
  stage.loopback.faults.add(setting)
  await stage.label(number)
  await stage.settle()
  stage.loopback.faults.clear()
  return number
}

export async function expectEnd({ setting, may, unseen }: Cell): Promise<void> {
  const stage = await openQuick()
  const log = (): string => stage.log().slice(-LAST)
  try {
    const number = await playUnder(stage, setting)
    if (setting.on.startsWith('webhook:')) await comeThrough(stage, number)
    const first = await stage.state(number)
    let asked = 0
    if (!isDone(first)) {
      const words = (await stage.said(number)).join('\n')
      expect(may, `it did not merge: ${tell(first)}\n${words}\n${log()}`).toBe('stop')
      // a person must be told, and be able to go on by what they are told
      expect(words, log()).toMatch(/`\/(?:retry|autopilot|reply)/)
      asked = 1
      await stage.say(number, first === undefined ? '/autopilot' : '/retry')
      await stage.settle()
    }
    const last = await stage.state(number)
    const said = await stage.said(number)
    expect(isDone(last), `it is lost: ${tell(last)}\n${said.join('\n')}\n${log()}`).toBe(true)
    const harm = await harmOf(stage, number, 1 + asked)
    const tolerated = (one: string): boolean => unseen === true && /^(?:checks:|1 envelopes left)/.test(one)
    expect(
      harm.filter((one) => !tolerated(one)),
      log(),
    ).toEqual([])
    expect((await stage.inbox.counts()).failed, log()).toBe(0)
  } finally {
    await stage.close()
  }
}

/** The repository's own check is red on what Autopilot made, so that its policy denies the merge. */
export const RED: QuickOptions = {
  async play({ attempt }, usual) {
    const result = await usual()
    const red = attempt.workflow.path.endsWith('ci.yml') && attempt.event.headBranch.startsWith('autopilot/')
    return red ? { ...result, conclusion: 'failure' } : result
  },
}

/** Under no fault is merged what the policy denies, nor is it tried; and the pull request says so. */
export async function expectDenied({ setting }: Cell): Promise<void> {
  const stage = await openQuick(RED)
  const log = (): string => stage.log().slice(-LAST)
  try {
    const number = await playUnder(stage, setting)
    await comeThrough(stage, number)
    expect(stage.loopback.faults.asked()).not.toContain('pulls/merge')
    const state = await stage.state(number)
    // a task that could not be begun is none
    expect(state?.merged ?? null, log()).toBeNull()
    const pull = state?.pull ?? undefined
    const head = pull?.head
    const policy = [...stage.repository.checkRuns.values()].filter(
      (check) => check.name === 'autopilot/policy' && check.headSha === head,
    )
    expect(
      policy.map((check) => check.conclusion),
      log(),
    ).toEqual(head === undefined ? [] : ['failure'])
    const goOn = state === undefined ? '`/autopilot`' : '`/retry`'
    if (pull === undefined) expect((await stage.said(number)).join('\n')).toContain(goOn)
    expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
  } finally {
    await stage.close()
  }
}

/** What a lost delivery meant is found once GitHub sends it again; what waits for the next one goes with that. */
async function comeThrough(stage: Quick, number: number): Promise<void> {
  await stage.say(number, 'Thank you.')
  await stage.settle()
  stage.redeliver()
  await stage.settle()
}

function isDone(state: TaskState | undefined): boolean {
  return state?.closed?.result === 'accepted'
}

function tell(state: TaskState | undefined): string {
  if (state === undefined) return 'there is no task'
  const { closed, lost, phase, pull } = state
  return JSON.stringify({ closed, lost, phase: phase?.phase, waiting: phase?.waiting, pull })
}

/** Everything that is there twice, or is left behind. `runs`: how often one was asked for at most. */
export async function harmOf(
  stage: Pick<Quick, 'repository' | 'loopback' | 'ana' | 'at'>,
  number: number,
  runs: number,
): Promise<string[]> {
  const { repository, loopback } = stage
  const harm: string[] = []
  const most = (what: string, found: number, allowed: number): void => {
    if (found > allowed) harm.push(`${found} ${what}`)
  }
  const ours = (login: string): boolean => login === 'autopilot[bot]'
  const keys = [...repository.comments.values()]
    .filter((comment) => ours(comment.author.login))
    .map((comment) => `comment ${/<!--.*?-->/.exec(comment.body)?.[0] ?? ''} on #${comment.issue}`)
  const checks = [...repository.checkRuns.values()]
    .filter((check) => check.app.slug === 'autopilot')
    .map((check) => `check ${check.name} at ${check.headSha.slice(0, 7)}`)
  for (const one of new Set([...keys, ...checks])) {
    most(`times ${one}`, [...keys, ...checks].filter((other) => other === one).length, 1)
  }
  const refs = await repository.git.refs('refs/')
  most('branches', refs.filter((ref) => ref.name.startsWith('refs/heads/autopilot/')).length, runs)
  most('envelopes left', refs.filter((ref) => ref.name.startsWith('refs/autopilot/')).length, 0)
  const pulls = [...repository.pulls.values()]
  most('pull requests', pulls.length, runs)
  const merged = pulls.filter((pull) => pull.merged !== undefined)
  if (merged.length !== 1) harm.push(`${merged.length} merges`)
  const dispatched = [...repository.runs.values()].filter((run) => run.event === 'workflow_dispatch')
  most('runs', dispatched.length, runs)
  const { data: commits } = await stage.ana.rest.repos.listCommits(stage.at)
  if (commits.length !== 2) harm.push(`${commits.length} commits on main`)
  const { data: issue } = await stage.ana.rest.issues.get({ ...stage.at, issue_number: number })
  if (issue.state !== 'closed') harm.push('the issue is open')
  const head = refs.find((ref) => ref.name === `refs/pull/${merged[0]?.number ?? 0}/head`)?.sha
  const shown = [...repository.checkRuns.values()].filter(
    (check) => check.app.slug === 'autopilot' && check.headSha === head,
  )
  const names = shown.map((check) => `${check.name} ${check.conclusion}`).toSorted((a, b) => (a < b ? -1 : 1))
  const wanted = ['council', 'plan', 'policy', 'quality'].map((kind) => `autopilot/${kind} success`)
  if (JSON.stringify(names) !== JSON.stringify(wanted)) harm.push(`checks: ${names.join(', ')}`)
  return [...harm, ...loopback.oracle.counts().unvalidated]
}
