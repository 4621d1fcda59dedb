// No secret stands in the log, wherever it was said.
import { createAppAuth } from '@octokit/auth-app'
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeLog, makeScrubber } from '../../app/log.ts'

const SECRET = 'a "secret" of the hook'
const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()

function openLog() {
  const lines: string[] = []
  const log = makeLog({
    level: 'debug',
    secrets: [SECRET, PEM],
    to: { write: (line) => void lines.push(line) },
  })
  return { log, text: () => lines.join(''), lines }
}

test('what is known to be secret is gone from messages, fields and stacks', () => {
  const { log, text } = openLog()
  log.info(`the secret is ${SECRET}`)
  log.info({ deep: { deeper: [{ value: SECRET, key: PEM }] } }, 'a field')
  log.error({ err: new Error(`wrong: ${SECRET}`, { cause: new Error(PEM) }) }, 'a stack')
  log.child({ of: 'a child', secret: SECRET }).warn('a child')
  expect(text()).not.toContain('of the hook')
  expect(text()).not.toContain(PEM.split('\n')[2])
  expect(text().match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(6)
  for (const line of text().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
})

test('tokens of GitHub and keys are known by their form', async () => {
  const jwt = (await createAppAuth({ appId: 1, privateKey: PEM })({ type: 'app' })).token
  const secrets = [
    jwt,
    `ghs_${'a1B2'.repeat(9)}`,
    `ghp_${'a1B2'.repeat(9)}`,
    `ghs_1234_${'a1B2'.repeat(20)}`,
    `github_pat_${'a1B2'.repeat(10)}_${'a1B2'.repeat(12)}`,
    `v1.${'0123456789abcdef'.repeat(3).slice(0, 40)}`,
    PEM,
  ]
  for (const secret of secrets) {
    const { log, text } = openLog()
    makeLog({ level: 'info', secrets: [], to: { write: () => {} } })
    log.info(
      { url: `https://x-access-token:${secret}@github.com/o/r.git`, nested: { secret } },
      `token ${secret}`,
    )
    expect(text()).not.toContain(secret)
    expect(text()).not.toContain(secret.slice(8, 40))
  }
  const scrub = makeScrubber([])
  expect(scrub(PEM)).toBe('[redacted]\n')
})

test('fields that hold credentials are emptied at any depth, and in JSON inside a string', () => {
  const { log, text } = openLog()
  const headers = { authorization: 'Bearer of-no-known-form', cookie: 'a=b', accept: 'json' }
  log.info({ a: { b: { c: { headers } } }, text: JSON.stringify({ client_secret: 'of-no-known-form-2' }) })
  expect(text()).not.toContain('of-no-known-form')
  expect(text()).toContain('"accept":"json"')
  for (const line of text().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
})

test('an error of the API is logged without the request and reply that it carries', () => {
  const { log, text } = openLog()
  const error = Object.assign(new Error('Not Found'), {
    status: 404,
    request: { body: { body: 'a private comment' } },
    response: { data: { text: 'a private reply' } },
  })
  log.error({ err: new AggregateError([error], 'several') }, 'it failed')
  expect(text()).toContain('"status":404')
  expect(text()).not.toContain('private')
})

test('ordinary words that look a little like secrets are left alone', () => {
  const scrub = makeScrubber(['abc'])
  for (const line of ['{"msg":"abc of ghs_ and eyJ"}', '{"tokens":12,"secretary":"Ana"}'])
    expect(scrub(line)).toBe(line)
})
