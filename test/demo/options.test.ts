// The demo's options, and what is said about those that do not fit.
import { execa } from 'execa'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseDemoOptions } from './options.ts'

test.each([
  [[], { keep: false, laptop: false }],
  [['--laptop'], { keep: false, laptop: true }],
  [['--break', 'scope', '--keep'], { broken: 'scope', keep: true, laptop: false }],
  [['--repo', 'mine', '--issue', 'bug.md'], { repo: 'mine', issue: 'bug.md', keep: false, laptop: false }],
  [
    ['--laptop', '--break=secret', '--json', 'out.json', '--sandbox', 'none'],
    { broken: 'secret', json: 'out.json', sandbox: 'none', keep: false, laptop: true },
  ],
])('%j', (args, options) => {
  expect(parseDemoOptions(args)).toEqual({ ok: true, options })
})

test('all mistakes are said at once', () => {
  expect(parseDemoOptions(['--brake', '--break', 'all', '--sandbox=docker', 'more', '--json'])).toEqual({
    ok: false,
    problems: [
      '--brake is not an option.',
      '--break takes one of tests, scope, coverage, secret, not "all".',
      '--sandbox takes only none, not "docker"; without it the sandbox is used.',
      '"more" is not asked for.',
      '--json needs a file name.',
    ],
  })
})

test.each([
  [['--repo', 'mine'], '--repo needs --issue FILE.md too.'],
  [['--issue', 'bug.md'], '--issue needs --repo FOLDER too.'],
  [['--sandbox', 'none'], '--sandbox none is for --laptop: a run for GitHub has a sandbox.'],
  [['--repo', 'mine', '--issue', 'bug.md', '--break', 'scope'], "--break is for the demo's own repository."],
])('%j do not go together', (args, problem) => {
  expect(parseDemoOptions(args)).toEqual({ ok: false, problems: [problem] })
})

test('an option is not taken for a file name', () => {
  expect(parseDemoOptions(['--json', '--keep'])).toEqual({
    ok: false,
    problems: ['--json needs a file name.'],
  })
})

test('bad options exit with 4 and the line to type', async () => {
  const demo = fileURLToPath(new URL('demo.ts', import.meta.url))
  const run = await execa(process.execPath, [demo, '--break', 'x'], { reject: false })
  expect(run.exitCode).toBe(4)
  expect(run.stderr).toContain('Type: npm run demo -- [--break tests|scope|coverage|secret]')
})
