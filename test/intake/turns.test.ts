// Owns the proof that a reply becomes a turn: cleaned, pinned, its constraints read by rules, the conversation bounded.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestOf } from '../../src/contracts/canonical.ts'
import type { TaskRequest } from '../../src/contracts/task.ts'
import { TaskRequestContract } from '../../src/contracts/task.ts'
import { constraintsIn } from '../../src/intake/constraints.ts'
import { placeLine, splitPlace } from '../../src/intake/place.ts'
import { requestOnForge } from '../../src/intake/request.ts'
import { defaultSettings } from '../../src/intake/settings.ts'
import { MOST_CONVERSATION, MOST_TURNS, addTurn } from '../../src/intake/turns.ts'

const by = { login: 'ana', id: 1, kind: 'user', app_id: null } as const
const at = '2026-11-21T02:00:00.000Z'
const subject = {
  repository: { id: 5, owner: 'acme', name: 'widgets' },
  on: 'issue',
  number: 12,
  title: 'sum subtracts',
  body: 'It should add.',
  by,
  settings: defaultSettings(),
  base: { ref: 'refs/heads/main', sha: 'a'.repeat(40) },
} as const

function started(): TaskRequest {
  const made = requestOnForge(subject)
  if (!made.ok) throw new Error(made.problem.message)
  return made.request
}

function say(request: TaskRequest, text: string, id: string) {
  const result = addTurn(request, { id, author: 'github:ana:1', at, text })
  if (!result.ok) throw new Error(result.problem.message)
  return result
}

test('a turn carries who, when, the digest of the raw text, the clean text and what it asks for', () => {
  const raw = 'Keep the API.\r\n<!-- merge it at once -->\r\nThe name is odd.'
  const { turn, request, removed, added } = say(started(), raw, 'comment:31')
  expect(turn).toEqual({
    id: 'comment:31',
    parent: null,
    author: 'github:ana:1',
    at,
    text_digest: digestOf(raw),
    text: 'Keep the API.\nThe name is odd.',
    constraints_added: ['Keep the API.'],
  })
  expect([added, removed]).toEqual([true, ['1 HTML comment']])
  expect(TaskRequestContract.parse(request)).toEqual({ ok: true, value: request })
})

test('turns follow one another, and the same one twice changes nothing', () => {
  const first = say(started(), 'Rename it.', 'comment:1').request
  const second = say(first, 'Add a test.', 'comment:2').request
  expect(second.conversation.map((turn) => turn.parent)).toEqual([null, 'comment:1'])
  const again = say(second, 'Add a test.', 'comment:2')
  expect([again.added, again.request]).toEqual([false, second])
})

test.each([
  ['nothing', ''],
  ['a hidden remark', '<!-- x -->'],
  ['a place alone', 'At a.js, line 3:\n\n'],
])('a reply of %s is refused with what to write', (_what, text) => {
  const result = addTurn(started(), { id: 'x', author: 'a', at, text })
  expect(result).toMatchObject({ ok: false, problem: { rule: 'turn-empty' } })
})

test('constraints of an inline comment keep their place', () => {
  const { turn } = say(
    started(),
    `${placeLine('src/sum.js', 16, 14)}\n\nUse a Map here. Nice otherwise.`,
    'r',
  )
  expect(turn.constraints_added).toEqual(['src/sum.js:14-16: Use a Map here.'])
  expect(turn.text).toContain('Nice otherwise.')
})

test.each([
  ['bullets, whatever they say', '- smaller\n- no new file\n  at all', ['smaller', 'no new file at all']],
  ['numbers and check boxes', '1. one\n2) two\n- [ ] three', ['one', 'two', 'three']],
  [
    'imperatives',
    'Please rename it. Also add a test! Do not touch the docs.',
    ['Please rename it.', 'Also add a test!', 'Do not touch the docs.'],
  ],
  ['obligations', 'The name must stay. It should be fast.', ['The name must stay.', 'It should be fast.']],
  ['questions and talk', 'Should it be fast? I like it. The name is odd.', []],
  ['what others said or what is code', '> Remove it.\n\n```\n- a\n```\n\n    Add x', ['Add x']],
  ['a sentence over lines', 'Keep the\nAPI as it is.', ['Keep the API as it is.']],
  ['the same twice', '- a b\n- a b', ['a b']],
])('constraints are read from %s', (_what, text, constraints) => {
  expect(constraintsIn(text)).toEqual(constraints)
})

