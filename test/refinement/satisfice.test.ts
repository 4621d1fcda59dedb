import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SatisficingResult } from '../../src/contracts/refinement.ts'
import { type Round, satisfice, type StopInput } from '../../src/refinement/satisfice.ts'

const LIMITS = { iterations: 5, wall_seconds: 600, tokens: 1000, money_usd: 1 }
const NOTHING = { seconds: 0, money_usd: 0, tokens: 0 }

function round(score: number, signature: string | null = `s${score}`, more: Partial<Round> = {}): Round {
  return { score, signature, accepted: false, safetyCapped: false, focus: ['correctness'], ...more }
}

function stop(history: readonly Round[], more: Partial<StopInput> = {}): SatisficingResult {
  return SatisficingResult.parse(
    satisfice({ history, spent: NOTHING, limits: LIMITS, canRefine: true, ...more }),
  )
}

test('nothing measured yet goes on', () => {
  expect(stop([])).toMatchObject({ stop: false, stop_reason: null, accepted: false })
})

test('every threshold met is accepted, also in the last iteration that is allowed', () => {
  const met = round(1, null, { accepted: true })
  expect(stop([met])).toMatchObject({ stop: true, stop_reason: 'met', accepted: true })
  expect(stop([round(0.1), round(0.4), round(0.6), round(0.8), met])).toMatchObject({ stop_reason: 'met' })
})

test('met work is accepted even when it is flat or over its time', () => {
  const history = [round(0.9, 'a'), round(0.9, 'b'), round(0.9, null, { accepted: true })]
  expect(stop(history, { spent: { ...NOTHING, seconds: 9999 } }).accepted).toBe(true)
})

test('a safety gate that failed is never accepted, even if a report claims so', () => {
  expect(stop([round(0.49, 'x', { accepted: true, safetyCapped: true })]).accepted).toBe(false)
})

test('unmet work goes on while it moves, and names what comes next', () => {
  expect(stop([round(0.4), round(0.6)])).toMatchObject({
    stop: false,
    stop_reason: null,
    recommended_next_focus: ['correctness'],
  })
})

test.each([
  ['iteration_cap', [0.1, 0.3, 0.5, 0.7, 0.9].map((n) => round(n)), {}],
  ['time_cap', [round(0.4)], { spent: { ...NOTHING, seconds: 600 } }],
  ['budget_cap', [round(0.4)], { spent: { ...NOTHING, money_usd: 1 } }],
  ['budget_cap', [round(0.4)], { spent: { ...NOTHING, tokens: 1000 } }],
  ['cannot_refine', [round(0.4)], { canRefine: false }],
  ['same_failure', [round(0.4, 'a'), round(0.6, 'a')], {}],
  ['flat', [round(0.4, 'a'), round(0.44, 'b'), round(0.42, 'c')], {}],
] as const)('%s stops without acceptance', (reason, history, more) => {
  expect(stop(history, more)).toMatchObject({ stop: true, stop_reason: reason, accepted: false })
})

test('the same failure counts also when another lay between', () => {
  expect(stop([round(0.2, 'a'), round(0.5, 'b'), round(0.8, 'a')]).stop_reason).toBe('same_failure')
})

test('quality that moves by exactly 5 % is not flat, and neither is one that swings', () => {
  expect(stop([round(0.4, 'a'), round(0.42, 'b'), round(0.45, 'c')]).stop).toBe(false)
  expect(stop([round(0.5, 'a'), round(0.9, 'b'), round(0.5, 'c')]).stop).toBe(false)
})

test('a limit of 0 is no cap that is reached before anything is spent', () => {
  const limits = { ...LIMITS, tokens: 0, money_usd: 0 }
  expect(stop([round(0.4)], { limits }).stop).toBe(false)
  expect(stop([round(0.4)], { limits, spent: { ...NOTHING, tokens: 1 } }).stop_reason).toBe('budget_cap')
})

const anyRound = fc.record({
  score: fc.double({ min: 0, max: 1, noNaN: true }),
  signature: fc.option(fc.string(), { nil: null }),
  accepted: fc.boolean(),
  safetyCapped: fc.boolean(),
  focus: fc.constant([]),
})

test('whatever comes, the loop ends in at most N iterations', () => {
  fc.assert(
    fc.property(
      fc.array(anyRound, { minLength: 20, maxLength: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (rounds, n) => {
        const limits = { ...LIMITS, iterations: n }
        const history: Round[] = []
        let result = stop(history, { limits })
        for (const next of rounds) {
          if (result.stop) break
          history.push(next)
          result = stop(history, { limits })
        }
        expect(result.stop).toBe(true)
        expect(history.length).toBeLessThanOrEqual(n)
      },
    ),
  )
})

test('whatever comes, a failed safety gate never leads to acceptance, and acceptance always stops', () => {
  fc.assert(
    fc.property(
      fc.array(anyRound, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      fc.nat(2000),
      (history, canRefine, seconds) => {
        const result = stop(history, { canRefine, spent: { ...NOTHING, seconds } })
        const last = history.at(-1)
        const met = last?.accepted === true && !last.safetyCapped
        expect(result.accepted).toBe(met)
        expect(result.stop_reason === 'met').toBe(met)
        expect(result.stop).toBe(result.stop_reason !== null)
      },
    ),
  )
})
