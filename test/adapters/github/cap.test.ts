// A text that is too long is cut where it still reads well.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { capMarkdown } from '../../../src/adapters/github/writer/cap.ts'

test('a text that fits is left as it is', () => {
  expect(capMarkdown('short\n', 100)).toBe('short\n')
  expect(capMarkdown('ü'.repeat(50), 100, 'bytes')).toBe('ü'.repeat(50))
})

test('a cut closes the fence and the details that it left open', () => {
  const text = `<details><summary>log</summary>\n\n~~~~\n${'line\n'.repeat(100)}~~~~\n</details>\n`
  const cut = capMarkdown(text, 200)
  expect(cut.length).toBeLessThanOrEqual(200)
  expect(cut).toMatch(/line\n~~~~\n<\/details>\n\n… shortened: GitHub takes 200 characters here\.$/)
})

test('a line that is too long by itself is cut within, and never inside of a character', () => {
  const cut = capMarkdown('🜚'.repeat(500), 200, 'bytes')
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(200)
  expect(cut).toMatch(/^🜚+\n\n… shortened/u)
  expect(cut.isWellFormed()).toBe(true)
})

test('whatever the text, what is left fits', () => {
  const pieces = fc.array(
    fc.oneof(fc.string(), fc.constantFrom('\n', '```\n', '<details>\n', '</details>\n', '🜚', 'x'.repeat(90))),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(pieces, fc.constantFrom('bytes', 'characters'), (parts, measure) => {
      const text = parts.join('')
      const cut = capMarkdown(text, 150, measure)
      const size = measure === 'bytes' ? Buffer.byteLength(cut) : cut.length
      expect(size).toBeLessThanOrEqual(150)
    }),
  )
})
