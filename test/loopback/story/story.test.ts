// Shows the story by Octokit and git, judged by the oracle, and its report as a command writes it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import type { StoryReport } from './story.ts'

const STORY = fileURLToPath(new URL('./story.ts', import.meta.url))

test('the story is green with every message validated, and its report says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'story-report-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const json = join(folder, 'report.json')
  const run = await execa(process.execPath, [STORY, '--json', json], { reject: false })
  expect(run.stdout).toContain('✓ protected merge')
  expect(run.stdout).toContain('✓ green')
  expect(run.exitCode).toBe(0)
  const report = JSON.parse(await readFile(json, 'utf8')) as StoryReport
  expect(report).toMatchObject({ green: true, unvalidated: 0, problems: [] })
  expect(report.validated.requests).toBeGreaterThan(50)
  expect(report.validated.replies + report.validated.undeclaredErrors).toBeGreaterThan(50)
  expect(report.validated.webhooks).toBeGreaterThan(30)
  expect(report.tolerances).toBeLessThanOrEqual(20)
  expect(report.rules).toBeGreaterThanOrEqual(80)
})

test('an unknown option and a report that cannot be written are refused before the story begins', async () => {
  for (const args of [['--jsn', 'x'], ['--json', '/nowhere/report.json'], ['--json']]) {
    const run = await execa(process.execPath, [STORY, ...args], { reject: false })
    expect(run.exitCode).toBe(4)
    expect(run.stdout).toBe('')
    expect(run.stderr).toContain('Type: npm run loopback:story')
  }
})
