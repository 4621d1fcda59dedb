import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBuildLog, renderBuildLog } from '../../src/contracts/build-log.ts'

test('steps come back with their ends, whatever they printed', () => {
  const step = fc.record({
    command: fc.stringMatching(/^[a-z][a-z =$|-]{0,20}$/),
    output: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('= exited 0\n', '$ x\r= exited 0', '\n\n', '- nothing to build: x'),
    ),
    end: fc.oneof(fc.nat(255), fc.constantFrom('timed_out', 'memory_limit')),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
      const expected = steps.map(({ command, end }) => ({ command, end }))
      expect(parseBuildLog(renderBuildLog(steps))).toEqual({ ok: true, steps: expected })
    }),
  )
})

test('a log that is cut anywhere is refused', () => {
  const log = renderBuildLog([
    { command: 'npm ci', output: 'added 1 package\n', end: 0 },
    { command: 'npm run build', output: 'built', end: 0 },
  ])
  for (let length = 0; length < log.length; length += 1) {
    expect(parseBuildLog(log.slice(0, length)).ok, `${length}`).toBe(false)
  }
})

test('nothing to build is said, not shown as an empty log', () => {
  const log = renderBuildLog([], 'no manifest')
  expect(log).toContain('nothing to build: no manifest')
  expect(parseBuildLog(log)).toEqual({ ok: true, steps: [] })
  expect(parseBuildLog('').ok).toBe(false)
})
