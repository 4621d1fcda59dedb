// Owns the proof that intent and anchor are read by rule, bounded, stable, and safe in a prompt.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IntentContract } from '../../src/contracts/intent.ts'
import { ANCHOR_BYTES, anchorOf } from '../../src/planning/anchor.ts'
import { buildIntent, withFindings } from '../../src/planning/intent.ts'
import { plainText } from '../../src/planning/plain-text.ts'
import { readStatements } from '../../src/planning/sections.ts'
import { ask, POLLUTION_ISSUE } from './fixtures.ts'

test('the report of prototype pollution gives criteria, non goals and facts', () => {
  const { intent } = ask(POLLUTION_ISSUE)
  expect(IntentContract.parse(intent)).toEqual({ ok: true, value: intent })
  expect(intent.acceptance_criteria).toEqual([
    'Parsing must not change Function.prototype or Object.prototype',
    "Keys that only look similar, such as '--constructors.x', should still be set",
  ])
  expect(intent.non_goals).toEqual([
    'Please do not change how numbers are parsed.',
    'No need to touch readme.markdown.',
  ])
  expect(intent.intent_facts[0]).toBe('Parsed arguments can write to Function.prototype')
  expect(intent.toolchain_hypotheses).toEqual([])
  expect(
    intent.intent_facts.filter((f) => intent.acceptance_criteria.includes(f) || intent.non_goals.includes(f)),
  ).toEqual([])
  expect(intent.intent_anchor).toContain('Goal: Parsed arguments can write to Function.prototype\n')
  expect(intent.intent_anchor).not.toContain('reachesPrototype')
})

test.each([
  ['## Acceptance criteria\n- [ ] The flag is listed in --help\n- [x] It has a default', 2],
  ['**Expected:** It prints one line.', 1],
  ['Expected behaviour:\nIt prints one line. Nothing else is printed.', 2],
  ['The parser should keep the last word.', 1],
  ['I should say that I like it.', 0],
  ['Should it print?', 0],
  ['## Actual\nIt must be cursed.', 0],
])('criteria of %j', (prose, count) => {
  expect(ask(`Title\n\n${prose}`).intent.acceptance_criteria).toHaveLength(count)
})

test('what was said later, and constraints of every kind, come into the intent', () => {
  const { request } = ask('Title\n\nChange at most 3 files. It must run on Node 18 without new dependencies.')
  const turn = {
    id: 'c1',
    parent: null,
    author: 'ana',
    at: '2026-11-21T02:00:00.000Z',
    text_digest: request.raw_digest,
    text: 'It must also work with aliases.',
    constraints_added: ['Keep the public API'],
  }
  const intent = buildIntent({
    request: { ...request, constraints: ['No new files'], conversation: [turn] },
    prose: request.description,
    createdAt: '2026-11-21T02:00:00.000Z',
  })
  expect(intent.acceptance_criteria).toContain('It must also work with aliases.')
  expect(intent.constraints).toEqual({
    budget: ['Change at most 3 files.'],
    safety: ['Keep the public API'],
    technical: ['No new files', 'It must run on Node 18 without new dependencies.'],
  })
})

test('SPEC adds what the repository shows and what is asked, and nothing else changes', () => {
  const { intent } = ask('Title\n\nBody')
  const hypotheses = [{ id: 'node', confidence: 1, evidence: ['package.json'] }]
  expect(withFindings(intent, { hypotheses, questions: [] })).toEqual({
    ...intent,
    toolchain_hypotheses: hypotheses,
  })
})

test('code in fences is no statement, and bullets keep their second line', () => {
  const statements = readStatements('- one\n  goes on\n- two\n\n```\nIt must not count\n```\nThree. Four.')
  expect(statements.map((s) => s.text)).toEqual(['one goes on', 'two', 'Three.', 'Four.'])
})

test.each([
  ['`code` and ```fence```', "'code' and '''fence'''"],
  ['~~~js', '~js'],
  ['ask @ana or mail a@b.example', 'ask (at)ana or mail a(at)b.example'],
  ['see https://example.test/x and www.example.test', 'see example.test/x and www example.test'],
  ['[click](javascript:alert(1)) ![x](y)', 'click) x'],
  ['closes #12 and GH-13', 'closes no. 12 and no. 13'],
  ['<script>x</script> <!-- y -->', '‹script›x‹/script› ‹!-- y --›'],
  ['a\u202eb\u200bc\u0007d\ne', 'abc d e'],
])('%j becomes plain', (text, plain) => {
  expect(plainText(text)).toBe(plain)
})

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.string({
    unit: fc.constantFrom(
      '`',
      '~',
      '@',
      '#',
      '1',
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      'w',
      '.',
      ':',
      '/',
      'h',
      '\ud800',
      '\u202e',
      'é',
      '漢',
      '😀',
      ' ',
      '\n',
    ),
    maxLength: 300,
  }),
)
const anyTexts = fc.array(anyText, { maxLength: 20 })

test('any words: the anchor is at most 2,048 bytes of valid UTF-8 in which nothing acts, the same for the same words', () => {
  fc.assert(
    fc.property(anyText, anyTexts, anyTexts, anyTexts, (title, criteria, nonGoals, facts) => {
      const parts = { title, criteria, nonGoals, constraints: [], facts }
      const anchor = anchorOf(parts)
      const bytes = Buffer.from(anchor, 'utf8')
      expect(bytes.length).toBeLessThanOrEqual(ANCHOR_BYTES)
      expect(bytes.toString('utf8')).toBe(anchor)
      expect(anchor.isWellFormed()).toBe(true)
      expect(anchor).not.toMatch(
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/,
      )
      expect(anchor).not.toMatch(/`|~~|@\w|#\d|<|>|\]\(|:\/\/|www\.\S/)
      expect(anchor.endsWith('\n')).toBe(true)
      expect(anchorOf(structuredClone(parts))).toBe(anchor)
    }),
    { numRuns: 500 },
  )
})

test('when room ends, criteria stay and facts go', () => {
  const long = (word: string) => Array.from({ length: 12 }, (_, i) => `${word} ${i} ${'x'.repeat(120)}`)
  const anchor = anchorOf({
    title: 'T',
    criteria: long('must'),
    nonGoals: [],
    constraints: [],
    facts: long('fact'),
  })
  expect(anchor.match(/^- must/gm)).toHaveLength(12)
  expect(anchor.match(/^- fact/gm)?.length ?? 0).toBeLessThan(12)
})
