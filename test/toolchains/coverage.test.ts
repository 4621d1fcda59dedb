import { expect, test } from 'vitest'
import type { LineCoverage } from '../../src/ports.ts'
import { codeLines } from '../../src/toolchains/node/code-lines.ts'
import { readCoverage } from '../../src/toolchains/node/v8-coverage.ts'

function numbers(path: string, text: string): readonly number[] {
  return codeLines(path, text).map((line) => line.number)
}

interface Range {
  startOffset: number
  endOffset: number
  count: number
}

function v8(path: string, ranges: readonly Range[], more: Record<string, unknown> = {}): string {
  const url = `file:///repo/${path}`
  return JSON.stringify({ result: [{ scriptId: '1', url, functions: [{ ranges }] }], ...more })
}

async function read(text: string, ...outputs: readonly string[]): Promise<LineCoverage | undefined> {
  async function* all(): AsyncIterable<string> {
    yield* outputs
  }
  return (await readCoverage(all(), new Map([['src/a.js', text]]))).get('src/a.js')
}

test('comments, blanks, closing brackets, directives, imports and heads of declarations cannot run', () => {
  const text = `#!/usr/bin/env node
'use strict'
// comment
/* more
   comment */ run() // 5
import a from 'b'
import {
  c,
} from 'd'
export { a }

function f() {
  if (a) { // 13
    return 1 // 14
  } else {
    return \`// \${ a /* no */ } 16\`
  }
}
const url = 'http://x' // 19
const re = /[/'"]\\/*/ // 20
const half = a / 2 // 21
import('x') // 22
`
  expect(numbers('a.js', text)).toEqual([5, 13, 14, 16, 19, 20, 21, 22])
})

test('a template with braces in it does not swallow what follows', () => {
  expect(numbers('a.js', 'x(`${ { a: `}` } }`)\n// c\ny()\n')).toEqual([1, 3])
})

test('types of TypeScript cannot run, and TypeScript that cannot be stripped counts as it stands', () => {
  expect(numbers('a.ts', 'interface A {\n  x: number\n}\ntype B =\n  | 1\nlet x: B = 1\n')).toEqual([6])
  expect(numbers('a.ts', 'enum A {\n  B,\n}\n')).toEqual([1, 2])
})

test('a file of 200,000 lines is read in linear time', () => {
  expect(numbers('a.js', 'a = b / c // x\n'.repeat(200_000))).toHaveLength(200_000)
})

const TEXT = 'f(1)\nif (a)\n  g()\n'

test('lines inside of a range that never ran are uncovered, also without braces', async () => {
  const dead = { startOffset: 11, endOffset: 17, count: 0 }
  const output = v8('src/a.js', [{ startOffset: 0, endOffset: TEXT.length, count: 1 }, dead])
  expect(await read(TEXT, output)).toEqual({ known: true, executable: [1, 2, 3], covered: [1, 2] })
})

test('what any process ran is covered', async () => {
  const whole = { startOffset: 0, endOffset: TEXT.length, count: 1 }
  const dead = v8('src/a.js', [whole, { startOffset: 11, endOffset: 17, count: 0 }])
  const alive = v8('src/a.js', [whole])
  expect(await read(TEXT, dead, alive)).toMatchObject({ covered: [1, 2, 3] })
})

test('the innermost range decides', async () => {
  const text = 'a(() => {\n  b()\n})\n'
  const output = v8('src/a.js', [
    { startOffset: 0, endOffset: text.length, count: 1 },
    { startOffset: 2, endOffset: 17, count: 0 },
    { startOffset: 8, endOffset: 17, count: 4 },
  ])
  expect(await read(text, output)).toMatchObject({ covered: [1, 2] })
})

test('a line that only ends with something that never ran began to run', async () => {
  const text = 'a() || b()\nc()\n'
  const output = v8('src/a.js', [
    { startOffset: 0, endOffset: text.length, count: 1 },
    { startOffset: 4, endOffset: 10, count: 0 },
  ])
  expect(await read(text, output)).toMatchObject({ covered: [1, 2] })
  const head = v8('src/a.js', [
    { startOffset: 0, endOffset: text.length, count: 1 },
    { startOffset: 0, endOffset: 3, count: 0 },
  ])
  expect(await read(text, head)).toMatchObject({ covered: [1, 2] })
})

test('a file that no test loaded has all its lines uncovered', async () => {
  const other = v8('test/a.js', [{ startOffset: 0, endOffset: 1, count: 1 }])
  expect(await read(TEXT, other)).toEqual({ known: true, executable: [1, 2, 3], covered: [] })
})

test('coverage without any file of the repository is no measurement', async () => {
  const npm = v8('node_modules/npm/x.js', [{ startOffset: 0, endOffset: 1, count: 1 }])
  expect(await read(TEXT, npm)).toMatchObject({ known: false })
  expect(await read(TEXT)).toMatchObject({ known: false })
})

test('a text of another length, or with a source map, was compiled: no figure', async () => {
  const longer = v8('src/a.js', [{ startOffset: 0, endOffset: TEXT.length + 9, count: 1 }])
  expect(await read(TEXT, longer)).toMatchObject({ known: false })
  const mapped = v8('src/a.js', [{ startOffset: 0, endOffset: TEXT.length, count: 1 }], {
    'source-map-cache': { 'file:///repo/src/a.js': { url: 'a.js.map' } },
  })
  expect(await read(TEXT, mapped)).toMatchObject({ known: false })
})

test('a byte order mark shifts offsets by one', async () => {
  const text = `\uFEFF${TEXT}`
  const dead = { startOffset: 11, endOffset: 17, count: 0 }
  const output = v8('src/a.js', [{ startOffset: 0, endOffset: TEXT.length, count: 1 }, dead])
  expect(await read(text, output)).toMatchObject({ covered: [1, 2] })
})

test('a map of istanbul decides by statements', async () => {
  const at = (line: number): object => ({ start: { line, column: 0 }, end: { line, column: 9 } })
  const output = JSON.stringify({
    '/repo/src/a.js': {
      path: '/repo/src/a.js',
      statementMap: { 0: at(1), 1: at(3) },
      s: { 0: 2, 1: 0 },
      fnMap: {},
      f: {},
      branchMap: {},
      b: {},
    },
  })
  expect(await read(TEXT, output)).toEqual({ known: true, executable: [1, 3], covered: [1] })
})

test('files that are no JavaScript, and type declarations, are not measured', async () => {
  async function* none(): AsyncIterable<string> {}
  const sources = new Map([
    ['a.py', 'x'],
    ['a.d.ts', 'declare const x: 1'],
  ])
  expect((await readCoverage(none(), sources)).size).toBe(0)
})
