import { describe, expect, test } from 'vitest'
import { TestRun } from '../../src/contracts/quality-report.ts'
import { detectToolchain, TOOLCHAINS } from '../../src/toolchains/registry.ts'
import { OPTIONS } from '../fakes/gate-context.ts'

test('a repository that no toolchain knows has none', async () => {
  expect(await detectToolchain([], async () => undefined, OPTIONS)).toBeNull()
})

describe.each([...TOOLCHAINS])('toolchain %s', (id, adapter) => {
  test('carries the id it is registered under', () => {
    expect(adapter.id).toBe(id)
  })

  test('does not claim an empty repository, nor one whose files cannot be read', async () => {
    expect(await adapter.detect([], async () => undefined, OPTIONS)).toBeNull()
    const unreadable = [{ path: 'package.json', mode: '100644', oid: '0'.repeat(40), bytes: 3 }] as const
    expect(await adapter.detect(unreadable, async () => undefined, OPTIONS)).toBeNull()
  })

  test.each(TestRun.shape.format.options)('never throws on junk in the format %s', async (format) => {
    for (const junk of [
      '',
      '\0',
      '{',
      '[]',
      '{"tests":1}',
      '<a>',
      '<testsuites',
      'not ok',
      'x'.repeat(10_000),
    ]) {
      const run = await adapter.parseTests(format, junk, { command: 'x', exitCode: 0 })
      const refused = 'problem' in run && run.problem.message.includes('report')
      expect(refused || TestRun.parse(run).passed === 0).toBe(true)
    }
  })

  test('never throws on junk for coverage, and knows nothing from it', async () => {
    async function* junk(): AsyncIterable<string> {
      yield* ['', '{', '[]', '{"result":[{}]}', '{"/repo/a.js":{}}', '{"result":[]}']
    }
    const read = await adapter.readCoverage(junk(), new Map([['a.js', 'f()\n']]))
    for (const coverage of read.values()) expect(coverage.known).toBe(false)
  })
})
