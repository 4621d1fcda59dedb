// How times, ids, money and subjects are written.
import { expect, test } from 'vitest'
import { count, dollars, seconds, short, subjectText } from '../../src/report/figures.ts'

test.each([
  [0, '0.00 s'],
  [21, '0.02 s'],
  [94.9, '0.09 s'],
  [95, '0.1 s'],
  [900, '0.9 s'],
  [12_340, '12.3 s'],
  [99_949, '99.9 s'],
  [99_950, '1 min 40 s'],
  [125_400, '2 min 05 s'],
  [3_600_000, '60 min 00 s'],
])('%d ms is %s', (ms, text) => {
  expect(seconds(ms)).toBe(text)
})

test('ids are seven digits, of a digest as of a commit', () => {
  expect(short('sha256:8d1f0c2aaaaa')).toBe('8d1f0c2')
  expect(short('1a2b3c4d5e')).toBe('1a2b3c4')
})

test('counts and money', () => {
  expect([count(0, 'file'), count(1, 'file'), count(2, 'file')]).toEqual(['0 files', '1 file', '2 files'])
  expect([dollars(0), dollars(1.5), dollars(0.0012)]).toEqual(['0.00 USD', '1.50 USD', '0.0012 USD'])
})

test('a subject is named by what lies nearest to the commit', () => {
  const sha = 'a'.repeat(40)
  expect(subjectText({ head: sha, tree: 'b'.repeat(40) })).toBe('head aaaaaaa')
  expect(subjectText({ tree: sha, spec: `sha256:${'b'.repeat(64)}` })).toBe('tree aaaaaaa')
  expect(subjectText({ spec: `sha256:${'b'.repeat(64)}` })).toBe('spec bbbbbbb')
  expect(subjectText({ base: { ref: 'main', sha } })).toBe('base aaaaaaa')
  expect(subjectText({})).toBe('no subject')
})
