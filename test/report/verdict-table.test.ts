// Verdicts in the terminal: the table, its width, findings below their row.
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Verdict } from '../../src/contracts/verdict.ts'
import { displayWidth } from '../../src/report/plain.ts'
import { renderVerdictTable } from '../../src/report/verdict-table.ts'
import { arbitraryOfSchema } from '../contracts/arbitrary.ts'
import { CHANGE_REVIEW, COVERAGE, TESTS, TYPES, verdict } from './samples.ts'

const trees = fc.array(arbitraryOfSchema(Verdict) as fc.Arbitrary<Verdict>, { maxLength: 4 })

test('a table of gates gives value, threshold and verdict, marks reported figures and explains what holds', () => {
  expect(renderVerdictTable([TESTS, COVERAGE, TYPES])).toMatchInlineSnapshot(`
    "gate                      value       needs    verdict
    tests (reported)          161/161     all      ✓ pass
    changed-line coverage     44 % (4/9)  >= 80 %  ✗ fail: 4 of 9 changed lines ran
    (reported)
      index.js:71-75  coverage: these changed lines never ran · Add a test that
        runs them.
      index.js:90  coverage: a branch never ran
    typecheck                 –           –        – not applicable: no TypeScript"
  `)
})

test('reasons and children can be shown, deeper ones only where they hold', () => {
  expect(renderVerdictTable([CHANGE_REVIEW], { title: 'review', reasons: 'always', depth: 1 }))
    .toMatchInlineSnapshot(`
    "review                  value   needs   verdict
    change review           2 of 3  2 of 3  ✓ pass: 2 of 3 approve, quorum 2
    · correctness           –       –       ✓ pass: every acceptance criterion has a
                                            test that passed
    · security              –       –       ✗ fail: a new regular expression is not
                                            bounded
    · · no-unbounded-regex  –       –       ✗ fail: index.js:71 has a nested
                                            quantifier"
  `)
})

test('no verdicts are no table', () => {
  expect(renderVerdictTable([])).toBe('')
})

test('verdicts without figures have no empty columns', () => {
  expect(renderVerdictTable([TYPES]).split('\n')[0]).toBe('gate       verdict')
})

test('many findings end in how many more there are', () => {
  const findings = Array.from({ length: 9 }, (_, at) => ({
    rule: 'lint',
    severity: 'error' as const,
    message: `problem ${at}`,
    location: { path: 'a.ts', line: 9 - at },
  }))
  const lines = renderVerdictTable([verdict({ name: 'lint', status: 'fail', findings })]).split('\n')
  expect(lines.filter((line) => line.includes('lint: problem'))).toHaveLength(5)
  expect(lines[2]).toBe('  a.ts:1  lint: problem 8')
  expect(lines.at(-1)).toBe('  … 4 more')
})

test('every line fits the width, whatever the tree', () => {
  fc.assert(
    fc.property(trees, fc.integer({ min: 40, max: 120 }), (verdicts, width) => {
      for (const line of renderVerdictTable(verdicts, { width, depth: 1, reasons: 'always' }).split('\n')) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width)
      }
    }),
    { numRuns: 60 },
  )
})

test('colour changes no letter, and without it no escape sequence is written', () => {
  fc.assert(
    fc.property(trees, (verdicts) => {
      const plain = renderVerdictTable(verdicts, { depth: 1 })
      const coloured = renderVerdictTable(verdicts, { depth: 1, colour: true })
      expect(plain).not.toContain('\u001b')
      expect(stripVTControlCharacters(coloured)).toBe(plain)
    }),
    { numRuns: 60 },
  )
})

test('the verdict is coloured by its status', () => {
  const line = renderVerdictTable([COVERAGE], { colour: true }).split('\n')[1]
  expect(line).toContain('\u001b[31m✗ fail')
})
