import { expect, test } from 'vitest'
import { expandMatrix, legSuffix } from './matrix.ts'

const legs = (matrix: unknown) => expandMatrix(matrix).map((leg) => Object.fromEntries(leg))

test('every combination of the values is one job', () => {
  expect(legs({ node: [20, 24], os: ['a', 'b'] })).toEqual([
    { node: 20, os: 'a' },
    { node: 20, os: 'b' },
    { node: 24, os: 'a' },
    { node: 24, os: 'b' },
  ])
})

test('exclude takes partial matches out before include adds', () => {
  expect(
    legs({ node: [20, 24], os: ['a', 'b'], exclude: [{ node: 20 }], include: [{ node: 20, os: 'a' }] }),
  ).toEqual([
    { node: 24, os: 'a' },
    { node: 24, os: 'b' },
    { node: 20, os: 'a' },
  ])
})

// The example of docs.github.com, "Running variations of jobs in a workflow", expanding configurations.
test('include extends combinations, overwrites only what include added, or makes a job of its own', () => {
  expect(
    legs({
      fruit: ['apple', 'pear'],
      animal: ['cat', 'dog'],
      include: [
        { color: 'green' },
        { color: 'pink', animal: 'cat' },
        { fruit: 'apple', shape: 'circle' },
        { fruit: 'banana' },
        { fruit: 'banana', animal: 'cat' },
      ],
    }),
  ).toEqual([
    { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
    { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
    { fruit: 'pear', animal: 'cat', color: 'pink' },
    { fruit: 'pear', animal: 'dog', color: 'green' },
    { fruit: 'banana' },
    { fruit: 'banana', animal: 'cat' },
  ])
})

test('a matrix of include alone makes one job each', () => {
  expect(legs({ include: [{ a: 1 }, { a: 2 }] })).toEqual([{ a: 1 }, { a: 2 }])
})

test('an empty vector and more than 256 jobs are refused', () => {
  expect(() => legs({ node: [] })).toThrow("Matrix vector 'node' does not contain any values")
  const many = Array.from({ length: 257 }, (_, at) => at)
  expect(() => legs({ many })).toThrow('The matrix makes 257 jobs; 256 is the most.')
})

test('a job’s name shows the values, also those within objects', () => {
  expect(legSuffix(expandMatrix({ a: [{ x: 1, y: ['q'] }], b: [true] })[0] ?? new Map())).toBe(
    ' (1, q, true)',
  )
})
