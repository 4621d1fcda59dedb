// Owns the proof that RULES.md is complete in form, and that every test it names exists.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseRules, readRules } from './rules.ts'

const rules = readRules()

describe('the rule table', () => {
  test('has at least 110 rules, and no id twice', () => {
    expect(rules.length).toBeGreaterThanOrEqual(110)
    expect(new Set(rules.map((one) => one.id)).size).toBe(rules.length)
    expect(rules.filter((one) => !/^[a-z]+-\d+$/u.test(one.id))).toEqual([])
  })

  test('states each rule as one sentence, and none twice', () => {
    expect(rules.filter((one) => !one.rule.endsWith('.')).map((one) => one.id)).toEqual([])
    expect(new Set(rules.map((one) => one.rule)).size).toBe(rules.length)
  })

  test('rests on documentation more often than on assumptions', () => {
    const assumed = rules.filter((one) => 'assumed' in one.source)
    expect(assumed.length * 3).toBeLessThan(rules.length)
  })

  test('names only tests that exist, by their file and their title', () => {
    const missing = rules.flatMap((rule) =>
      rule.tests
        .filter(({ file, title }) => {
          const url = new URL(file, import.meta.url)
          return !existsSync(url) || !readFileSync(url, 'utf8').includes(title)
        })
        .map(({ file, title }) => `${rule.id}: ${file} › ${title}`),
    )
    expect(missing).toEqual([])
  })
})

describe('reading the table', () => {
  const row = (source: string, shown: string) =>
    `| id | rule |\n| --- | --- |\n| a-1 | It is. | ${source} | ${shown} |`

  test('takes several tests', () => {
    const page = 'https://docs.github.com/en/rest'
    expect(parseRules(row(page, 'x.test.ts › one; y/z.test.ts › two'))[0]?.tests).toEqual([
      { file: 'x.test.ts', title: 'one' },
      { file: 'y/z.test.ts', title: 'two' },
    ])
  })

  test('refuses a source that is neither a page nor a reasoned assumption', () => {
    expect(() => parseRules(row('https://example.org/', 'x.test.ts › one'))).toThrow('a-1')
    expect(() => parseRules(row('assumed:', 'x.test.ts › one'))).toThrow('a-1')
  })

  test('refuses a row with a cell too few or too many', () => {
    expect(() => parseRules('| a-1 | It is. | https://docs.github.com/en |')).toThrow('four cells')
    expect(() => parseRules(row('https://docs.github.com/en', 'x | y'))).toThrow('four cells')
  })

  test('refuses a rule that names no test, and a test that is not written as file and title', () => {
    expect(() => parseRules(row('https://docs.github.com/en', '–'))).toThrow('not as "–"')
    expect(() => parseRules(row('https://docs.github.com/en', 'x.test.ts'))).toThrow('x.test.ts')
  })
})
