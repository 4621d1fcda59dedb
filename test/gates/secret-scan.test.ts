// Secrets are taken out of texts, files and values, and nothing else is changed.
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { escapeMarkdown } from '../../src/report/escape.ts'
import { redact, redactDeep, redactFile } from '../../src/gates/secret-scan.ts'

// made here, so that no scanner takes this file for a leak
const TOKEN = ['ghp', '0123456789abcdefghijABCDEFGHIJ012345'].join('_')
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
})

test('a secret is replaced by its kind, wherever it stands, and the text around it stays', async () => {
  expect(await redact(`before ${TOKEN} between ${TOKEN}\nafter`)).toBe(
    'before [redacted GITHUB_TOKEN] between [redacted GITHUB_TOKEN]\nafter',
  )
  expect(await redact(`key:\n${privateKey}end`)).toMatch(/^key:\n\[redacted \w+\]\s*end$/)
  expect(await redact('nothing to hide')).toBe('nothing to hide')
})

test('a secret that escaping for Markdown has cut up is taken out whole', async () => {
  const shown = escapeMarkdown(`it is ${TOKEN}, a_b`)
  expect(shown).not.toContain(TOKEN)
  expect(await redact(shown)).toBe(String.raw`it is [redacted GITHUB_TOKEN], a\_b`)
})

test('a text that is scanned in parts is redacted whole, also where two parts meet', async () => {
  const long = `${'x '.repeat(520_000)}${TOKEN}${' y'.repeat(520_000)}`
  const clean = await redact(long)
  expect(clean).not.toContain(TOKEN)
  expect(clean.match(/\[redacted GITHUB_TOKEN\]/g)).toHaveLength(1)
  expect(clean.length).toBe(long.length - TOKEN.length + '[redacted GITHUB_TOKEN]'.length)
})

test('a value keeps its form, and one without a secret is the very same', async () => {
  const value = { a: ['x', { b: `is ${TOKEN}` }], n: 7, none: null, key: privateKey }
  expect(await redactDeep(value)).toEqual({
    a: ['x', { b: 'is [redacted GITHUB_TOKEN]' }],
    n: 7,
    none: null,
    key: expect.stringMatching(/^\[redacted \w+\]\s*$/) as string,
  })
  const clean = { a: ['x'] }
  expect(await redactDeep(clean)).toBe(clean)
})

test('JSON and JSON Lines still parse afterwards, and what holds no secret keeps its bytes', async () => {
  const json = `${JSON.stringify({ key: privateKey, n: 1 }, null, 2)}\n`
  expect(JSON.parse(await redactFile('a.json', json))).toEqual({
    key: expect.stringContaining('[redacted') as string,
    n: 1,
  })
  const lines = `{"a":"${TOKEN}"}\n{"b":1}\n`
  expect(await redactFile('a.jsonl', lines)).toBe('{"a":"[redacted GITHUB_TOKEN]"}\n{"b":1}\n')
  expect(await redactFile('a.json', '{ "odd":   1 }')).toBe('{ "odd":   1 }')
})
