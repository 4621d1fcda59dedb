// Owns the proof that an issue that cannot be worked on gets one clear sentence, and a hard one is worked on.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needsTool } from '../fakes/require-tool.ts'
import {
  autopilot,
  expectRefusal,
  git,
  issueWith,
  PATCH,
  expectRefused,
  repository,
  run,
  temporaryFolder,
} from './cli.ts'

const GERMAN = [
  '# sum() nimmt Text als Zahl',
  '',
  'Wenn das erste Argument Text ist, wird verkettet und nicht addiert. Es sollte ein Fehler geworfen werden.',
  '',
].join('\n')

test.each([
  ['an empty file', '', ['issue-empty', 'has no text']],
  ['blank lines alone', ' \n\n\t\n', ['issue-empty', 'has no text']],
  [
    'only an image',
    '![a screenshot](https://images.localhost/a.png)\n',
    ['issue-only-image', 'Write in text'],
  ],
  [
    'only a patch, without a line that says what it is for',
    `\`\`\`diff\n${PATCH}\`\`\`\n`,
    ['issue-no-title'],
  ],
  [
    '70,000 characters',
    issueWith(PATCH) + 'word '.repeat(14_000),
    ['issue-too-long', 'at most 65536', 'Shorten'],
  ],
  ['bytes that are no UTF-8', Buffer.from('# h\u00e9llo w\u00f6rld', 'latin1'), ['issue-not-utf8', 'UTF-8']],
] as const)('%s', async (_title, issue, says) => {
  const repo = await repository()
  await expectRefused({ repo, issue }, { code: 4, says: ['issue.md', ...says] })
})

test.each([
  [
    'a file that does not exist',
    'missing.md',
    ['missing.md does not exist', '--issue FILE.md', 'issue-file'],
  ],
  ['a folder', 'folder', ['folder is a folder', '--issue FILE.md', 'issue-file']],
  ['a path below a file', 'file/issue.md', ['no folder', 'issue-file']],
] as const)('%s', async (_title, name, says) => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'folder'))
  await writeFile(join(folder, 'file'), '')
  const ran = await autopilot(['run', '--issue', join(folder, name), '--state', join(folder, 'state')])
  expectRefusal(ran, { code: 4, says })
})

test('a file without an end is not read to its end', async () => {
  const ran = await autopilot(['run', '--issue', '/dev/zero', '--state', await temporaryFolder()])
  expectRefusal(ran, { code: 4, says: ['/dev/zero', 'issue-too-long'] })
})

test('no issue at all is said before anything is looked at', async () => {
  const folder = await temporaryFolder()
  const ran = await autopilot(['run', '--repo', '/no/such/folder', '--state', join(folder, 'state')])
  expectRefusal(ran, { code: 4, says: ['no issue was given', '--issue FILE.md', 'issue-missing'] })
  expect(ran.said).not.toContain('/no/such/folder')
})

test('60,000 characters are worked on', async (context) => {
  needsTool(context, 'bwrap')
  const issue = `${issueWith(PATCH)}\n${'The log says the same again. '.repeat(2_050)}\n`
  expect(issue.length).toBeGreaterThan(60_000)
  expect(await run({ issue })).toMatchObject({ code: 0, report: { accepted: true } })
})

test('another language is worked on when a patch says what to do', async (context) => {
  needsTool(context, 'bwrap')
  const ran = await run({ issue: `${GERMAN}\n\`\`\`diff\n${PATCH}\`\`\`\n` })
  expect(ran).toMatchObject({ code: 0, report: { accepted: true } })
  expect(await git(ran.repo, 'branch', '--list', 'autopilot/*')).toContain('autopilot/sum-nimmt-text')
})

test.for([
  ['another language', GERMAN, 'language', 'German'],
  [
    'another script',
    '# \u6c42\u548c\u51fd\u6570\n\n\u5f53\u7b2c\u4e00\u4e2a\u53c2\u6570\u662f\u6587\u672c\u65f6\uff0c\u5b83\u4f1a\u8fde\u63a5\u3002\n',
    'language',
    'Han script',
  ],
  [
    'no file, no symbol, no criterion',
    '# It is broken\n\nPlease make it better soon.\n',
    'unclear-task',
    'Which behaviour',
  ],
  [
    'work that no rule can do',
    '# sum.js adds text\n\nIn `sum.js`, `sum` should throw for text.\n',
    'needs-agent',
    'sum.js',
  ],
] as const)('%s without a patch ends as a question', async ([, issue, rule, words], context) => {
  needsTool(context, 'bwrap')
  const repo = await repository()
  const ran = await expectRefused({ repo, issue }, { code: 3, says: [`Q1 (${rule}): `, words] })
  expect(ran.report?.outcome).toMatchObject({ kind: 'question', questions: [{ rule }] })
  expect(ran.stdout).toContain('add the answer to the issue file, then type the same command again')
})
