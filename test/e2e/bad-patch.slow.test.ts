// Owns the proof that a patch that must not or cannot be applied is refused by its rule, and no branch is made.
import { expect, test } from 'vitest'
import { needsTool } from '../fakes/require-tool.ts'
import { git, issueWith, PATCH, expectRefused, repository } from './cli.ts'

const newFile = (path: string, line = 'x', mode = '100644'): string =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${line}\n`

const BINARY = [
  'diff --git a/logo.bin b/logo.bin',
  'new file mode 100644',
  'index 0000000000000000000000000000000000000000..b8f0e5d6b1a1b0b0b0b0b0b0b0b0b0b0b0b0b0b0',
  'GIT binary patch',
  'literal 4',
  'LcmZQzWMT#Y01f~L',
  '',
  'literal 0',
  'HcmV?d00001',
  '',
  '',
].join('\n')

/** Title, patch, rule, words of the sentence. */
const REFUSED: readonly (readonly [string, string, string, readonly string[]])[] = [
  [
    'touches .git',
    newFile('.git/hooks/pre-commit'),
    'patch-path',
    ['.git/hooks/pre-commit', 'names a .git folder'],
  ],
  ['touches .git by another spelling', newFile('.GIT/config'), 'patch-path', ['.GIT/config']],
  [
    'leads out of the repository',
    newFile('../evil.js'),
    'patch-path',
    ['../evil.js', 'inside the repository'],
  ],
  [
    'names an absolute path',
    newFile('/etc/evil.js').replaceAll('a//', 'a/').replaceAll('b//', '/'),
    'patch-',
    ['evil.js'],
  ],
  [
    'makes a symlink',
    newFile('link', '/etc/passwd', '120000'),
    'patch-symlink',
    ['link', 'regular files only'],
  ],
  [
    'touches a workflow',
    PATCH + newFile('.github/workflows/ci.yml', 'on: push'),
    'patch-workflow',
    ['.github/workflows/ci.yml', 'person'],
  ],
  [
    'brings a lockfile that the text does not ask for',
    PATCH + newFile('package-lock.json', '{}'),
    'patch-manifest',
    ['package-lock.json', 'Take package-lock.json out'],
  ],
  ['changes a binary file', PATCH + BINARY, 'patch-binary', ['logo.bin', 'text files only']],
  [
    'names a binary file',
    'diff --git a/a.png b/a.png\nnew file mode 100644\nindex 0000000..1234567\nBinary files /dev/null and b/a.png differ\n',
    'patch-binary',
    ['a.png'],
  ],
  ['was cut off', `${PATCH.slice(0, -80)}\n`, 'patch-malformed', ['ends too early', 'whole and unchanged']],
  [
    'changes a file that is not there',
    PATCH.replaceAll('sum.js', 'sums.js'),
    'patch-file-missing',
    ['sums.js', 'does not have'],
  ],
  ['creates a file that is there', newFile('sum.js'), 'patch-file-exists', ['sum.js', 'exists already']],
]

test.for(REFUSED)('a patch that %s', async ([, patch, rule, words], context) => {
  needsTool(context, 'bwrap')
  const repo = await repository()
  const ran = await expectRefused(
    { repo, issue: issueWith(patch) },
    { code: 2, says: [`rule ${rule}`, ...words] },
  )
  expect(ran.report?.outcome).toMatchObject({ phase: 'SPEC', rule: expect.stringContaining(rule) })
  expect(await git(repo, 'branch', '--list', 'autopilot/*')).toBe('')
})

test('a patch that does not apply says where, in the words of git', async (context) => {
  needsTool(context, 'bwrap')
  const repo = await repository()
  const issue = issueWith(PATCH.replace('   return a + b', '   return a * b'))
  const says = ['rule worker-cannot-apply', 'patch failed: sum.js:1', 'again on the current base']
  const ran = await expectRefused({ repo, issue }, { code: 2, says })
  expect(ran.report?.outcome).toMatchObject({ phase: 'IMPLEMENT', rule: 'worker-cannot-apply' })
})

test('a patch that changes nothing', async (context) => {
  needsTool(context, 'bwrap')
  const repo = await repository()
  const same =
    '--- a/sum.js\n+++ b/sum.js\n@@ -1,3 +1,3 @@\n export function sum(a, b) {\n-  return a + b\n+  return a + b\n }\n'
  await expectRefused(
    { repo, issue: issueWith(same) },
    { code: 2, says: ['empty-change', 'changed nothing'] },
  )
})

test('a file name in a patch brings no control character to the terminal', async (context) => {
  needsTool(context, 'bwrap')
  const repo = await repository()
  const ran = await expectRefused(
    { repo, issue: issueWith(newFile('../\u001b[31mred')) },
    { code: 2, says: ['patch-path'] },
  )
  expect(ran.said).not.toContain('\u001b')
})
