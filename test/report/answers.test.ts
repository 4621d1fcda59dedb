// Owns the proof of every answer: what happened, why, what to do; harmless whatever the texts; in the voice of the house.
import { describe, expect, test } from 'vitest'
import type { RunOutcome } from '../../src/contracts/outcome.ts'
import * as asked from '../../src/report/answers/asked.ts'
import * as people from '../../src/report/answers/people.ts'
import * as pulls from '../../src/report/answers/pulls.ts'
import * as runs from '../../src/report/answers/runs.ts'
import * as setup from '../../src/report/answers/setup.ts'
import * as workflow from '../../src/report/answers/workflow.ts'
import { MOST_BODY } from '../../src/report/comment.ts'
import { byteLength } from '../../src/report/markdown.ts'
import type { Notice } from '../../src/report/notice.ts'
import { renderNotice } from '../../src/report/notice.ts'
import { NASTY, expectHarmless, flood } from './hostile.ts'
import { HEAD, QUALITY, verdict } from './samples.ts'

const SHA = 'ab12'.repeat(10)

function question(t: string): Extract<RunOutcome, { kind: 'question' }> {
  return {
    schema: 'autopilot/run-outcome@1',
    kind: 'question',
    phase: 'SPEC',
    questions: [{ id: 'Q-1', question: t, why: t, blocking: true }],
  }
}

/** Every answer, with each of its texts being `t`. */
function all(t: string): Record<string, Notice> {
  const run = { text: t, url: 'https://github.test/acme/widgets/actions/runs/7' }
  const stopped = {
    schema: 'autopilot/run-outcome@1',
    kind: 'stopped',
    phase: 'VERIFY',
    rule: t,
    stop_reason: null,
    reason: t,
    tried: [t, t],
    would_help: t,
  } satisfies RunOutcome
  const fix = {
    schema: 'autopilot/run-outcome@1',
    kind: 'framework_fix',
    phase: 'PLAN',
    rule: t,
    reason: t,
    paths: [t],
    memo: t,
  } satisfies RunOutcome
  return {
    workBegun: workflow.workBegun({ by: t, run }),
    notBegun: workflow.notBegun({ problems: [t, t], run }),
    pullOpened: workflow.pullOpened({ pull: run, run }),
    notOpened: workflow.notOpened({ branch: t, reason: t, run }),
    runStopped: workflow.runEnded(stopped, run),
    runAsks: workflow.runEnded(question(t), run),
    runNeedsPerson: workflow.runEnded(fix, run),
    nothingCame: workflow.nothingCame({ rule: t, reason: t, run }),
    mayNotAsk: people.mayNotAsk({ login: t, role: t, asked: t }),
    paused: people.paused({ by: t, reason: t }),
    aborted: people.aborted(t),
    approved: people.approved({ by: t, head: t }),
    replyTaken: people.replyTaken({ by: t, constraints: [t, t], patch: true }),
    replyAsWhole: people.replyTaken({ by: t, constraints: [], patch: false }),
    needsText: people.needsText('pause'),
    notNow: people.notNow({ name: 'retry', state: t, instead: t }),
    noTask: people.noTask({ name: 'retry', on: 'pull' }),
    textEdited: people.textEdited({ what: 'issue', asked: t, digest: SHA }),
    foreignRerun: people.foreignRerun(t),
    moneyCap: people.moneyCap({ spent: t, cap: t, month: t }),
    stopSwitch: people.stopSwitch({ where: t, by: t, reason: t }),
    workflowMissing: setup.workflowMissing({ file: '.github/workflows/autopilot.yml', branch: t, text: t }),
    workflowDisabled: setup.workflowDisabled({ file: t, link: run }),
    dispatchRefused: setup.dispatchRefused({ file: t, reason: t }),
    versionSkew: setup.versionSkew({ newer: true, file: t, reason: t }),
    stopped: runs.stopped(stopped, run),
    frameworkFix: runs.stopped(fix, null),
    runFailed: runs.runFailed({ conclusion: t, reason: t, run }),
    runUnopened: runs.runUnopened({ file: t, reason: t, run }),
    runSilent: runs.runSilent({ minutes: 40, run: null }),
    artifactMissing: runs.artifactMissing({ name: t, expired: false, run }),
    artifactExpired: runs.artifactMissing({ name: t, expired: true, run }),
    artifactRejected: runs.artifactRejected({ rule: t, reason: t, run }),
    headMoved: pulls.headMoved({ branch: t, expected: SHA, head: SHA, login: t }),
    branchDeleted: pulls.branchDeleted(t),
    pullClosed: pulls.pullClosed(),
    conflictsWithBase: pulls.conflictsWithBase({ base: t, head: SHA }),
    redAfterMerge: pulls.redAfterMerge({
      branch: t,
      commit: SHA,
      checks: [run],
      before: [t],
      people: [t],
    }),
    unknownAfterMerge: pulls.unknownAfterMerge({ branch: t, commit: SHA, checks: [run], people: [t] }),
    proposedTo: pulls.proposedTo({ branch: t, pull: run }),
    replacedBy: pulls.replacedBy({ pull: run }),
    replaces: pulls.replaces({ branch: t, pull: run }),
  }
}

const names = Object.keys(all('x'))

test('every function that makes a notice is among those that are tested', () => {
  const made = [people, setup, runs, pulls].flatMap((module) => Object.keys(module))
  const tested = new Set([...names, 'replyTaken', 'stopped', 'artifactMissing'])
  expect(made.filter((name) => !tested.has(name))).toEqual([])
})

