// The sample: repeatable by its seed, another one with another, whole when asked, and never silent.
import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { drawOf, sampleLine, sampleOf } from './sample.ts'
import { drawSlowFiles, SLOW } from './slow-files.ts'

const ROOT = join(import.meta.dirname, '..')

const ITEMS = Array.from({ length: 40 }, (_, at) => `item ${at}`)
const seeded = (seed: string) => ({ all: false, seed })
const drawn = (seed: string, salt = 'items') => sampleOf(ITEMS, 8, salt, seeded(seed))

describe('a draw', () => {
  test('is made by the commit, or by the seed of the environment', () => {
    const commit = () => 'abc1234'
    expect(drawOf({}, commit)).toEqual({ all: false, seed: 'abc1234' })
    expect(drawOf({ AUTOPILOT_SEED: 'mine' }, commit)).toEqual({ all: false, seed: 'mine' })
    expect(drawOf({ AUTOPILOT_TESTS: 'all' }, commit).all).toBe(true)
    const head = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' })
    expect(head.startsWith(drawOf({}).seed)).toBe(true)
  })

  test('by a word that is none is refused, since a sample would pass for the whole', () => {
    expect(() => drawOf({ AUTOPILOT_TESTS: 'ALL' })).toThrow('AUTOPILOT_TESTS is "ALL"')
  })
})

describe('a sample', () => {
  test('has as many as asked, in their order, and none twice', () => {
    const places = drawn('a').map((item) => ITEMS.indexOf(item))
    expect(new Set(places).size).toBe(8)
    expect(places.toSorted((a, b) => a - b)).toEqual(places)
    expect(sampleOf(ITEMS, 99, 'items', seeded('a'))).toEqual(ITEMS)
  })

  test('is the same for the same seed, and another for another seed or salt', () => {
    expect(drawn('a')).toEqual(drawn('a'))
    expect(drawn('b')).not.toEqual(drawn('a'))
    expect(drawn('a', 'others')).not.toEqual(drawn('a'))
  })

  test('reaches every item within some seeds', () => {
    const seen = new Set(Array.from({ length: 60 }, (_, seed) => drawn(`${seed}`)).flat())
    expect(seen.size).toBe(ITEMS.length)
  })

  test('is moved by a new item in one place at most', () => {
    const more = sampleOf(['first of all', ...ITEMS], 8, 'items', seeded('a'))
    expect(drawn('a').filter((item) => !more.includes(item)).length).toBeLessThanOrEqual(1)
  })

  test('tells apart items that are records, and equal ones too', () => {
    const cells = ['get', 'put'].flatMap((call) =>
      ['slow', 'lost', 'twice'].map((fault) => ({ call, fault })),
    )
    expect(sampleOf([...cells, ...cells], 5, 'cells', seeded('a'))).toHaveLength(5)
  })

  test('is everything when all is asked for', () => {
    expect(sampleOf(ITEMS, 8, 'items', { all: true, seed: 'a' })).toEqual(ITEMS)
  })

  test('says how many ran of how many, by which seed, and how to run all; all need no word', () => {
    expect(sampleLine(6, 22, 'slow test files', seeded('7bf05a2'))).toBe(
      'sample: 6 of 22 slow test files, seed 7bf05a2 · all of them: npm run test:all',
    )
    expect(sampleLine(22, 22, 'slow test files', seeded('7bf05a2'))).toBeUndefined()
  })
})

describe('slow test files', () => {
  const files = ITEMS.map((item) => `test/${item}.slow.test.ts`)

  test('are left out but for a sample, and that is said', () => {
    const { left, line } = drawSlowFiles(files, ['run', '--reporter=dot'], seeded('a'))
    expect(left.length).toBeGreaterThan(30)
    expect(files).toEqual(expect.arrayContaining(left))
    expect(line).toBe(
      `sample: ${40 - left.length} of 40 slow test files, seed a · all of them: npm run test:all`,
    )
  })

  test('all run when all are asked for, or when a person says what to run', () => {
    const none = { left: [], line: undefined }
    expect(drawSlowFiles(files, ['run'], { all: true, seed: 'a' })).toEqual(none)
    expect(drawSlowFiles(files, ['run', 'test/e2e'], seeded('a'))).toEqual(none)
    expect(drawSlowFiles(files, ['-t', 'a title'], seeded('a'))).toEqual(none)
  })

  test('are few of those that vitest itself finds, beside every quick one; of all it finds each', async () => {
    const found = async (env: Record<string, string>): Promise<string[]> => {
      const { stdout } = await execa('vitest', ['list', '--filesOnly', '--json'], {
        cwd: ROOT,
        preferLocal: true,
        env: { AUTOPILOT_TESTS: '', AUTOPILOT_SEED: 'a', ...env },
      })
      return (JSON.parse(stdout) as { file: string }[]).map(({ file }) => file.slice(ROOT.length + 1)).sort()
    }
    const slow = globSync(SLOW, { cwd: ROOT })
    const all = globSync('test/**/*.test.ts', { cwd: ROOT }).sort()
    const { left } = drawSlowFiles(slow.sort(), [], seeded('a'))
    expect(left.length).toBeGreaterThan(0)
    expect(await found({})).toEqual(all.filter((file) => !left.includes(file)))
    expect(await found({ AUTOPILOT_TESTS: 'all' })).toEqual(all)
  })
})
