// Holds risk triggers to what a diff touches: paths, added lines only, removed lines in total, binary files.
import { expect, test } from 'vitest'
import { contentOf } from '../../src/contracts/change-set.ts'
import type { ChangeSet, FileChange } from '../../src/contracts/change-set.ts'
import type { RiskTrigger } from '../../src/contracts/policy.ts'
import { firedTriggers } from '../../src/contracts/risk.ts'

const ID = 'a'.repeat(40)

function file(path: string, text: string | null, more: Partial<FileChange> = {}): FileChange {
  const after =
    text === null ? null : { mode: '100644' as const, blob: ID, content: contentOf(Buffer.from(text)) }
  return { path, before: { mode: '100644', blob: ID }, after, added: 0, removed: 0, binary: false, ...more }
}

function fired(trigger: Partial<RiskTrigger>, files: FileChange[], before: Record<string, string> = {}) {
  const changes: ChangeSet = { schema: 'autopilot/change-set@1', base: ID, tree: ID, files }
  const read = async (path: string) => (path in before ? Buffer.from(before[path] ?? '') : undefined)
  return firedTriggers([{ id: 't', text: 'a trigger', ...trigger }], changes, read)
}

test('paths alone fire on one changed file, whatever its case', async () => {
  const trigger = { paths: ['migrations/', '**/*.sql'] }
  expect(await fired(trigger, [file('db/x.SQL', 'x')])).toEqual([{ id: 't', because: 'db/x.SQL is touched' }])
  expect(await fired(trigger, [file('src/x.js', 'x')])).toEqual([])
})

test('an expression looks at added lines only', async () => {
  const trigger = { added_lines_match: 'createHash\\(' }
  const old = 'a\nb\ncreateHash(1)\n'
  expect(await fired(trigger, [file('x.js', 'a\nB\ncreateHash(1)\n')], { 'x.js': old })).toEqual([])
  expect(await fired(trigger, [file('x.js', `${old}createHash(2)\n`)], { 'x.js': old })).toHaveLength(1)
  expect(await fired(trigger, [file('x.js', 'a\nb\n')], { 'x.js': old })).toEqual([])
  expect(await fired(trigger, [file('x.js', 'createHash(1)\n', { before: null })])).toHaveLength(1)
  expect(await fired(trigger, [file('x.js', null)], { 'x.js': old })).toEqual([])
})

test('a line that moved counts as added', async () => {
  const before = { 'x.js': 'eval(x)\n1\n2\n3\n4\n' }
  expect(
    await fired({ added_lines_match: 'eval' }, [file('x.js', '1\n2\n3\n4\neval(x)\n')], before),
  ).toHaveLength(1)
})

test('without the old text, and past the edit limit, every line counts as added', async () => {
  const changes = {
    schema: 'autopilot/change-set@1' as const,
    base: ID,
    tree: ID,
    files: [file('x', 'eval(x)\n')],
  }
  const trigger = { id: 't', text: 't', added_lines_match: 'eval' }
  expect(await firedTriggers([trigger], changes)).toHaveLength(1)
  const lines = (mark: string) => Array.from({ length: 5000 }, (_, n) => `${mark}${n}`).join('\n')
  const rewritten = [file('x', `eval(x)\n${lines('b')}`)]
  expect(await fired(trigger, rewritten, { x: `eval(x)\n${lines('a')}` })).toHaveLength(1)
})

test('removed lines are summed over the files that the paths name', async () => {
  const files = [
    file('src/a', 'x', { removed: 30 }),
    file('src/b', null, { removed: 21 }),
    file('c', 'x', { removed: 9 }),
  ]
  expect(await fired({ removed_lines_over: 50 }, files)).toEqual([
    { id: 't', because: '60 lines are removed (over 50)' },
  ])
  expect(await fired({ removed_lines_over: 60 }, files)).toEqual([])
  expect(await fired({ paths: ['src/'], removed_lines_over: 50 }, files)).toHaveLength(1)
  expect(await fired({ paths: ['c'], removed_lines_over: 50 }, files)).toEqual([])
})

test('binary files fire, and every stated property must hold', async () => {
  const files = [file('logo.png', 'x', { binary: true }), file('a.js', 'x')]
  expect(await fired({ binary: true }, files)).toEqual([{ id: 't', because: 'logo.png is binary' }])
  expect(await fired({ binary: true, paths: ['*.js'] }, files)).toEqual([])
})
