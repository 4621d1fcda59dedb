// Owns the proof that settings and options are refused all at once, each with its place and what can be written instead.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needsTool } from '../fakes/require-tool.ts'
import { autopilot, expectRefusal, expectRefused, repository, run, temporaryFolder } from './cli.ts'

const FILE = '.github/autopilot.yml'

test('unknown keys and wrong values in the settings are named all at once, with line and column', async () => {
  const repo = await repository({
    [FILE]:
      'version: 1\nbugdet:\n  minutes: 3\nbudget:\n  minutes: many\n  secs: 3\ngates:\n  tetss: off\n  lint: maybe\n',
  })
  const ran = await expectRefused({ repo }, { code: 4, says: ['bugdet'] })
  expect(ran.stderr.split('\n')).toEqual([
    `${FILE}:2:1  "bugdet" is not a setting. Did you mean "budget"?`,
    `${FILE}:5:12  "budget.minutes" must be a whole number from 1 to 360, not "many".`,
    `${FILE}:6:3  "secs" is not a setting. Known here: iterations, minutes, money_usd, tokens.`,
    `${FILE}:8:3  "tetss" is not a setting. Did you mean "tests"?`,
    `${FILE}:9:9  "gates.lint" must be one of off, observe, enforce, not "maybe".`,
    '',
  ])
})

test('settings that are no YAML are named at their place', async () => {
  const repo = await repository({ [FILE]: 'version: 1\nbudget: [1, 2\n' })
  await expectRefused({ repo }, { code: 4, says: [`${FILE}:3:1 `, 'Correct the YAML.'] })
})

test('settings and package.json are read together: both mistakes are said', async () => {
  const repo = await repository({ [FILE]: 'version: 2\n', 'package.json': '{"name": }\n' })
  const says = [`${FILE}:1:10 `, '"version" must be 1, not 2.', 'package.json:1:10', 'package-json-broken']
  const ran = await expectRefused({ repo }, { code: 4, says })
  expect(ran.stderr.split('\n')).toHaveLength(3)
})

test('the settings of the base commit count, not what lies in the working tree', async () => {
  const repo = await repository()
  await mkdir(join(repo, '.github'))
  await writeFile(join(repo, FILE), 'nonsense: true\n')
  expect(await run({ repo, args: ['--dry'] })).toMatchObject({ code: 0 })
})

test.each([
  ['an unknown option', ['run', '--isue', 'x'], ["unknown option '--isue'", 'Did you mean --issue?']],
  ['an unknown command', ['runn'], ["unknown command 'runn'", 'Did you mean run?']],
  ['an option without its value', ['run', '--issue'], ["'--issue <file>' argument missing"]],
  [
    'a sandbox that is none of the three',
    ['run', '--sandbox', 'jail'],
    ["'jail' is invalid", 'bwrap, docker, none'],
  ],
  [
    'a phase that is none',
    ['run', '--until', 'lunch'],
    ['--until LUNCH names no phase', 'THINK', 'phase-unknown'],
  ],
  ['an argument nobody asked for', ['run', 'here'], ['too many arguments']],
  [
    'a ledger head that is none',
    ['ledger', 'verify', '.', '--head', 'abc'],
    ['HASH:LENGTH', 'head-malformed'],
  ],
  [
    'a folder that is no bundle',
    ['ledger', 'verify', '/no/such/bundle'],
    ['/no/such/bundle', 'bundle-missing'],
  ],
] as const)('%s', async (_title, args, says) => {
  const ran = await autopilot(args, { env: { AUTOPILOT_STATE: await temporaryFolder() } })
  expectRefusal(ran, { code: 4, says })
  expect(ran.stdout).toBe('')
})

test.each([
  [
    'a task that is not there',
    ['run', '--resume', 't-0000000000'],
    ['t-0000000000', 'task status', 'task-unknown'],
  ],
  ['a task with a name of its own', ['run', '--resume', '../../etc'], ['../../etc', 'task-unknown']],
  ['no task at all', ['run', '--resume'], ['no task waits to be resumed', 'task-none']],
  ['the state of no task', ['task', 'status', 't-0000000000'], ['t-0000000000', 'task-unknown']],
  ['the evidence of no task', ['task', 'artifacts', 't-0000000000'], ['task-unknown']],
  ['the report of no task', ['task', 'report', 't-0000000000'], ['task-unknown']],
] as const)('%s', async (_title, args, says) => {
  const ran = await autopilot([...args, '--state', await temporaryFolder()])
  expectRefusal(ran, { code: 4, says })
  expect(ran.stdout).toBe('')
})

test('a task that has ended is not resumed, and the one of another repository neither', async (context) => {
  needsTool(context, 'bwrap')
  const ended = await run({ issue: '# It is broken\n\nPlease make it better soon.\n' })
  const task = ended.report?.task ?? ''
  const again = await autopilot(['run', '--resume', task, '--state', ended.state])
  expectRefusal(again, { code: 4, says: [`task ${task} has ended (question)`, 'task report', 'task-ended'] })
  const waiting = await run({ args: ['--until', 'SPEC'] })
  const repo = await repository()
  const other = await autopilot(['run', '--resume', '--repo', repo, '--state', waiting.state])
  expectRefusal(other, { code: 4, says: [`no task of ${repo} waits`, 'task-none'] })
})

test('places that cannot be written are found before the work', async () => {
  const repo = await repository()
  const folder = await temporaryFolder()
  const file = join(folder, 'file')
  await writeFile(file, 'mine')
  await expectRefused(
    { repo, args: ['--json', folder] },
    { code: 4, says: [`${folder} is a folder`, 'json-file'] },
  )
  const below = join(file, 'report.json')
  await expectRefused({ repo, args: ['--json', below] }, { code: 4, says: [below, 'no folder', 'json-file'] })
  await expectRefused(
    { repo, args: ['--state', file] },
    { code: 4, says: [`${file} is no folder`, 'state-folder'] },
  )
  const verify = await autopilot(['ledger', 'verify', folder, '--json', folder])
  expectRefusal(verify, { code: 4, says: [`${folder} is a folder`, 'json-file'] })
  const tape = ['--replay', join(folder, 'none.tape')]
  await expectRefused({ repo, args: tape }, { code: 4, says: ['none.tape does not exist', 'tape-file'] })
})

test('a refused run leaves the result of an earlier one where it lies', async () => {
  const json = join(await temporaryFolder(), 'report.json')
  await writeFile(json, '{}')
  const repo = await repository()
  const ran = await run({ repo, issue: '', args: ['--json', json] })
  expect(ran.code).toBe(4)
  expect(await readFile(json, 'utf8')).toBe('{}')
})
