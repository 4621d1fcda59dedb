// A recorded run, replayed without its repository, sandbox and clock: the same bytes, in one process or in three.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { autopilot, hasSandbox, scratchFolder } from './autopilot.ts'
import { needsTool } from '../fakes/require-tool.ts'
import { bundleOf, look } from './state.ts'
import { makeTiny, removeRepository, type Tiny } from './tiny-repository.ts'

let tiny: Tiny
let folder: string
let tape: string
let remove: () => Promise<void>

beforeEach((context) => needsTool(context, 'bwrap'))
beforeAll(async () => {
  ;({ folder, remove } = await scratchFolder())
  if (!hasSandbox()) return
  tiny = await makeTiny(folder)
  tape = join(folder, 'tape.jsonl')
  const { repo, issue, state } = tiny
  const run = await autopilot('run', '--repo', repo, '--issue', issue, '--state', state, '--record', tape)
  if (run.code !== 0) throw new Error(run.err)
  // what a replay needs is on the tape
  await removeRepository(tiny)
})

afterAll(() => remove())

async function bytesOf(state: string): Promise<Record<string, string>> {
  const bundle = await bundleOf(state)
  const entries = await readdir(bundle, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const read = files.sort().map(async (file) => [file.slice(bundle.length + 1), await readFile(file, 'utf8')])
  return Object.fromEntries((await Promise.all(read)) as [string, string][])
}

async function expectSame(state: string): Promise<void> {
  const recorded = await bytesOf(tiny.state)
  const replayed = await bytesOf(state)
  expect(Object.keys(replayed)).toEqual(Object.keys(recorded))
  for (const name of ['ledger/run.jsonl', 'ledger/task.jsonl', 'manifest.json']) {
    expect([name, replayed[name]]).toEqual([name, recorded[name]])
  }
  expect(replayed).toEqual(recorded)
  // the bundle is sealed with REVIEW; the task chain goes on to the end
  const [a, b] = [await look(tiny.state), await look(state)]
  expect(b.taskChain).toEqual(a.taskChain)
  expect(b.taskChain.at(-1)?.event).toMatchObject({ kind: 'task.closed', result: 'accepted' })
}

test('a replay leaves the same bytes, however often it is made', async () => {
  for (const name of ['replayed', 'again']) {
    const state = join(folder, name)
    const args = ['--repo', tiny.repo, '--issue', tiny.issue, '--state', state, '--replay', tape]
    const run = await autopilot('run', ...args)
    expect(run.code, run.err).toBe(0)
    await expectSame(state)
  }
})

test('a replay that goes on in two further processes leaves the same bytes', async () => {
  const state = join(folder, 'in-three')
  const first = ['--repo', tiny.repo, '--issue', tiny.issue, '--until', 'PLAN']
  for (const args of [first, ['--resume', '--until', 'VERIFY'], ['--resume']]) {
    const run = await autopilot('run', ...args, '--state', state, '--replay', tape)
    expect(run.code, run.err).toBe(0)
  }
  await expectSame(state)
})

test('a replay of another issue ends where the recording knows no answer', async () => {
  const other = await makeTiny(join(folder, 'other'), {
    after: { 'src/greet.js': 'export function greet(name) {\n  return `Hi ${name}`\n}\n' },
  })
  const state = join(folder, 'elsewhere')
  const run = await autopilot(
    'run',
    '--repo',
    other.repo,
    '--issue',
    other.issue,
    '--state',
    state,
    '--replay',
    tape,
  )
  expect(run.code).toBe(2)
  expect(run.out.replaceAll(/\s+/g, ' ')).toContain('the run took another way')
})