describe.each(names)('%s', (name) => {
  const render = (text: string) => renderNotice(all(text)[name] as Notice)

  test('says what happened first, and what to do', () => {
    const notice = all('words')[name] as Notice
    expect(render('words')).toMatch(/^\*\*[^*]+\*\*/)
    expect(notice.todo.length).toBeGreaterThan(0)
    for (const todo of notice.todo) expect(render('words')).toContain(todo.split('`')[0])
  })

  test('keeps the voice', () => {
    const prose = render('words').replaceAll(/`[^`]*`/g, '')
    expect(prose).not.toMatch(/!|\bsuccessfully\b|\b(?:we|us|our|please)\b/i)
    expect(prose).not.toMatch(/undefined|null|\.\.|NaN/)
  })

  test('is harmless and bounded, whatever the texts', () => {
    const body = render(NASTY)
    const own = /\]\(https:\/\/github\.test\/[\w/]+\)/g
    expectHarmless(body.replaceAll(own, ']').replaceAll(/^(`{3,}).*\n[^]*?^\1$/gm, ''))
    expect(byteLength(render(NASTY.repeat(20_000)))).toBeLessThanOrEqual(MOST_BODY)
  })
})

test('who may not ask is told the role that they have and who can', () => {
  const body = renderNotice(people.mayNotAsk({ login: 'eve', role: 'read', asked: '`/retry`' }))
  expect(body).toContain('needs write access')
  expect(body).toContain('eve has the role read.')
  expect(renderNotice(people.mayNotAsk({ login: 'eve', role: null, asked: 'x' }))).toContain(
    'eve has no role.',
  )
})

test('a red default branch is told to the people whom it concerns, and says what was red before', () => {
  const run = { text: 'CI', url: 'https://github.test/r/7' }
  const red = { branch: 'main', commit: SHA, checks: [run], before: ['CI'], people: ['ana', 'not a login'] }
  const body = renderNotice(pulls.redAfterMerge(red))
  expect(body).toContain('**main is red after this merge.**')
  expect(body).toContain('Red before the merge already: `CI`.')
  expect(body).toContain('`git revert ab12ab1`')
  expect(body).toContain('For @ana, `not a login`')
})

test('a question names its asker and how to answer, the question first', () => {
  const body = asked.renderQuestion(question('Which file?').questions, 'ana')
  expect(body).toMatch(/^\*\*Which file\?\*\*/)
  expect(body).toContain('@ana, to answer comment `/reply`')
})

test('a missing workflow is answered with the whole file to add', () => {
  const text = 'name: Autopilot\non:\n  workflow_dispatch:\n'
  const body = renderNotice(setup.workflowMissing({ file: '.github/workflows/a.yml', branch: 'main', text }))
  expect(body).toContain('```yaml\nname: Autopilot\non:\n  workflow_dispatch:\n')
  expect(body).toContain('<summary>The whole file</summary>')
})

test('a foreign commit is answered with whose it is, both commits, and that nothing was overwritten', () => {
  const moved = { branch: 'autopilot/x', expected: 'c'.repeat(40), head: 'd'.repeat(40), login: 'ben' }
  const body = renderNotice(pulls.headMoved(moved))
  for (const part of ['ben', 'cccccc', 'dddddd', 'Nothing was overwritten.']) expect(body).toContain(part)
})

test.each(['javascript:alert(1)', 'javascript://x.y/%0aalert', 'https://x.y/)[a](b', '//x.y', ''])(
  'a link to %j is text',
  (url) => {
    const notice = { said: 'x', why: '', todo: ['y'], links: [{ text: 'run', url }] }
    expect(renderNotice(notice)).toBe('**x.**\n\ny.\n\nSee run')
  },
)

describe('/explain', () => {
  const links = [{ text: 'the run', url: 'https://github.test/r/7' }]

  test('says which verdicts hold the work, by which rule, on what, and how to check', () => {
    const good = verdict({ name: 'policy', reason: 'Every rule holds' })
    const body = asked.renderExplanation({
      verdicts: [QUALITY, good],
      evidence: [{ name: 'plan.json', sha256: HEAD, phase: 'PLAN' }],
      places: links,
      ledger: { hash: HEAD, length: 41 },
    })
    expect(body).toContain('**1 of 2 verdicts hold the work.**')
    expect(body).toContain('✗ Held by changed-line coverage: 4 of 9 changed lines ran')
    expect(body).toContain('`index.js:71-75` `coverage`')
    expect(body).toContain('| PLAN | `plan.json` | `9f3c9f3` |')
    expect(body).toContain(`--head ${HEAD}:41`)
  })

  test('before anything was judged it says so', () => {
    const body = asked.renderExplanation({ verdicts: [], evidence: [], places: [], ledger: null })
    expect(body).toBe('**Nothing has been judged yet.**')
  })

  test('is harmless and bounded, and says where the rest is', () => {
    const body = asked.renderExplanation({
      verdicts: [flood(80, 30), flood(80, 30)],
      evidence: Array.from({ length: 2_000 }, () => ({
        name: 'a.json',
        sha256: HEAD,
        phase: 'PLAN' as const,
      })),
      places: links,
      ledger: { hash: HEAD, length: 41 },
    })
    expect(byteLength(body)).toBeLessThanOrEqual(MOST_BODY)
    expect(body).toContain('All of it: [the run](https://github.test/r/7).')
    expectHarmless(body.replaceAll(/\]\(https:[^)]*\)/g, ']'))
  })
})
