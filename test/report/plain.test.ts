// Plain text in a terminal: nothing steers it, columns are counted as they are seen, wrapping loses nothing.
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanBlock, cleanLine, cut, displayWidth, padEnd, sentence, wrap } from '../../src/report/plain.ts'

const text = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    ' ',
    '字',
    'é',
    'e\u0301',
    '🜚',
    '😀',
    '\u001b[31m',
    '\n',
    '\u202e',
    '\u200b',
    '-',
  ),
  maxLength: 60,
})

describe('cleanLine', () => {
  test.each([
    ['an escape sequence', 'a\u001b[2Kb', 'a [2Kb'],
    ['a bell and a backspace', 'a\u0007\u0008b', 'a b'],
    ['lines', 'a\r\nb\u2028c', 'a b c'],
    ['bidi and zero-width characters', 'a\u202e\u200bb\u2066c\ufeff', 'abc'],
    ['hidden tag characters', 'a\u{e0041}b', 'ab'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['spaces', '  a \t b  ', 'a b'],
  ])('%s', (_, dirty, clean) => {
    expect(cleanLine(dirty)).toBe(clean)
  })

  test('leaves nothing that a terminal acts on, and cleaning twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (dirty) => {
        const clean = cleanLine(dirty)
        expect(clean).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
        expect(stripVTControlCharacters(clean)).toBe(clean)
        expect(cleanLine(clean)).toBe(clean)
      }),
    )
  })
})

test('cleanBlock keeps lines and spaces and nothing that steers', () => {
  expect(cleanBlock('a\u001b[1m\n  b\tc \r\nd')).toBe('a [1m\n  b  c\nd')
})

test.each([
  ['abc', 3],
  ['字a', 3],
  ['e\u0301', 1],
  ['😀', 2],
  ['✓ ✗ ! – …', 9],
  ['', 0],
])('%j takes %i columns', (line, width) => {
  expect(displayWidth(line)).toBe(width)
})

test('wrapped lines fit and together are the text', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 30 }), (dirty, width) => {
      const line = cleanLine(dirty)
      const lines = wrap(line, width)
      for (const one of lines) expect(displayWidth(one)).toBeLessThanOrEqual(width)
      expect(lines.join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''))
    }),
  )
})

test('cut text fits, ends in … when something is missing, and pads to the width', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 30 }), (dirty, width) => {
      const line = cleanLine(dirty)
      const short = cut(line, width)
      expect(displayWidth(short)).toBeLessThanOrEqual(width)
      expect(short === line || short.endsWith('…')).toBe(true)
      expect(displayWidth(padEnd(short, width))).toBe(width)
    }),
  )
})

test('sentence ends a line once', () => {
  expect([sentence('it broke'), sentence('it broke.'), sentence('')]).toEqual(['it broke.', 'it broke.', ''])
})
