// Owns the proof of the status comment: what matters comes first, each end says what to do, no text does anything.
import { describe, expect, test } from 'vitest'
import * as people from '../../src/report/answers/people.ts'
import * as runs from '../../src/report/answers/runs.ts'
import { renderStatusAnswer } from '../../src/report/answers/asked.ts'
import { MOST_BODY } from '../../src/report/comment.ts'
import { byteLength } from '../../src/report/markdown.ts'
import type { StatusEnd, StatusView } from '../../src/report/status-comment.ts'
import { renderStatus } from '../../src/report/status-comment.ts'
import { NASTY, expectHarmless } from './hostile.ts'
import { HEAD } from './samples.ts'

const run = { text: 'run', url: 'https://github.test/acme/widgets/actions/runs/7' }
const VIEW: StatusView = {
  end: { kind: 'working' },
  startedBy: 'ana',
  run,
  rows: [
    { name: 'plan', state: 'done', text: 'approved by 3 of 3 judges (spec `8d1f0c2`)' },
    { name: 'change', state: 'warned', text: '2 files, +24 −2' },
    { name: 'verify', state: 'running', text: 'tests' },
  ],
  notes: [],
  facts: [['task', 't-0000000001']],
  ledger: { hash: HEAD, length: 41 },
  about: null,
}
const at = (end: StatusEnd, part: Partial<StatusView> = {}): string => renderStatus({ ...VIEW, ...part, end })

function expectOrder(text: string, ...parts: string[]): void {
  const places = parts.map((part) => text.indexOf(part))
  expect(places.every((place) => place >= 0)).toBe(true)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
}

test('while it works it says so, by whose word, where, how far it is, and how to stop it', () => {
  const text = at({ kind: 'working' })
  expectOrder(
    text,
    `**Autopilot** is working on this · [run](${run.url}) · started by @ana`,
    '| plan | ✓ approved by 3 of 3 judges (spec `8d1f0c2`) |',
    '| change | ! 2 files, +24 −2 |',
    '| verify | … tests |',
    'Stop: `/abort`',
    '<details><summary>Details</summary>',
    `\`${HEAD}:41\``,
  )
})

test('a question comes first, then why, then how to answer, then how far it is', () => {
  const question = { id: 'Q1', question: 'Which file?', why: 'The issue names none', blocking: true }
  const text = at({ kind: 'question', questions: [question] })
  expect(text.startsWith('**Which file?**\nThe issue names none.')).toBe(true)
  expectOrder(
    text,
    'Which file?',
    'To answer, comment `/reply` followed by the answer.',
    'waits for an answer',
    '| plan |',
  )
})

test('an opened pull request is linked by its number', () => {
  expect(at({ kind: 'opened', pull: 12, draft: true }).split('\n').slice(0, 2)).toEqual([
    `**Autopilot opened #12** for this · [run](${run.url}) · started by @ana`,
    'It is a draft until every check has run.',
  ])
  expect(at({ kind: 'opened', pull: 12, draft: false })).toContain('ready for review')
})

test('a merge says its commit, who decided it, and what became of the branch', () => {
  const after = { state: 'red', text: 'main fails: CI' } as const
  const merged = { kind: 'merged', pull: 12, commit: 'abcdef12345', after } as const
  expect(at({ ...merged, by: null })).toContain(
    '**#12 is merged** as `abcdef1`, by Autopilot, as the policy allows.',
  )
  expect(at({ ...merged, by: 'ben' })).toContain('by `ben`.\n✗ main fails: CI.')
})

test('what stopped it comes first, with what was tried and would help, and its run is linked once', () => {
  const outcome = {
    schema: 'autopilot/run-outcome@1' as const,
    kind: 'stopped' as const,
    phase: 'VERIFY' as const,
    rule: 'coverage',
    stop_reason: 'flat' as const,
    reason: 'two rounds did not move the coverage',
    tried: ['a test for the guard'],
    would_help: 'a test that calls setKey',
  }
  const text = at({ kind: 'held', notice: runs.stopped(outcome, run) })
  expect(text.startsWith('**Autopilot stopped: two rounds did not move the coverage.**')).toBe(true)
  expectOrder(
    text,
    'Rule `coverage`',
    'Tried: a test',
    'What would help: a test',
    '`/retry`',
    'Started by @ana',
    '| plan |',
  )
  expect(text.split(run.url)).toHaveLength(2)
  expect(text).not.toContain('`/abort`')
})

