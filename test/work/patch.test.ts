// Holds the reading of patches to hostile ones: every path named, every trick refused by its rule id.
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { AttachedPatch, stripLevel } from '../../src/contracts/patch.ts'
import { attachPatch, readPatch } from '../../src/work/patch.ts'
import { git, repository, writeFiles } from '../adapters/git/repository.ts'

const HUNK = '@@ -1 +1 @@\n-a\n+b\n'
const plain = (before: string, after: string, hunk = HUNK) => `--- ${before}\n+++ ${after}\n${hunk}`
const gitPart = (path: string, ...header: string[]) =>
  `diff --git a/${path} b/${path}\n${header.map((line) => `${line}\n`).join('')}`

const paths = (text: string) => readPatch(text).files.map((file) => file.path)
const rules = (text: string) => {
  const read = readPatch(text)
  return read.ok ? [] : read.problems.map((problem) => problem.rule)
}

test('files, actions and line counts are read from a git diff', () => {
  const text =
    gitPart('lib/a.js', 'index 111..222 100644') +
    plain('a/lib/a.js', 'b/lib/a.js', '@@ -1,3 +1,4 @@ function x() {\n a\n-b\n+B\n+bb\n c\n') +
    gitPart('test/new.js', 'new file mode 100644', 'index 000..111') +
    plain('/dev/null', 'b/test/new.js', '@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n') +
    gitPart('old.js', 'deleted file mode 100644', 'index 111..000') +
    plain('a/old.js', '/dev/null', '@@ -1,2 +0,0 @@\n-x\n-y\n')
  expect(readPatch(text)).toEqual({
    ok: true,
    files: [
      { path: 'lib/a.js', action: 'modify', added: 2, removed: 1, binary: false },
      { path: 'old.js', action: 'delete', added: 0, removed: 2, binary: false },
      { path: 'test/new.js', action: 'create', added: 1, removed: 0, binary: false },
    ],
  })
})

test.each([
  ['a/ and b/', plain('a/lib/x.js', 'b/lib/x.js')],
  ['no prefixes', plain('lib/x.js', 'lib/x.js')],
  ['two folders', plain('minimist-1.2.5/lib/x.js', 'minimist-1.2.6/lib/x.js')],
  ['mnemonic prefixes', plain('i/lib/x.js', 'w/lib/x.js')],
  [
    'timestamps after a tab',
    plain('a/lib/x.js\t2021-01-01 00:00:00.0 +0000', 'b/lib/x.js\t2021-01-02 00:00:00'),
  ],
  ['git, no prefix', `diff --git lib/x.js lib/x.js\nindex 1..2 100644\n${plain('lib/x.js', 'lib/x.js')}`],
  ['CRLF line ends', plain('a/lib/x.js', 'b/lib/x.js').replaceAll('\n', '\r\n')],
  ['prose before and after', `Please take this:\n\n${plain('a/lib/x.js', 'b/lib/x.js')}\nThanks\n`],
  ['an Index line', `Index: lib/x.js\n${'='.repeat(67)}\n${plain('lib/x.js', 'lib/x.js')}`],
  ['an .orig name', plain('lib/x.js.orig', 'lib/x.js')],
  ['quoted names', `diff --git "a/lib/x.js" "b/lib/x.js"\n${plain('"a/lib/x.js"', '"b/lib/x.js"')}`],
])('the path is found with %s', (_, text) => {
  expect(readPatch(text)).toMatchObject({ ok: true, files: [{ path: 'lib/x.js', action: 'modify' }] })
})

