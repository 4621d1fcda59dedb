// Runs the contract of the Sandbox port against the levels that this machine has.
import { describe } from 'vitest'
import { findTool } from '../../../src/adapters/sandbox/host-tool.ts'
import { sandboxContract } from '../../contracts-of-ports/sandbox.ts'
import { openArena } from './arena.ts'

const files = { 'README.md': 'hello\n', 'src/a.js': 'export const a = 1\n' }
const absent = findTool('bwrap') === undefined && process.env['CI'] !== 'true'

describe.skipIf(absent)('bubblewrap (skipped: it is not installed)', () => {
  sandboxContract('bwrap', () => openArena(files))
})

describe('without isolation', () => {
  sandboxContract('none', () => openArena(files, { level: 'none' }))
})
