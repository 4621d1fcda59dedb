// The whole story on a GitHub of its own: label, run in the built Action, pull request, checks, policy, merge.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { playOnGithub } from '../../demo/github.ts'
import { prepareDemo } from '../../demo/prepare.ts'
import { needsTool } from '../../fakes/require-tool.ts'
import { scratchFolder } from '../autopilot.ts'

test('a labelled issue becomes a merged pull request, and every message was as GitHub describes it', async (context) => {
  needsTool(context, 'bwrap')
  const { folder, remove } = await scratchFolder()
  context.onTestFinished(() => remove())
  const { repo, issue } = await prepareDemo({ folder: join(folder, 'demo') })
  const lines: string[] = []
  const demo = { repo, issue, owner: 'ana', name: 'minimist', ci: 'ci.yml', stay: false } as const
  const report = await playOnGithub(demo, (line) => lines.push(line), false)
  expect(report).toMatchObject({
    merged: true,
    issueClosed: true,
    unvalidated: [],
    checks: {
      'autopilot/plan': 'success',
      'autopilot/quality': 'success',
      'autopilot/council': 'success',
      'autopilot/policy': 'success',
      smoke: 'success',
    },
  })
  expect(report.status).toContain('**#2 is merged**')
  expect(report.githubCalls).toBeGreaterThan(10)
  expect(lines.join('\n')).toContain('merged, issue closed')
}, 240_000)