test('a refusal without run and rows is what was refused, why, and what the bot is', () => {
  const notice = people.mayNotAsk({ login: 'eve', role: 'read', asked: '`/autopilot`' })
  const view = { startedBy: null, run: null, rows: [], facts: [], ledger: null }
  const text = at({ kind: 'held', notice }, { ...view, about: 'https://example.test/about' })
  expect(text.split('\n\n')).toHaveLength(3)
  expect(text).toContain('[How it works](https://example.test/about)</sub>')
  expect(text).not.toMatch(/@eve|\| phase/)
})

test('notes stand above the table', () => {
  expectOrder(
    at({ kind: 'working' }, { notes: ['The text was edited since.'] }),
    'working',
    '! The text was edited',
    '| phase',
  )
})

test('the answer to /status is the state of now, with the place that is kept up to date', () => {
  const text = renderStatusAnswer(VIEW, { text: 'in the status comment', url: 'https://github.test/c/1' })
  expect(text).toContain('is working on this')
  expect(text).toContain('[in the status comment](https://github.test/c/1)')
  expect(text).not.toContain(HEAD)
})

test('one text of a megabyte is cut, and what to do is still there', () => {
  const huge = `${'@'.repeat(100_000)}${NASTY.repeat(10_000)}`
  const question = { id: 'Q1', question: huge, why: huge, blocking: true }
  for (const end of [
    { kind: 'question', questions: [question] },
    { kind: 'merged', pull: 12, commit: null, by: huge, after: { state: 'red', text: huge } },
    { kind: 'held', notice: people.paused({ by: huge, reason: huge }) },
  ] as const) {
    const text = at(end, { notes: [huge], rows: [{ name: huge, state: 'done', text: huge }] })
    expect(byteLength(text)).toBeLessThanOrEqual(MOST_BODY)
    expect(text).toContain('…')
    expect(text).toContain('| phase | state |')
    expect(text).toContain(`${HEAD}:41`)
  }
})

const t = NASTY
const question = { id: 'Q1', rule: t, question: t, why: t, blocking: true }
const hostile: readonly StatusEnd[] = [
  { kind: 'working' },
  { kind: 'question', questions: Array.from({ length: 300 }, () => question) },
  { kind: 'opened', pull: 12, draft: false },
  { kind: 'merged', pull: 12, commit: null, by: t, after: { state: 'green', text: t } },
  { kind: 'held', notice: people.aborted(t) },
]

describe.each(hostile)('with hostile texts, $kind', (end) => {
  const text = renderStatus({
    ...VIEW,
    end,
    startedBy: t,
    run: { text: t, url: 'https://github.test/r' },
    rows: Array.from({ length: 900 }, () => ({ name: t, state: 'failed', text: t })),
    notes: Array.from({ length: 900 }, () => t),
    facts: Array.from({ length: 900 }, () => [t, t] as const),
  })

  test('does nothing, keeps its table and the limit, and says where the rest is', () => {
    expect(byteLength(text)).toBeLessThanOrEqual(MOST_BODY)
    expect(text).toMatch(/… \d+ more/)
    expect(text).toContain('(https://github.test/r).')
    const own = text
      .replaceAll('](https://github.test/r)', ']')
      .replace(/<sub>.*<\/sub>/, '')
      .replace(/\*\*#?(Autopilot opened #)?12/, '')
    expectHarmless(own.replaceAll(/`[^`\n]*`/g, ''))
    for (const row of text.split('\n').filter((line) => line.startsWith('| '))) {
      expect(row.split('|').length).toBe(4)
    }
  })
})