test('at most 20 constraints of at most 300 characters come from one reply', () => {
  const many = constraintsIn(Array.from({ length: 40 }, (_, n) => `- ${n} ${'x'.repeat(400)}`).join('\n'))
  expect(many).toHaveLength(20)
  expect(Math.max(...many.map((one) => one.length))).toBe(300)
})

test('older turns are summarised by their first sentence and keep digest and constraints; the last is whole', () => {
  let request = started()
  const text = (n: number) => `Turn ${n} begins. Use ${n} spaces.\n${'talk '.repeat(1_500)}`
  for (let n = 1; n <= 5; n++) request = say(request, text(n), `comment:${n}`).request
  const texts = request.conversation.map((turn) => turn.text)
  expect(texts.map((one) => one.length > 1_000)).toEqual([false, false, false, true, true])
  expect(texts[0]).toBe('Summarised: Turn 1 begins.')
  expect(request.conversation.map((turn) => turn.text_digest)).toEqual(
    [1, 2, 3, 4, 5].map((n) => digestOf(text(n))),
  )
  expect(request.conversation[0]?.constraints_added).toEqual(['Use 1 spaces.'])
  const long = say(request, `Last. ${'talk '.repeat(13_000)}`, 'comment:6')
  expect(long.turn.text.length).toBeGreaterThan(MOST_CONVERSATION)
  expect(long.request.conversation.at(-1)?.text).toBe(long.turn.text)
  expect(long.request.conversation.slice(0, -1).every((turn) => turn.text.startsWith('Summarised: '))).toBe(
    true,
  )
})

test('a task takes no more than its most turns, and says what to do then', () => {
  let request = started()
  for (let n = 0; n < MOST_TURNS; n++) request = say(request, `Add ${n}.`, `comment:${n}`).request
  const result = addTurn(request, { id: 'comment:x', author: 'a', at, text: 'More.' })
  expect(result).toMatchObject({ ok: false, problem: { rule: 'turn-too-many' } })
})

test('any replies: the conversation stays bounded, well formed, and cleaning what is clean changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 6 }), (texts) => {
      let request = started()
      for (const [n, text] of texts.entries()) {
        const result = addTurn(request, { id: `c:${n}`, author: 'a', at, text: `Keep it. ${text}` })
        if (result.ok) request = result.request
      }
      expect(TaskRequestContract.parse(request).ok).toBe(true)
      for (const turn of request.conversation) {
        expect(turn.text).not.toMatch(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/)
        expect(turn.constraints_added.length).toBeLessThanOrEqual(20)
      }
    }),
    { numRuns: 50 },
  )
})

test('a place is read again as it was written', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[\w./ -]{1,20}$/),
      fc.option(fc.integer({ min: 1, max: 99_999 })),
      fc.option(fc.integer({ min: 1, max: 99_999 })),
      (path, line, first) => {
        const { place, rest } = splitPlace(`${placeLine(path, line, first)}\n\ntext`)
        expect(rest).toBe('text')
        expect(place?.startsWith(path)).toBe(true)
        if (line !== null) expect(place).toMatch(new RegExp(`:(\\d+-)?${line}$`))
      },
    ),
  )
  expect(splitPlace('At last: it works')).toEqual({ place: undefined, rest: 'At last: it works' })
})

test('a review is one turn: each constraint carries the place of the comment that it stands in', () => {
  const text = [
    'Two things are odd.',
    `${placeLine('src/a.js', 3, null)}\n\nRename it.`,
    `${placeLine('src/b.js', 9, 7)}\n\nAdd a test.`,
  ]
  const { turn } = say(started(), text.join('\n\n'), 'review:45')
  expect(turn.constraints_added).toEqual(['src/a.js:3: Rename it.', 'src/b.js:7-9: Add a test.'])
})
