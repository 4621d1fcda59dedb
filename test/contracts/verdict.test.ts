// The status of a whole from its parts, and what lets work go on.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Status, permits, worstStatus } from '../../src/contracts/verdict.ts'

const statuses = fc.array(fc.constantFrom(...Status.options))

test('a whole never looks better than any of its parts', () => {
  fc.assert(
    fc.property(statuses, (parts) => {
      expect(permits(worstStatus(parts))).toBe(parts.every(permits))
    }),
  )
})

test('the order of parts does not matter, and a whole is one of its parts', () => {
  fc.assert(
    fc.property(statuses, (parts) => {
      const whole = worstStatus(parts)
      expect(worstStatus(parts.toReversed())).toBe(whole)
      expect([...parts, 'not_applicable']).toContain(whole)
    }),
  )
})

test('nothing, and nothing but not applicable parts, is not applicable and no pass', () => {
  expect(worstStatus([])).toBe('not_applicable')
  expect(worstStatus(['not_applicable', 'not_applicable'])).toBe('not_applicable')
  expect(worstStatus(['not_applicable', 'pass'])).toBe('pass')
})

test('what could not be decided holds: inconclusive, pending, timed out, error', () => {
  expect(Status.options.filter(permits)).toEqual(['pass', 'warn', 'not_applicable'])
})
