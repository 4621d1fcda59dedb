import { expect, test } from 'vitest'
import { conditionOf, evaluate, ExpressionProblem, holds, interpolate } from './expressions.ts'
import type { Scope } from './expressions.ts'
import { secretsIn } from './mentions.ts'
import { Expression } from '../workflow/template.ts'

const scope: Scope = {
  contexts: {
    github: { ref: 'refs/heads/main', event: { labels: [{ name: 'a' }, { name: 'b' }], count: 3 } },
    env: new Map([['EMPTY', '']]),
    needs: { build: { result: 'success', outputs: { made: '7' } } },
  },
}

test.each([
  ["'a' == 'A'", true],
  ["'' == 0", true],
  ['null == 0', true],
  ["'7' == 7", true],
  ['true == 1', true],
  ["github.ref == 'refs/heads/main'", true],
  ["github.none == ''", true],
  ["contains(github.event.labels.*.name, 'B')", true],
  ["startsWith('Hello', 'he') && endsWith('Hello', 'LO')", true],
  ["github.none || 'otherwise'", 'otherwise'],
  ["github.event.count > 2 && 'many' || 'few'", 'many'],
  ["format('{0} {{x}} {1}', 'a', 2)", 'a {x} 2'],
  ["join(github.event.labels.*.name, '-')", 'a-b'],
  ["fromJSON('[1,2]')[1]", 2],
  ['fromJSON(needs.build.outputs.made) + 1 == 8', ExpressionProblem],
  ['toJSON(github.event.count)', '3'],
  ["github['event'].count", 3],
  ['nothing.here', ExpressionProblem],
  ['github.event.count &&', ExpressionProblem],
])('%s is %s', (text, expected) => {
  if (expected === ExpressionProblem) expect(() => evaluate(text, scope)).toThrow(ExpressionProblem)
  else expect(evaluate(text, scope)).toBe(expected)
})

test.each([
  ["'false'", true],
  ["''", false],
  ['0', false],
  ['null', false],
  ['env.EMPTY', false],
  ['github.event', true],
])('as a condition %s is %s', (text, expected) => {
  expect(holds(text, scope)).toBe(expected)
})

test.each([
  ["'it''s one'", "it's one"],
  ["'''a'' and ''b'' {0} }}'", "'a' and 'b' {0} }}"],
  ["format('''{0}'' is ''{1}'' {{}}', github.event.count, '''''')", "'3' is '''' {}"],
])('the literal %s is %s', (text, expected) => {
  expect(interpolate(new Expression(text), scope)).toBe(expected)
})

test('in text null is nothing, booleans are words and objects are Object', () => {
  const shown = (text: string) => interpolate(new Expression(text), scope)
  expect([shown('null'), shown('true'), shown('1.50'), shown('github.event')]).toEqual([
    '',
    'true',
    '1.5',
    'Object',
  ])
})

test('a condition without a status function asks for success as well', () => {
  expect(conditionOf(undefined)).toBe('success()')
  expect(conditionOf("github.ref == 'always()'")).toBe("success() && (github.ref == 'always()')")
  expect(conditionOf(new Expression('always()'))).toBe('always()')
  expect(conditionOf("Failure() || github.ref == 'x'")).toBe("Failure() || github.ref == 'x'")
  expect(conditionOf(false)).toBe('success() && (false)')
})

test('status functions answer by how things stand', () => {
  const failed: Scope = { contexts: {}, standing: { success: false, failure: true, cancelled: false } }
  expect(['always()', 'success()', 'failure()', 'cancelled()'].map((text) => holds(text, failed))).toEqual([
    true,
    false,
    true,
    false,
  ])
})

test('secrets that an expression names are found, and a word in a string is none', () => {
  expect(secretsIn(["format('secrets.NONE {0}', secrets.one)", "secrets['TWO']"])).toEqual({
    names: ['ONE', 'TWO'],
    whole: false,
  })
  expect(secretsIn(['toJSON(secrets)']).whole).toBe(true)
  expect(secretsIn(['secrets[matrix.name]']).whole).toBe(true)
  expect(secretsIn(['github.event.secrets.x'])).toEqual({ names: [], whole: false })
})
