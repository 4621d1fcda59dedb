// Owns the proof that a patch is found however a person pasted it, and that prose is left without it.
import { describe, expect, test } from 'vitest'
import { findAsked, findPatches } from '../../src/intake/attachments.ts'
import { placeLine } from '../../src/intake/place.ts'

const DIFF = '--- a/x.js\n+++ b/x.js\n@@ -1 +1 @@\n-a\n+b\n'

test.each([
  ['a diff fence', `\`\`\`diff\n${DIFF}\`\`\``],
  ['a patch fence in capitals', `\`\`\`PATCH\n${DIFF}\`\`\``],
  ['a tilde fence', `~~~diff\n${DIFF}~~~`],
  ['a longer fence', `\`\`\`\`\`diff\n${DIFF}\`\`\`\`\``],
  ['a fence with more words behind', `\`\`\` diff title="x"\n${DIFF}\`\`\``],
  ['a fence that names no language', `\`\`\`\n${DIFF}\`\`\``],
  ['a fence that is never closed', `\`\`\`diff\n${DIFF.trimEnd()}`],
])('%s gives the diff and leaves the prose', (_name, block) => {
  const found = findPatches(`Before.\n\n${block}`)
  expect(found.patch).toBe(DIFF)
  expect(found.prose).toBe('Before.')
})

test('a fence indented in a list loses the indentation, and its empty lines stay empty', () => {
  const lines = ['--- a/x.js', '+++ b/x.js', '@@ -1,2 +1,2 @@', '-a', '+b', ' ', '']
  const body = `1. Apply this:\n   \`\`\`diff\n${lines.map((line) => `   ${line}`.trimEnd()).join('\n')}\n   \`\`\`\n2. Test.`
  const found = findPatches(body)
  expect(found.patch).toBe('--- a/x.js\n+++ b/x.js\n@@ -1,2 +1,2 @@\n-a\n+b\n\n\n')
  expect(found.prose).toBe('1. Apply this:\n2. Test.')
})

test('a fence inside a patch ends nothing when the outer fence is longer', () => {
  const inner = '--- a/r.md\n+++ b/r.md\n@@ -0,0 +1,2 @@\n+```js\n+```\n'
  expect(findPatches(`\`\`\`\`diff\n${inner}\`\`\`\`\nafter`)).toMatchObject({ patch: inner, prose: 'after' })
})

test('only a fence of the same mark and length closes, and never one that is indented as code', () => {
  const inner = `${DIFF}~~~\n\`\`\`\n    \`\`\`\`\n`
  expect(findPatches(`\`\`\`\`diff\n${inner}\`\`\`\`\nafter`)).toMatchObject({ patch: inner, prose: 'after' })
})

test('several blocks are joined in order', () => {
  const second = DIFF.replaceAll('x.js', 'y.js')
  const found = findPatches(`\`\`\`diff\n${DIFF}\`\`\`\nand\n\`\`\`diff\n${second}\`\`\``)
  expect(found.texts).toEqual([DIFF, second])
  expect(found.patch).toBe(DIFF + second)
  expect(found.prose).toBe('and')
})

test('a raw git diff ends where its hunks end, even before a line that looks like a change', () => {
  const raw =
    'diff --git a/x.js b/x.js\nindex 1..2 100644\n--- a/x.js\n+++ b/x.js\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n\n'
  const found = findPatches(`See:\n${raw}- a list item\n+ another`)
  expect(found.patch).toBe(raw)
  expect(found.prose).toBe('See:\n- a list item\n+ another')
})

test('the words "diff --git" alone are prose', () => {
  expect(findPatches('diff --git is a command I like')).toMatchObject({
    patch: null,
    prose: 'diff --git is a command I like',
  })
})

test('a drawing of a change that names no file stays in the prose and is counted', () => {
  const body = '```diff\n- old\n+ new\n```'
  expect(findPatches(body)).toEqual({ texts: [], patch: null, prose: body, sketches: 1 })
})

test('other code stays in the prose', () => {
  const body = 'Run\n```js\nparse()\n```'
  expect(findPatches(body)).toMatchObject({ patch: null, prose: body, sketches: 0 })
})

describe('what is asked of the next run', () => {
  const fenced = (diff: string): string => `\`\`\`diff\n${diff}\`\`\``
  const other = DIFF.replaceAll('index.js', 'other.js')
  const issue = { title: 'sum subtracts', description: `It should add.\n\n${fenced(DIFF)}` }
  const turn = (text: string) => ({
    id: `comment:${text.length}`,
    parent: null,
    author: 'github:ana:1',
    at: '2026-11-21T02:00:00.000Z',
    text_digest: `sha256:${'a'.repeat(64)}`,
    text,
    constraints_added: [],
  })

  test('the patch of a reply takes the place of the one in the issue, and words alone leave it', () => {
    const both = findAsked({ ...issue, conversation: [turn(`Rather this:\n\n${fenced(other)}`)] })
    expect(both).toEqual({
      title: 'sum subtracts',
      prose: 'It should add.\n\nRather this:',
      patch: other,
      sketches: 0,
    })
    expect(findAsked({ ...issue, conversation: [turn('Soon, please.')] }).patch).toBe(DIFF)
  })

  test('what a pull request has already is not asked again: neither the issue nor the replies before', () => {
    const done = [turn(`First:\n\n${fenced(other)}`)]
    expect(findAsked({ ...issue, conversation: done, answered: 1 })).toEqual({
      title: '',
      prose: '',
      patch: null,
      sketches: 0,
    })
    const more = findAsked({
      ...issue,
      conversation: [...done, turn(`And:\n\n${fenced(DIFF)}`)],
      answered: 1,
    })
    expect(more).toEqual({ title: '', prose: 'And:', patch: DIFF, sketches: 0 })
  })

  test('words after a patch that nothing has taken yet leave it standing', () => {
    const said = [turn(`First:\n\n${fenced(other)}`), turn('Also keep the name.')]
    expect(findAsked({ ...issue, conversation: said, answered: 0 }).patch).toBe(other)
  })

  test('places of review comments are no prose', () => {
    const text = [placeLine('a.js', 3, null), 'Rename it.', placeLine('b.js', 9, 7), fenced(other)]
    expect(findAsked({ ...issue, conversation: [turn(text.join('\n\n'))], answered: 0 })).toMatchObject({
      prose: 'Rename it.',
      patch: other,
    })
  })
})
