// Paths that must never be taken for a path inside the repository, and those that must stay usable.
import { describe, expect, test } from 'vitest'
import { RepoPath, pathProblem } from '../../src/contracts/base.ts'

const GIT = 'names a .git folder'
const LEAVES = 'leaves or repeats a folder'

const HOSTILE = [
  ['', 'is empty'],
  ['a\0b', 'contains a NUL byte'],
  [String.raw`a\b`, 'contains a backslash'],
  [String.raw`..\x`, 'contains a backslash'],
  [String.raw`.git\config`, 'contains a backslash'],
  ['/etc/passwd', 'is absolute'],
  ['//host/share', 'is absolute'],
  ['C:/x', 'is absolute'],
  ['c:x', 'is absolute'],
  ['..', LEAVES],
  ['../x', LEAVES],
  ['a/../../x', LEAVES],
  ['a/..', LEAVES],
  ['./a', LEAVES],
  ['a/./b', LEAVES],
  ['a//b', LEAVES],
  ['a/', LEAVES],
  ['.git', GIT],
  ['.git/config', GIT],
  ['a/.git/hooks/pre-commit', GIT],
  ['.GIT/config', GIT],
  ['.gIt', GIT],
  ['.git.', GIT],
  ['.git...', GIT],
  ['.git ', GIT],
  ['.git . .', GIT],
  ['git~1', GIT],
  ['GIT~1/config', GIT],
  ['.g\u200cit', GIT],
  ['.git\u200d', GIT],
  ['\u202e.git', GIT],
  ['.gi\u206at', GIT],
  ['\ufeff.git', GIT],
  ['\uff0egit', GIT],
  ['.\uff47\uff49\uff54', GIT],
  ['\u2024git', GIT],
  ['.git::$INDEX_ALLOCATION', GIT],
  ['.git::$INDEX_ALLOCATION/config', GIT],
  ['.git:stream', GIT],
  ['.git .:stream', GIT],
  ['.git:a\nb', GIT],
  ['git~1:x', GIT],
] as const

const HARMLESS = [
  'index.js',
  '.github/workflows/ci.yml',
  '.gitignore',
  '.gitmodules',
  'git',
  'a.git/x',
  '.gitx',
  'git~10',
  'docs/..hidden',
  'a b/c.d',
  'ümlaut/字.ts',
  '@scope/x:y',
]

describe('pathProblem', () => {
  test.each(HOSTILE)('%j %s', (path, problem) => {
    expect(pathProblem(path)).toBe(problem)
    expect(RepoPath.safeParse(path).success).toBe(false)
  })

  test.each(HARMLESS)('%j is a path', (path) => {
    expect(pathProblem(path)).toBeUndefined()
    expect(RepoPath.parse(path)).toBe(path)
  })

  test('a path of more than 4,096 characters is refused', () => {
    expect(RepoPath.safeParse('a'.repeat(4097)).success).toBe(false)
  })
})
