// Holds every contract of the registry to the same promises: round trip, strictness, versions, frozen samples.
import { readFileSync, readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { canonicalJson } from '../../src/contracts/canonical.ts'
import { contract, tag } from '../../src/contracts/contract.ts'
import { CONTRACTS } from '../../src/contracts/registry.ts'
import { Settings } from '../../src/contracts/settings.ts'
import { arbitraryOf, arbitraryOfSchema } from './arbitrary.ts'

const FROZEN = new URL('frozen/', import.meta.url)
const frozen = readdirSync(FROZEN).map((file) => {
  const [, name = '', version = ''] = /^([a-z-]+)\.v(\d+)\.json$/.exec(file) ?? []
  return { file, name, version: Number(version) }
})

test('the registry holds each name once', () => {
  const names = CONTRACTS.map((one) => one.name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.length).toBeGreaterThan(20)
})

describe.each(CONTRACTS.map((one) => [one.name, one] as const))('%s', (name, one) => {
  const values = arbitraryOf(one)

  test('comes back equal from canonical JSON', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = canonicalJson(value)
        const back = one.parse(JSON.parse(text))
        expect(back).toEqual({ ok: true, value })
        expect(canonicalJson(back.ok && back.value)).toBe(text)
      }),
      { numRuns: 50 },
    )
  })

  test('refuses a key it does not know, by name', () => {
    fc.assert(
      fc.property(values, (value) => {
        const result = one.parse({ ...value, bugdet: 1 })
        expect(result.ok).toBe(false)
        expect(!result.ok && result.problems.join('\n')).toContain('"bugdet"')
      }),
      { numRuns: 10 },
    )
  })

  test('refuses another version with a sentence that names both', () => {
    const [value] = fc.sample(values, { numRuns: 1, seed: 1 })
    const wrong = `autopilot/${name}@${one.version + 1}`
    const result = one.parse({ ...value, schema: wrong })
    expect(result.ok).toBe(false)
    const said = result.ok ? '' : result.problems.join('\n')
    expect(said).toContain(wrong)
    expect(said).toContain(`autopilot/${name}@${one.version}`)
  })

  test.each([null, undefined, 7, 'text', [], {}])('refuses %j without throwing', (input) => {
    expect(one.parse(input).ok).toBe(false)
  })

  test('has a frozen sample of its current version', () => {
    expect(frozen.map((sample) => sample.file)).toContain(`${name}.v${one.version}.json`)
  })
})

test.each(frozen)('$file stays readable while it is the current or the previous version', (sample) => {
  const one = CONTRACTS.find((candidate) => candidate.name === sample.name)
  expect(one, `${sample.file} belongs to no contract`).toBeDefined()
  const text = readFileSync(new URL(sample.file, FROZEN), 'utf8')
  const result = one?.parse(JSON.parse(text))
  const expected = sample.version >= (one?.version ?? 0) - 1
  expect({ file: sample.file, ...result }).toMatchObject({ file: sample.file, ok: expected })
})

describe('a contract with a previous version', () => {
  const Old = z.strictObject({ schema: tag('cup', 1), sugar: z.boolean() })
  const New = z.strictObject({ schema: tag('cup', 2), sugar_grams: z.int().min(0).max(50) })
  const cup = contract('cup', 2, New, {
    schema: Old,
    upgrade: (old) => ({ schema: 'autopilot/cup@2', sugar_grams: Old.parse(old).sugar ? 5 : 0 }),
  })

  test('reads the current version as it is', () => {
    const value = { schema: 'autopilot/cup@2', sugar_grams: 3 }
    expect(cup.parse(value)).toEqual({ ok: true, value })
  })

  test('reads the previous version and gives the current shape', () => {
    fc.assert(
      fc.property(arbitraryOfSchema(Old), (old) => {
        expect(cup.parse(old)).toMatchObject({ ok: true, value: { schema: 'autopilot/cup@2' } })
      }),
    )
  })

  test('holds the previous version to its own schema', () => {
    expect(cup.parse({ schema: 'autopilot/cup@1', sugar: 'yes' })).toEqual({
      ok: false,
      problems: ['sugar: Invalid input: expected boolean, received string'],
    })
  })

  test('holds the upgraded value to the current schema', () => {
    const broken = contract('cup', 2, New, { schema: Old, upgrade: () => ({ schema: 'autopilot/cup@2' }) })
    expect(broken.parse({ schema: 'autopilot/cup@1', sugar: true }).ok).toBe(false)
  })

  test.each([0, 3])('refuses version %i and names what it reads', (version) => {
    expect(cup.parse({ schema: `autopilot/cup@${version}`, sugar: true })).toEqual({
      ok: false,
      problems: [
        `schema: is "autopilot/cup@${version}"; this reader takes autopilot/cup@2 or autopilot/cup@1`,
      ],
    })
  })

  test('says so when the tag is missing', () => {
    expect(cup.parse({ sugar: true })).toMatchObject({ problems: [expect.stringContaining('is missing')] })
  })
})

test('settings come back equal once their defaults are filled in, and defaults are stable', () => {
  fc.assert(
    fc.property(arbitraryOfSchema(Settings, 'input'), (input) => {
      const full = Settings.parse(JSON.parse(canonicalJson(input)))
      expect(Settings.parse(JSON.parse(canonicalJson(full)))).toEqual(full)
    }),
    { numRuns: 50 },
  )
  expect(Settings.safeParse({ version: 1, bugdet: {} }).error?.issues[0]?.message).toContain('"bugdet"')
})

test('a record key named __proto__ neither passes nor reaches a prototype', () => {
  const Map = z.record(z.string(), z.unknown())
  const parsed = Map.parse(JSON.parse('{"__proto__": {"polluted": true}, "kept": 1}'))
  expect(Object.keys(parsed)).toEqual(['kept'])
  expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype)
  expect('polluted' in parsed).toBe(false)
})
