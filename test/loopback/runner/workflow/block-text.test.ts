import { expect, test } from 'vitest'
import { interpolate } from '../expressions/expressions.ts'
import { parseWorkflow } from './parse.ts'

/** What the script of a job's only step comes to. */
async function script(lines: readonly string[]): Promise<string> {
  const head = ['on: push', 'jobs:', '  a:', '    runs-on: x', '    steps:', '      - run:']
  const text = [...head.slice(0, -1), `${head.at(-1)} ${lines[0]}`, ...lines.slice(1), ''].join('\n')
  const parsed = await parseWorkflow('.github/workflows/a.yml', text)
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message)
  const action = parsed.workflow.jobs[0]?.steps[0]?.action
  if (action?.kind !== 'run') throw new Error('no script')
  return interpolate(action.script, { contexts: { github: new Map([['sha', 'c0ffee']]) } })
}

test.each([
  ['|', "cat <<'END'\n  c0ffee it's\nEND\n"],
  ['|-', "cat <<'END'\n  c0ffee it's\nEND"],
])('a block after %s is the lines without their indentation', async (header, expected) => {
  const lines = [
    header,
    "          cat <<'END'",
    "            ${{ github.sha }} it's",
    '          END',
    '',
    '',
  ]
  expect(await script(lines)).toBe(expected)
})

test('a folded block is one line a paragraph', async () => {
  const lines = ['>', '          one ${{ github.sha }}', '          two', '', '          three']
  expect(await script(lines)).toBe('one c0ffee two\nthree\n')
})

test('plain text over several lines is one line', async () => {
  expect(await script(['echo', '          ${{ github.sha }}', '          two'])).toBe('echo c0ffee two')
})

test('a block that begins with an expression, or is one', async () => {
  expect(await script(['|', '          ${{ github.sha }} one', '          two'])).toBe('c0ffee one\ntwo\n')
  expect(await script(['|', '          ${{ github.sha }}'])).toBe('c0ffee\n')
})

test('an expression in a quoted text over several lines is refused', async () => {
  await expect(script(['"echo', '          ${{ github.sha }}"'])).rejects.toThrow('quoted text')
})
