import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LedgerEntryContract } from '../../src/contracts/ledger.ts'
import type { LedgerEntry } from '../../src/contracts/ledger.ts'
import { emptyHead, genesisOf, headOf, makeEntry, verifyChain } from '../../src/process/ledger.ts'
import { DIGEST, imported, TASK } from './driver.ts'

const driver = imported()
const run = driver.chains.get(driver.run) ?? []
const head = headOf(run.at(-1) ?? driver.entry(driver.run, driver.entering('SPEC')))

test('a whole chain verifies, and its entries are what the contract reads', () => {
  expect(run.length).toBeGreaterThan(15)
  expect(verifyChain(run)).toEqual({ ok: true, head, problems: [] })
  expect(verifyChain(run, { chain: driver.run, head })).toMatchObject({ ok: true })
  for (const entry of run) {
    expect(LedgerEntryContract.parse(JSON.parse(JSON.stringify(entry)))).toEqual({ ok: true, value: entry })
  }
})

test('a chain without entries verifies only under its name, and against the empty head', () => {
  expect(verifyChain([]).ok).toBe(false)
  expect(verifyChain([], { chain: 'run:r-000000none' }).ok).toBe(true)
  expect(verifyChain([], { chain: 'run:r-000000none', head: emptyHead('run:r-000000none') }).ok).toBe(true)
  expect(verifyChain([], { chain: driver.run, head }).problems[0]?.kind).toBe('truncated')
})

test('an entry hashes the same whatever the order of its keys', () => {
  const event = { kind: 'phase.waiting', phase: 'SPEC', for: 'x' } as const
  const swapped = { for: 'x', phase: 'SPEC', kind: 'phase.waiting' } as const
  const at = '2026-11-21T02:00:00.000Z'
  const start = { chain: 'run:r-000000none', head: emptyHead('run:r-000000none'), at }
  expect(makeEntry({ ...start, event }).hash).toBe(makeEntry({ ...start, event: swapped }).hash)
})

/** Every leaf of the entry by its path. */
function leaves(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, one]) => leaves(one, [...path, key]))
    : [path]
}

/** A copy of the entry with another value at one leaf. */
function edited(entry: LedgerEntry, path: readonly string[]): LedgerEntry {
  const copy = structuredClone(entry)
  let at = copy as unknown as Record<string, unknown>
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>
  const key = path.at(-1) ?? ''
  const old = at[key]
  at[key] = typeof old === 'number' ? old + 1 : typeof old === 'boolean' ? !old : `${String(old)}x`
  return copy
}

test('any single edit of any field of any entry is found, in its place', () => {
  fc.assert(
    fc.property(fc.nat(run.length - 1), fc.nat(), (index, pick) => {
      const entry = run[index]
      if (entry === undefined) return
      const paths = leaves(entry)
      const path = paths[pick % paths.length] ?? []
      const chain = run.with(index, edited(entry, path))
      const check = verifyChain(chain, { chain: driver.run, head })
      expect(check.ok).toBe(false)
      expect(check.problems.some((problem) => problem.seq === index || problem.seq === index + 1)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('any entry that is removed, doubled or swapped is found', () => {
  fc.assert(
    fc.property(fc.nat(run.length - 1), fc.nat(run.length - 1), (a, b) => {
      const removed = run.toSpliced(a, 1)
      const doubled = run.toSpliced(b, 0, ...run.slice(a, a + 1))
      expect(verifyChain(removed, { head }).ok).toBe(false)
      expect(verifyChain(doubled, { head }).ok).toBe(false)
      if (a === b) return
      const first = run[a]
      const second = run[b]
      if (first === undefined || second === undefined) return
      expect(verifyChain(run.with(a, second).with(b, first), { head }).ok).toBe(false)
    }),
  )
})

/** The chain as its owner would forge it: cut at `index`, another event, hashes made anew to the end. */
function resealed(index: number, keep: number): LedgerEntry[] {
  const chain = run.slice(0, index)
  for (const entry of [undefined, ...run.slice(index + 1, keep)]) {
    const last = chain.at(-1)
    chain.push(
      makeEntry({
        chain: driver.run,
        head: last === undefined ? emptyHead(driver.run) : headOf(last),
        at: '2026-11-21T02:00:00.000Z',
        event: entry?.event ?? { kind: 'violation', phase: null, code: 'tool_refused', detail: 'forged' },
      }),
    )
  }
  return chain
}

test('a chain that was rewritten and resealed verifies alone, and is found against a published head', () => {
  fc.assert(
    fc.property(fc.nat(run.length - 1), (index) => {
      const forged = resealed(index, run.length)
      expect(verifyChain(forged, { chain: driver.run }).ok).toBe(true)
      expect(verifyChain(forged, { chain: driver.run, head }).ok).toBe(false)
    }),
  )
})

test('a chain that was cut verifies alone, and is truncated against a published head', () => {
  const cut = run.slice(0, -2)
  expect(verifyChain(cut).ok).toBe(true)
  expect(verifyChain(cut, { head }).problems.map((problem) => problem.kind)).toEqual(['truncated'])
})

test('a chain that goes on after the published head, or forked from it, is told apart', () => {
  const short = headOf(run[3] ?? run.at(-1) ?? driver.entry(driver.run, driver.entering('SPEC')))
  expect(verifyChain(run, { head: short }).problems.map((problem) => problem.kind)).toEqual(['out_of_order'])
  expect(verifyChain(resealed(3, run.length), { head: short }).problems.map((p) => p.kind)).toEqual([
    'forked',
  ])
})

test('a chain of another task is foreign, from its first entry on', () => {
  const check = verifyChain(run, { chain: `task:${TASK}` })
  expect(check.ok).toBe(false)
  expect(new Set(check.problems.map((problem) => problem.kind))).toEqual(new Set(['foreign', 'broken_link']))
  expect(genesisOf(driver.run)).not.toBe(genesisOf(driver.task))
  expect(DIGEST).not.toBe(genesisOf(driver.run))
})
