// The examples of docs/policy.md are what they say: files that load, rules that hold for a good pull request and not for others.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderYamlProblem } from '../../src/contracts/strict-yaml.ts'
import { decideMerge } from '../../src/policy/decide.ts'
import { loadPolicy } from '../../src/policy/load.ts'
import { PREDICATES } from '../../src/policy/registry.ts'
import { renderPolicyCheck } from '../../src/report/policy-check.ts'
import {
  ANA,
  BASE,
  check,
  claims,
  commit,
  DEFAULTS,
  effective,
  file,
  HEAD,
  pull,
  question,
  review,
} from '../policy/pull.ts'

const page = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8')
const blocks = (tag: string): string[] =>
  Array.from(page.matchAll(new RegExp(`^\`\`\`yaml ${tag}\n([^]*?)^\`\`\`$`, 'gm')), ([, text = '']) => text)

/** The sections of the rules, each with its examples as a file of a repository. */
const sections = Array.from(page.matchAll(/^### (\S+)\n([^]*?)(?=^##)/gm), ([, id = '', body = '']) => {
  const rules = Array.from(body.matchAll(/^```yaml rule\n([^]*?)^```$/gm), ([, text = '']) => text).join('')
  const head = 'schema: autopilot/policy@1\nmerge:\n  mode: enforce\n  method: squash\n  rules:\n'
  return { id, own: head + rules.replaceAll(/^/gm, '    ') }
})

test('every predicate has a section, in the order of the registry, and an example that uses it', () => {
  expect(sections.map((section) => section.id)).toEqual(PREDICATES.map((one) => one.id))
  for (const { id, own } of sections) expect(own).toContain(`use: ${id}`)
})

test('whole files load', () => {
  expect(blocks('policy').length).toBeGreaterThan(0)
  for (const text of blocks('policy')) {
    const result = loadPolicy(DEFAULTS, { text })
    expect(result.ok ? [] : result.problems.map(renderYamlProblem)).toEqual([])
  }
})

const checks = [check('test'), check('lint', { id: 2, conclusion: 'skipped' })]

test.each(sections)('the example of $id holds for a good pull request', ({ own }) => {
  const { policy } = effective(own)
  const { decision, verdict } = decideMerge(question({ policy, facts: pull({ checks }) }))
  expect(verdict.reason).toMatch(/^Allowed/)
  expect(decision).toBe('merge')
})

/** One pull request for each rule that must not pass it. */
const BAD: Readonly<Record<string, Parameters<typeof question>[0]>> = {
  'own-pull': { facts: pull({ checks, head: { ...pull().head, ref: 'fix' } }) },
  'not-fork': { facts: pull({ checks, fork: true }) },
  'base-branch': { facts: pull({ checks, mergeable: 'no' }) },
  'not-draft': { facts: pull({ checks, draft: true }) },
  checks: { facts: pull({ checks: checks.slice(1) }) },
  approvals: { facts: pull({ checks, reviews: [review(ANA)] }), run: claims({ tier: 1 }) },
  'changes-requested': { facts: pull({ checks, reviews: [review(ANA, { state: 'changes_requested' })] }) },
  committers: { facts: pull({ checks, commits: [commit({ author: ANA })] }) },
  tree: { facts: pull({ checks, head: { ...pull().head, tree: HEAD } }) },
  run: { facts: pull({ checks }), run: claims({ sandbox: 'none' }) },
  'tests-kept': { facts: pull({ checks, files: [file('test/a.js', { status: 'removed' })] }) },
  'diff-caps': { facts: pull({ checks, files: [file('a.js', { added: 9999 })] }) },
  'protected-paths': { facts: pull({ checks, files: [file('.gitlab-ci.yml')] }) },
  'policy-unchanged': { facts: pull({ checks, files: [file('docs/AGENTS.md')] }) },
  labels: { facts: pull({ checks, labels: [] }) },
}

test.each(sections)('the example of $id does not hold for a bad one', ({ id, own }) => {
  const { policy } = effective(own)
  const { decision, verdict } = decideMerge(question({ ...BAD[id], policy }))
  expect(decision).not.toBe('merge')
  const examples = new Set(policy.merge.rules.map((rule) => rule.id))
  expect(verdict.children.filter((one) => examples.has(one.name) && one.status !== 'pass')).not.toEqual([])
})

test('the titles and conclusions of the page are those of the check', () => {
  const shown = (part: Parameters<typeof question>[0]) => {
    const { status, conclusion, output } = renderPolicyCheck(decideMerge(question(part)), {
      ref: 'main',
      sha: BASE,
    })
    return `| \`${output.title}\` | ${conclusion ?? status.replace('_', ' ')} |`
  }
  expect(page).toContain(shown({}))
  expect(page).toContain(shown({ facts: pull({ checks: [] }) }))
  expect(page).toContain(shown({ facts: pull({ author: ANA }) }))
  const settings = { risk_tier: 2 as const, protected_paths: ['src/'] }
  expect(page).toContain(shown({ settings, run: claims({ tier: 2 }) }))
})

test('the page names what is always asked', () => {
  const [, said = ''] = /^## What is always asked\n([^]*?)^## /m.exec(page) ?? []
  for (const { id, always } of PREDICATES) expect(said.includes(`\`${id}\``)).toBe(always !== null)
})
