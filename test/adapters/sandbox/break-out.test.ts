// Every attempt to break out of bubblewrap, as the user who runs the tests.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findTool } from '../../../src/adapters/sandbox/host-tool.ts'
import { openArena } from './arena.ts'
import type { Arena } from './arena.ts'
import { attempts } from './attempts.ts'

// on a checking machine an absent tool is a failure, not a skip
const absent = findTool('bwrap') === undefined && process.env['CI'] !== 'true'

describe.skipIf(absent)('as the user who runs the tests (skipped: bubblewrap is not installed)', () => {
  let arena: Arena
  beforeAll(async () => {
    arena = await openArena()
  })
  afterAll(async () => {
    await arena.close()
  })
  test.for(attempts)('$title', async ({ attempt }) => {
    await expect(attempt(arena)).resolves.toBeUndefined()
  })
})
