import { expect, test } from 'vitest'
import { PUSH } from '../memory-host.ts'
import { parseWorkflow } from '../workflow/parse.ts'
import { matchesPatterns } from './filter-pattern.ts'
import { matchEvent } from './triggers.ts'
import type { TriggerEvent } from './trigger-event.ts'

async function starts(on: string, event: Partial<TriggerEvent>): Promise<boolean> {
  const text = `on: ${on}\njobs:\n  a:\n    runs-on: x\n    steps: [{ run: 'true' }]\n`
  const parsed = await parseWorkflow('.github/workflows/a.yml', text)
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message)
  return matchEvent(parsed.workflow, { ...PUSH, ...event })
}

// The rows are those of docs.github.com, "Workflow syntax", filter pattern cheat sheet.
test.each([
  ['feature/*', 'feature/my-branch', true],
  ['feature/*', 'feature/a/b', false],
  ['feature/**', 'feature/beta-a/my-branch', true],
  ['*', 'main', true],
  ['*', 'releases/10', false],
  ['**', 'every/branch', true],
  ['*feature', 'ver-10-feature', true],
  ['v2*', 'v2.0', true],
  ['v[12].[0-9]+.[0-9]+', 'v1.10.1', true],
  ['v[12].[0-9]+.[0-9]+', 'v3.1.1', false],
  ['*.jsx?', 'page.js', true],
  ['*.jsx?', 'page.jsx', true],
  ['**.js', 'src/js/app.js', true],
  ['docs/*', 'docs/mona/octocat.txt', false],
  ['docs/**/*.md', 'docs/README.md', true],
  ['docs/**/*.md', 'docs/a/markdown/file.md', true],
  ['**/docs/**', 'dir/docs/my-file.txt', true],
  ['**/docs/**', 'docs/hello.md', true],
  ['**/README.md', 'README.md', true],
  ['**/*src/**', 'a/src/app.js', true],
  ['**/*-post.md', 'path/their-post.md', true],
  ['a.b', 'axb', false],
])('the pattern %s and the name %s: %s', (pattern, name, expected) => {
  expect(matchesPatterns([pattern], name)).toBe(expected)
})

test('an exclamation mark excludes, and a later pattern includes again', () => {
  const patterns = ['**', '!docs/**', 'docs/api.md']
  expect(['src/a', 'docs/a.md', 'docs/api.md'].map((name) => matchesPatterns(patterns, name))).toEqual([
    true,
    false,
    true,
  ])
})

test('a push is filtered by branch, tag and path', async () => {
  const tag = { ref: 'refs/tags/v1' }
  expect(await starts('{ push: { branches: [main] } }', {})).toBe(true)
  expect(await starts('{ push: { branches: [dev] } }', {})).toBe(false)
  expect(await starts('{ push: { branches-ignore: [main] } }', {})).toBe(false)
  expect(await starts('{ push: { branches: [main] } }', tag)).toBe(false)
  expect(await starts("{ push: { tags: ['v*'] } }", tag)).toBe(true)
  expect(await starts("{ push: { tags: ['v*'] } }", {})).toBe(false)
  expect(await starts('push', tag)).toBe(true)
  expect(await starts("{ push: { paths: ['src/**'] } }", { changedPaths: ['docs/a', 'src/b'] })).toBe(true)
  expect(await starts("{ push: { paths: ['src/**'] } }", { changedPaths: ['docs/a'] })).toBe(false)
  expect(await starts("{ push: { paths-ignore: ['docs/**'] } }", { changedPaths: ['docs/a'] })).toBe(false)
  expect(await starts("{ push: { paths-ignore: ['docs/**'] } }", { changedPaths: ['docs/a', 'b'] })).toBe(
    true,
  )
  expect(await starts("{ push: { paths: ['src/**'] } }", {})).toBe(true)
  expect(await starts('push', { payload: { deleted: true } })).toBe(false)
})

test('a pull request counts by its base branch and, without types, for three activities', async () => {
  const pull = {
    name: 'pull_request',
    action: 'opened',
    ref: 'refs/pull/1/merge',
    baseRef: 'main',
    headRef: 'dev',
  }
  expect(await starts('pull_request', pull)).toBe(true)
  expect(await starts('pull_request', { ...pull, action: 'synchronize' })).toBe(true)
  expect(await starts('pull_request', { ...pull, action: 'labeled' })).toBe(false)
  expect(await starts('{ pull_request: { types: [labeled] } }', { ...pull, action: 'labeled' })).toBe(true)
  expect(await starts('{ pull_request: { branches: [main] } }', pull)).toBe(true)
  expect(await starts('{ pull_request: { branches: [dev] } }', pull)).toBe(false)
})

test('other events take all activity types unless the file names some', async () => {
  expect(await starts('issues', { name: 'issues', action: 'labeled' })).toBe(true)
  expect(await starts('{ issues: { types: [opened] } }', { name: 'issues', action: 'labeled' })).toBe(false)
  expect(await starts('issue_comment', { name: 'issue_comment', action: 'edited' })).toBe(true)
  expect(await starts('check_suite', { name: 'check_suite', action: 'requested' })).toBe(false)
  const dispatch = { name: 'repository_dispatch', action: 'go' }
  expect(await starts('{ repository_dispatch: { types: [go] } }', dispatch)).toBe(true)
  expect(await starts('{ repository_dispatch: { types: [stop] } }', dispatch)).toBe(false)
})

test('a finished run starts workflows that name it, by the branch it ran for', async () => {
  const over = {
    name: 'workflow_run',
    action: 'completed',
    payload: { workflow_run: { name: 'CI', head_branch: 'dev' } },
  }
  expect(await starts('{ workflow_run: { workflows: [CI], types: [completed] } }', over)).toBe(true)
  expect(await starts('{ workflow_run: { workflows: [Other] } }', over)).toBe(false)
  expect(await starts('{ workflow_run: { workflows: [CI], branches: [main] } }', over)).toBe(false)
})

test('what a job token did starts nothing but dispatches', async () => {
  expect(await starts('push', { byJob: true })).toBe(false)
  expect(await starts('workflow_dispatch', { name: 'workflow_dispatch', byJob: true })).toBe(true)
})

test('a commit message can skip pushes and pull requests, not other events', async () => {
  expect(await starts('push', { headMessage: 'docs [skip ci]' })).toBe(false)
  expect(await starts('push', { headMessage: 'docs\n\nskip-checks: true\n' })).toBe(false)
  expect(await starts('issues', { name: 'issues', action: 'opened', headMessage: '[skip ci]' })).toBe(true)
})

test('check runs of Actions itself start nothing, against recursion', async () => {
  const check = (slug: string) => ({
    name: 'check_run',
    action: 'completed',
    payload: { check_run: { app: { slug } } },
  })
  expect(await starts('check_run', check('autopilot'))).toBe(true)
  expect(await starts('check_run', check('github-actions'))).toBe(false)
})

test('a dispatch starts the one workflow that it names', async () => {
  const dispatch = { name: 'workflow_dispatch' }
  expect(await starts('workflow_dispatch', { ...dispatch, workflowPath: '.github/workflows/a.yml' })).toBe(
    true,
  )
  expect(await starts('workflow_dispatch', { ...dispatch, workflowPath: '.github/workflows/b.yml' })).toBe(
    false,
  )
})
