// How the tests run: real processes and real git, so a test may take seconds and files run two at a time.
import { defineConfig } from 'vitest/config'

const LOOPBACK = ['test/loopback/**/*.test.ts', 'test/adapters/github/**/*.test.ts']

// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'autopilot',
          include: ['test/**/*.test.ts'],
          exclude: [...LOOPBACK, '**/node_modules/**'],
        },
      },
      {
        extends: true,
        // files share a process: what GitHub's description compiles to takes seconds, and is the same for all
        test: { name: 'loopback', include: LOOPBACK, isolate: false },
      },
    ],
  },
})
