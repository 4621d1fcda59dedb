// Owns the proof that a request carries the issue, the settings' limits and the person's tier.
import { expect, test } from 'vitest'
import { TaskRequestContract } from '../../src/contracts/task.ts'
import { cleanIssue } from '../../src/intake/clean-text.ts'
import { makeRequest } from '../../src/intake/request.ts'
import { defaultSettings } from '../../src/intake/settings.ts'

const base = { ref: 'refs/heads/main', sha: 'a'.repeat(40) }

test('a request from an issue is a valid contract with limits from the settings', () => {
  const issue = cleanIssue(new TextEncoder().encode('Title\n\nBody'))
  if (!issue.ok) throw new Error('refused')
  const request = makeRequest({
    issue,
    settings: defaultSettings(),
    base,
    project: 'demo',
    origin: 'file:issue.md',
    actor: 'ana',
    constraints: ['keep the API'],
  })
  expect(TaskRequestContract.parse(request)).toEqual({ ok: true, value: request })
  expect(request).toMatchObject({ title: 'Title', description: 'Body', risk_tier: 2, parent_run: null })
  expect(request.limits).toEqual({ iterations: 3, wall_seconds: 1800, tokens: 2_000_000, money_usd: 5 })
  const asked = { issue, settings: defaultSettings(), base, project: 'demo', origin: 'x', actor: 'ana' }
  expect(makeRequest({ ...asked, riskTier: 1 }).risk_tier).toBe(1)
})