test('a rename is a deletion and a creation, a copy a creation, a mode change a modification', () => {
  const rename =
    'diff --git a/x/old.js b/x/new.js\nsimilarity index 90%\nrename from x/old.js\nrename to x/new.js\n'
  expect(readPatch(rename)).toMatchObject({
    ok: true,
    files: [
      { path: 'x/new.js', action: 'create' },
      { path: 'x/old.js', action: 'delete' },
    ],
  })
  expect(paths(`${rename}index 1..2 100644\n${plain('a/x/old.js', 'b/x/new.js')}`)).toEqual([
    'x/new.js',
    'x/old.js',
  ])
  const copy =
    'diff --git a/b/old.js b/b/new.js\nsimilarity index 100%\ncopy from b/old.js\ncopy to b/new.js\n'
  expect(readPatch(copy)).toMatchObject({ ok: true, files: [{ path: 'b/new.js', action: 'create' }] })
  const mode = gitPart('run.sh', 'old mode 100644', 'new mode 100755')
  expect(readPatch(mode)).toMatchObject({ ok: true, files: [{ path: 'run.sh', action: 'modify' }] })
  const empty = gitPart('empty', 'new file mode 100644', 'index 0000000..e69de29')
  expect(readPatch(empty)).toMatchObject({ ok: true, files: [{ path: 'empty', action: 'create' }] })
})

test('a rename out of the repository, or of a manifest, is named by both its paths', () => {
  const rename = (from: string, to: string) => `diff --git a/x b/y\nrename from ${from}\nrename to ${to}\n`
  expect(rules(rename('a.js', '../../a.js'))).toEqual(['patch-path'])
  expect(rules(rename('package.json', 'x.json'))).toEqual(['patch-manifest'])
  expect(rules(rename('hook', '.git/hooks/post-checkout'))).toEqual(['patch-path'])
})

test.each([
  ['an absolute path', 'patch-path', plain('/etc/passwd', '/etc/passwd')],
  ['an absolute path after the prefix', 'patch-path', plain('a//etc/passwd', 'b//etc/passwd')],
  ['a climbing path', 'patch-path', plain('a/../../x', 'b/../../x')],
  ['a path in .git', 'patch-path', plain('a/.git/config', 'b/.git/config')],
  ['an alias of .git', 'patch-path', plain('/dev/null', 'b/sub/.GIT./hooks/x', '@@ -0,0 +1 @@\n+x\n')],
  ['an 8.3 alias of .git', 'patch-path', plain('a/GIT~1/config', 'b/GIT~1/config')],
  ['a quoted climbing path', 'patch-path', plain('"a/\\056\\056/x"', '"b/\\056\\056/x"')],
  ['a backslash', 'patch-path', plain('a/..\\\\x', 'b/..\\\\x')],
  [
    'a new symlink',
    'patch-symlink',
    `${gitPart('l', 'new file mode 120000')}${plain('/dev/null', 'b/l', '@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n')}`,
  ],
  ['a changed symlink', 'patch-symlink', gitPart('l', 'index 1..2 120000') + plain('a/l', 'b/l')],
  ['a file turned symlink', 'patch-symlink', gitPart('l', 'old mode 100644', 'new mode 120000')],
  [
    'a submodule',
    'patch-submodule',
    `${gitPart('m', 'new file mode 160000')}${plain('/dev/null', 'b/m', '@@ -0,0 +1 @@\n+Subproject commit abc\n')}`,
  ],
  [
    'a git binary patch',
    'patch-binary',
    `${gitPart('x.png', 'index 1..2 100644')}GIT binary patch\nliteral 3\nKcmZQz\n\nliteral 0\nHcmV?d00001\n\n`,
  ],
  [
    'a binary difference',
    'patch-binary',
    `${gitPart('x.png', 'index 1..2 100644')}Binary files a/x.png and b/x.png differ\n`,
  ],
  ['a workflow', 'patch-workflow', plain('a/.github/workflows/ci.yml', 'b/.github/workflows/ci.yml')],
  [
    'a workflow in other case',
    'patch-workflow',
    plain('a/.GitHub/Workflows/ci.yml', 'b/.GitHub/Workflows/ci.yml'),
  ],
  ['other CI', 'patch-workflow', plain('a/.gitlab-ci.yml', 'b/.gitlab-ci.yml')],
  ['our own settings', 'patch-workflow', plain('a/.github/autopilot.yml', 'b/.github/autopilot.yml')],
  ['a manifest', 'patch-manifest', plain('a/package.json', 'b/package.json')],
  ['a nested lockfile', 'patch-manifest', plain('a/pkg/yarn.lock', 'b/pkg/yarn.lock')],
  ['npm configuration', 'patch-manifest', plain('a/.npmrc', 'b/.npmrc')],
  ['test configuration', 'patch-manifest', plain('a/vitest.config.ts', 'b/vitest.config.ts')],
  [
    'a combined diff',
    'patch-malformed',
    'diff --cc x\n--- a/x\n+++ b/x\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n',
  ],
  ['too few lines', 'patch-malformed', plain('a/x', 'b/x', '@@ -1,3 +1,3 @@\n a\n-b\n')],
  ['too many lines', 'patch-malformed', plain('a/x', 'b/x', '@@ -1 +1 @@\n-a\n+b\n+c\n')],
  ['a hunk without a file', 'patch-malformed', HUNK],
  ['one file header', 'patch-malformed', `--- a/x\n${HUNK}`],
  ['prose', 'patch-malformed', 'Please fix it.\n'],
  ['nothing', 'patch-malformed', ''],
  ['a NUL byte', 'patch-malformed', plain('a/x\0y', 'b/x\0y')],
])('%s is refused as %s', (_, rule, text) => {
  const read = readPatch(text)
  expect(read.ok ? [] : [...new Set(read.problems.map((problem) => problem.rule))]).toEqual([rule])
  expect(read.ok || read.problems.every((problem) => problem.fix !== '')).toBe(true)
})

