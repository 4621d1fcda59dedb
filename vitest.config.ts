// How the tests run: real processes and real git, so a test may take seconds and files run two at a time.
import { globSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { drawOf } from './test/sample.ts'
import { drawSlowFiles, SLOW } from './test/slow-files.ts'

const LOOPBACK = ['test/loopback/**/*.test.ts', 'test/adapters/github/**/*.test.ts']

const draw = drawOf(process.env)
const slow = drawSlowFiles(globSync(SLOW, { cwd: import.meta.dirname }).sort(), process.argv.slice(2), draw)

// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // two processes for all files: to start one for each takes longer than most tests
    isolate: false,
    exclude: ['**/node_modules/**', ...slow.left],
    // one draw a run, also where a test commits something meanwhile
    env: { AUTOPILOT_SEED: draw.seed },
    reporters: ['default', { onTestRunEnd: () => slow.line && console.log(`${slow.line}\n`) }],
    projects: [
      {
        extends: true,
        test: { name: 'autopilot', include: ['test/**/*.test.ts'], exclude: LOOPBACK },
      },
      // apart: what GitHub's description compiles to makes a process heavy, and a heavy one starts others slowly
      { extends: true, test: { name: 'loopback', include: LOOPBACK } },
    ],
  },
})
