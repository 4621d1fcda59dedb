import { expect, test } from 'vitest'
import { diffLines } from './diff-lines.ts'

test('lines are numbered on both sides, hunk by hunk', () => {
  const patch = '@@ -1,2 +1,3 @@ head\n a\n-b\n+c\n+--d\n@@ -9 +10 @@\n-x\n\\ No newline at end of file\n+y'
  expect(diffLines(patch).map(({ kind, left, right, text }) => [kind, left, right, text])).toEqual([
    ['hunk', undefined, undefined, '@@ -1,2 +1,3 @@ head'],
    ['same', 1, 1, 'a'],
    ['del', 2, undefined, 'b'],
    ['add', undefined, 2, 'c'],
    ['add', undefined, 3, '--d'],
    ['hunk', undefined, undefined, '@@ -9 +10 @@'],
    ['del', 9, undefined, 'x'],
    ['word', undefined, undefined, '\\ No newline at end of file'],
    ['add', undefined, 10, 'y'],
  ])
})