test('all problems are told at once, sorted by path', () => {
  const text =
    plain('a/package.json', 'b/package.json') + plain('a/../x', 'b/../x') + plain('a/ok.js', 'b/ok.js')
  const read = readPatch(text)
  expect(read.ok ? [] : read.problems.map(({ path, rule }) => [path, rule])).toEqual([
    ['../x', 'patch-path'],
    ['package.json', 'patch-manifest'],
  ])
  expect(read.files.map((file) => file.path)).toEqual(['../x', 'ok.js', 'package.json'])
})

test('a hostile name cannot break out of the message', () => {
  const read = readPatch(plain('"a/\\n# Owned\\033[31m/../x"', '"b/\\n# Owned\\033[31m/../x"'))
  expect(read.ok ? '' : read.problems[0]?.message).not.toMatch(/[\n\u001b]/)
})

test('an attached patch is a contract value with the digest of its text', () => {
  const attached = attachPatch(plain('a/package.json', 'b/package.json'))
  expect(AttachedPatch.parse(attached)).toEqual(attached)
  expect(attached.problems.map((problem) => problem.rule)).toEqual(['patch-manifest'])
})

test.each([[[]], [['--no-prefix']], [['--no-renames']], [['--src-prefix=i/', '--dst-prefix=w/']]])(
  'what git diff %j writes is read as git itself counts it, and applied with the level that was read',
  async (flags) => {
    const repo = await repository({
      'a b.txt': '1\n2\n3\n',
      'lib/mode.sh': 'x\n',
      'lib/moved.txt': 'one\ntwo\nthree\nfour\n',
      'gone.txt': 'gone',
    })
    await git(repo, 'mv', 'lib/moved.txt', 'lib/here.txt')
    await git(repo, 'rm', '-q', 'gone.txt')
    await writeFiles(repo, {
      'a b.txt': '1\ntwo\n3',
      'lib/mode.sh': 'exec:x\n',
      'ümlaut\t".txt': 'x',
      empty: '',
    })
    await git(repo, 'add', '-A')
    const text = `${await git(repo, 'diff', '--cached', '-M', ...flags)}\n`
    const counted = await git(
      repo,
      '-c',
      'core.quotePath=false',
      'diff',
      '--cached',
      '--no-renames',
      '-z',
      '--name-only',
    )
    expect(paths(text)).toEqual(
      counted
        .split('\0')
        .filter((name) => name !== '')
        .sort(),
    )
    const fresh = join(repo, '../fresh')
    await git(repo, 'worktree', 'add', '-q', '--detach', fresh, 'HEAD')
    await execa('git', ['apply', `-p${stripLevel(text)}`, '-'], { cwd: fresh, input: text })
    expect(await git(fresh, 'status', '--porcelain')).toContain('lib/here.txt')
  },
)
