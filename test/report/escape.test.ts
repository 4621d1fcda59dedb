// Untrusted text in Markdown: it stays readable and cannot ping, link, close an issue, open HTML or break a table.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeSpan, escapeMarkdown, escapeUpTo, fence } from '../../src/report/escape.ts'
import { markdownTable } from '../../src/report/markdown.ts'
import { cleanLine } from '../../src/report/plain.ts'

const BITS = [
  ['`', '``', '```', '|', '\\', '\\|', '*', '**', '_', '__', '~~', '$', '$$', '!', '(', ')', ';', '.', ':'],
  ['@ana', '@org/team', '#12', 'fixes #3', 'GH-3', 'gh-3', 'o/r#4', 'o/r@deadbeef', 'deadbeef1', '1234567'],
  ['http://x.y', 'https://github.com/o/r/issues/1', 'www.x.com', 'ftp://a.b', 'a@b.co', 'mailto:a@b.co'],
  ['<b>', '</td>', '<!-- x -->', '<img src=x>', '&lt;', '&#64;', '&', '[a](b)', '![a](b)', '[x]', '[^1]'],
  [
    '- ',
    '+ ',
    '* ',
    '1. ',
    '1) ',
    '# ',
    '=',
    '---',
    ':-',
    '> ',
    '    ',
    '\n',
    '\n\n',
    '\t',
    '\u202e',
    '\u0000',
  ],
  ['a', 'word', ' ', '0', '\ud800'],
].flat()
const hostile = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...BITS) }, fc.string({ maxLength: 4 })), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''))

/** What is left of escaped text once code spans, which are inert, are taken out. */
function outsideCode(markdown: string): string {
  return markdown.replaceAll(/`[^`]*`/g, '\ue000')
}

const ENTITY: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  '#96': '`',
  '#124': '|',
  '#36': '$',
  '#8203': '',
}

/** What a reader sees: entities and backslash escapes resolved, code spans opened. */
function seen(markdown: string): string {
  return markdown
    .split(/(`[^`]*`)/)
    .map((part, at) =>
      at % 2 === 1
        ? part.slice(1, -1)
        : part.replaceAll(/\\([!-/:-@[-`{-~])|&(#?\w+);/g, (_, sign?: string, name?: string) =>
            sign === undefined ? (ENTITY[name ?? ''] ?? '?') : sign,
          ),
    )
    .join('')
}

describe('escapeMarkdown', () => {
  test.each([
    ['a ping', 'ask @ana', 'ask @&#8203;ana'],
    ['an issue', 'fixes #12 and o/r#4', 'fixes #&#8203;12 and o/r#&#8203;4'],
    ['an address', 'see https://x.y', 'see https:&#8203;//x.y'],
    ['an address behind an underscore', '_www.x.y', String.raw`\_www&#8203;.x.y`],
    ['HTML', '<b>hi</b>', '&lt;b&gt;hi&lt;/b&gt;'],
    ['a link', '[a](b)', String.raw`\[a\](b)`],
    ['a table bar', 'a|b', 'a&#124;b'],
    ['a backslash before a bar', String.raw`a\|b`, String.raw`a\\&#124;b`],
    ['mathematics', '$x$', '&#36;x&#36;'],
    ['a heading', '# big', String.raw`\# big`],
    ['a list', '1. one', String.raw`1\. one`],
    ['lines', 'a\n\nb', 'a b'],
    ['code', 'use `@ana` here', 'use `@ana` here'],
    ['code with a bar', '`a|b`', '&#96;a&#124;b&#96;'],
    ['two codes side by side', '`a``b`', '`a`&#8203;`b`'],
    ['an object id', 'tree 9f3c1ab', 'tree `9f3c1ab`'],
    ['a number that could be one', 'all 1234567', 'all 123456&#8203;7'],
    ['text of another direction', 'a\u202eb', 'ab'],
  ])('%s', (_, text, markdown) => {
    expect(escapeMarkdown(text)).toBe(markdown)
  })

  test('leaves nothing active outside of code, whatever the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const plain = outsideCode(escapeMarkdown(text))
        expect(plain).not.toMatch(/[<>|$`\n]/)
        expect(plain.replaceAll(/\\[!-/:-@[-`{-~]/g, '')).not.toMatch(/[\\*_[\]~]/)
        expect(plain).not.toMatch(/&(?!(amp|lt|gt|#96|#124|#36|#8203);)/)
        expect(plain).not.toMatch(/@(?!&#8203;)|(?<!&)#\d|:\/\/|www\.|mailto:|GH-\d/i)
        expect(plain).not.toMatch(/(?<![0-9a-z])[0-9a-f]{7,}(?![0-9a-z])/i)
        expect(plain).not.toMatch(/^([-+=#:\s]|\d+[.)])/)
      }),
      { numRuns: 2_000 },
    )
  })

  test('code never holds what could leave it or split a cell', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const [, code = ''] of escapeMarkdown(text).matchAll(/`([^`]*)`/g)) {
          expect(code).not.toMatch(/[|\\\n]/)
          expect(code).not.toBe('')
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('reads as it was written', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(seen(escapeMarkdown(text)).replaceAll('`', '')).toBe(cleanLine(text).replaceAll('`', ''))
      }),
      { numRuns: 2_000 },
    )
  })

  test('keeps a table a table', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const [, , row = ''] = markdownTable(['x', 'y'], [[escapeMarkdown(a), escapeMarkdown(b)]]).split('\n')
        expect(row.split('|')).toHaveLength(4)
      }),
    )
  })
})

test('escapeUpTo keeps its bytes whatever it escapes, and changes nothing that fits', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 3, max: 200 }), (text, bytes) => {
      const escaped = escapeUpTo(bytes, text)
      expect(Buffer.byteLength(escaped)).toBeLessThanOrEqual(bytes)
      const whole = escapeMarkdown(text)
      expect(escaped === whole || Buffer.byteLength(whole) > bytes || cleanLine(text).length > bytes).toBe(
        true,
      )
    }),
  )
  expect(escapeUpTo(40, '@'.repeat(1_000))).toMatch(/^(@&#8203;){3,4}…$/)
})

test('codeSpan is code where code is safe, escaped text elsewhere', () => {
  expect(codeSpan('src/a.ts:3')).toBe('`src/a.ts:3`')
  expect(codeSpan('a`b|@ana')).toBe('a&#96;b&#124;@&#8203;ana')
  expect(codeSpan('')).toBe('')
})

test('a fence cannot be left by what it holds', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const lines = fence(text, 'diff').split('\n')
      const marks = lines.at(-1) ?? ''
      expect(lines[0]).toBe(`${marks}diff`)
      expect(marks).toMatch(/^`{3,}$/)
      for (const line of lines.slice(1, -1)) expect(line).not.toContain(marks)
    }),
  )
})
