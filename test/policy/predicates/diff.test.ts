// What a diff may touch and how large it may be: diff-caps, protected-paths, policy-unchanged, tests-kept.
import { describe, expect, test } from 'vitest'
import { ask, said } from '../ask.ts'
import { file } from '../pull.ts'
import type { File } from '../pull.ts'

const of = (id: string, ...files: File[]) => said(id, { facts: { files } })

test.each(['diff-caps', 'protected-paths', 'policy-unchanged', 'tests-kept'])(
  '%s fails where not all changed files are listed',
  (id) => {
    expect(said(id, { facts: { files_complete: false } })).toMatch(/^fail: not all changed files are known/)
  },
)

test('diff-caps counts as the tier asks, renames as two files, and takes the stricter of two tiers', () => {
  const lines = (added: number, removed: number) => file('a.js', { added, removed })
  expect(of('diff-caps', lines(1499, 1))).toBe('pass: 1 file, 1500 lines')
  expect(of('diff-caps', lines(1500, 1))).toMatch(/^fail: 1 file, 1501 lines, at most 30 and 1500/)
  const renamed = Array.from({ length: 16 }, (_, at) => file(`${at}.js`, { previous_path: `old/${at}.js` }))
  expect(of('diff-caps', ...renamed)).toMatch(/^fail: 32 files/)
  const both = said('diff-caps', { facts: { files: [lines(201, 0)] }, inForce: [3, 1] })
  expect(both).toMatch(/^fail: .*at most 5 and 200/)
  expect(of('diff-caps', file('package-lock.json', { added: 9000 }))).toBe('pass: 1 file, 0 lines')
})

test('protected-paths holds either case, both paths of a rename, and what a repository adds', () => {
  expect(of('protected-paths', file('.GitHub/x.yml'))).toMatch(
    /^fail: 1 protected path touched: .GitHub\/x.yml/,
  )
  expect(of('protected-paths', file('x', { previous_path: 'pkg/.npmrc' }))).toMatch(/^fail: .*pkg\/.npmrc/)
  expect(said('protected-paths', { protectedPaths: ['src/'] })).toMatch(/^fail: .*src\/parse.js/)
  const many = Array.from({ length: 50 }, (_, at) => file(`.github/${at}`))
  const { findings, reason } = ask('protected-paths', { facts: { files: many } })
  expect(reason).toMatch(/^50 protected paths touched: .github\/0, .github\/1 and 48 more/)
  expect(findings).toHaveLength(21)
  expect(findings?.at(-1)?.message).toBe('30 more are left out here')
})

test.each([
  '.github/autopilot.yml',
  '.github/autopilot/policy.yml',
  '.github/autopilot-extra/x',
  '.github/workflows/ci.yml',
  '.github/actions/x/action.yml',
  '.github/CODEOWNERS',
  'CODEOWNERS',
  'docs/codeowners',
  'CLAUDE.md',
  'packages/a/claude.md',
  'AGENTS.md',
  '.cursorrules',
  'pkg/.cursor/rules/x.mdc',
  '.claude/settings.json',
  '.github/copilot-instructions.md',
  '.mcp.json',
])('policy-unchanged holds a change of %s, and moving it away', (path) => {
  expect(of('policy-unchanged', file(path))).toMatch(/^fail: it changes what decides about it/)
  expect(of('policy-unchanged', file('x', { previous_path: path }))).toMatch(/^fail/)
})

describe('tests-kept', () => {
  test('no test file is gone, by name or by rename', () => {
    expect(of('tests-kept', file('test/a.test.js', { status: 'removed' }))).toMatch(
      /^fail: test\/a.test.js is gone/,
    )
    expect(of('tests-kept', file('src/a.js', { status: 'removed' }))).toMatch(/^pass/)
    const moved = { previous_path: 'test/a.js', status: 'renamed' }
    expect(of('tests-kept', file('old/a.js', moved))).toMatch(/^fail: test\/a.js is gone/)
    expect(of('tests-kept', file('test/b.js', moved))).toMatch(/^pass/)
  })

  test('what decides how tests run is as it was', () => {
    for (const path of [
      'pkg/vitest.config.ts',
      '.mocharc.json',
      'package.json',
      '.github/workflows/ci.yml',
    ]) {
      expect(of('tests-kept', file(path, { status: 'added' }))).toMatch(/^fail: .* may decide how tests run/)
      expect(of('tests-kept', file('x', { previous_path: path }))).toMatch(/^fail/)
    }
    expect(of('tests-kept', file('.gitignore'), file('.prettierrc.json'))).toMatch(/^pass/)
  })

  test('the run counted lost tests, and there are none', () => {
    expect(said('tests-kept', { run: { lost_tests: 2 } })).toMatch(/^fail: the run lost 2 tests/)
    expect(said('tests-kept', { run: { lost_tests: -1 } })).toMatch(/^fail/)
    expect(said('tests-kept', { run: { lost_tests: null } })).toMatch(/^fail: the run did not count/)
    expect(said('tests-kept', { run: null })).toMatch(/^pending: no run/)
    expect(ask('tests-kept').reported).toBe(true)
  })
})
