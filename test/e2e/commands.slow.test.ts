// Owns the proof that the commands around a run say what they are for, and read back what a run left.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { ArtifactRecord } from '../../src/contracts/artifacts.ts'
import { needsTool } from '../fakes/require-tool.ts'
import { autopilot, git, MAIN, run, snapshot, repository, temporaryFolder } from './cli.ts'

const CODES =
  'Exit codes: 0 accepted, 1 bug, 2 not accepted, 3 question to you, 4 bad input, 5 the machine lacks something.'

test('--help names every command, --version the version, and both are no mistake', async () => {
  const help = await autopilot(['--help'])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  for (const word of ['run', 'ledger', 'task', CODES]) expect(help.stdout).toContain(word)
  const manifest = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as object
  expect(await autopilot(['--version'])).toMatchObject({
    code: 0,
    stdout: `${(manifest as { version: string }).version}\n`,
  })
})

test('the README documents every exit code', async () => {
  const page = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| (\d+) \| .+ \|$/gm)].map(([, code]) => Number(code))
  expect(rows).toEqual(Object.values(EXIT))
})

test('the command alone shows its help, and asks for more', async () => {
  const bare = await autopilot([])
  expect(bare.code).toBe(4)
  expect(bare.said).toContain('Usage: autopilot')
})

test.each([
  [
    ['run'],
    ['--repo', '--issue', '--dry', '--until', '--resume', '--json', '--sandbox', '--state'],
    ['--record', '--replay'],
  ],
  [['ledger', 'verify'], ['<bundle>', '--head', '--rederive', '--json'], []],
  [['task', 'status'], ['[task]', '--json', '--state'], []],
  [['task', 'artifacts'], ['<task>', '--json', '--state'], []],
  [['task', 'report'], ['<task>', '--json', '--state'], []],
])('%s --help tells its options', async (words, shown, hidden) => {
  const help = await autopilot([...words, '--help'])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toContain(`Usage: autopilot ${words.join(' ')}`)
  for (const option of shown) expect(help.stdout).toContain(option)
  for (const option of hidden) expect(help.stdout).not.toContain(option)
})

test('an accepted run leaves one branch and nothing else in the repository, and can be read back', async (context) => {
  needsTool(context, 'bwrap')
  const repo = await repository()
  const before = await snapshot(repo)
  const ran = await run({ repo })
  const { report } = ran
  if (report === undefined) throw new Error(`no report: ${ran.said}`)
  expect(ran.code).toBe(0)
  expect(ran.said).not.toContain('\u001b')

  // what a machine reads
  expect(report).toMatchObject({ accepted: true, outcome: { kind: 'change' }, sandbox: 'bwrap' })
  expect(report.phases.map((phase) => phase.phase).join(' ')).toBe(
    'STRATEGIZE SPEC PLAN THINK IMPLEMENT VERIFY REVIEW PR MONITOR',
  )
  expect(report.gates.map((gate) => gate.name)).toContain('tests')
  expect(report.verdicts.map((verdict) => verdict.name)).toEqual(['council/plan', 'council/change'])
  expect(report.ledgerLength).toBeGreaterThan(9)
  expect(report.timings.total).toBeGreaterThan(0)

  // what was written to the repository
  expect(await git(repo, 'branch', '--list', 'autopilot/*', '--format=%(refname:short)')).toBe(report.branch)
  expect(await git(repo, 'rev-parse', `${report.branch}`)).toBe(report.commit)
  expect(await git(repo, 'diff', '--stat', 'main', `${report.branch}`)).toContain('2 files changed')
  const after = await snapshot(repo)
  const touched = Object.keys({ ...before, ...after }).filter((path) => before[path] !== after[path])
  expect(touched.filter((path) => !/^\.git\/(objects|refs\/heads\/autopilot|logs)\b/.test(path))).toEqual([])

  // what the state folder tells
  const task = async (...args: string[]): Promise<string> => {
    const said = await autopilot(['task', ...args, '--state', ran.state])
    expect(said).toMatchObject({ code: 0, stderr: '' })
    expect(said.stdout).not.toContain('\u001b')
    return said.stdout
  }
  expect(await task('status')).toMatch(new RegExp(`^${report.task} +accepted `, 'm'))
  expect(JSON.parse(await task('status', '--json'))).toMatchObject([
    { task: report.task, status: 'accepted', title: 'sum() takes text for a number' },
  ])
  const status = await task('status', report.task)
  expect(status).toContain(`run chain   ${report.ledgerHead}:${report.ledgerLength}`)
  expect(status).toContain(`branch      ${report.branch} at ${report.commit?.slice(0, 7)}`)
  expect(JSON.parse(await task('status', report.task, '--json'))).toMatchObject({
    task: report.task,
    closed: { result: 'accepted' },
  })
  expect(await task('artifacts', report.task)).toMatch(
    /^VERIFY\/quality_report\.json +1 +\d+ +[0-9a-f]{12}$/m,
  )
  const artifacts = ArtifactRecord.array().parse(JSON.parse(await task('artifacts', report.task, '--json')))
  expect(artifacts.map((one) => one.name)).toContain('change_set.json')
  expect(await task('report', report.task)).toMatch(
    /^# sum\(\) takes text for a number\n\n\*\*✓ accepted\.\*\*/,
  )
  expect(JSON.parse(await task('report', report.task, '--json'))).toEqual(report)
})

test('before there is a task, and before a run has ended, the commands say so', async (context) => {
  const empty = await autopilot(['task', 'status', '--state', join(await temporaryFolder(), 'state')])
  expect(empty).toMatchObject({ code: 0, stdout: expect.stringContaining('There is no task yet.') })
  needsTool(context, 'bwrap')
  const ran = await run({ args: ['--until', 'PLAN'] })
  expect(ran).toMatchObject({ code: 0, report: undefined })
  const [, task = ''] =
    /^(t-\w+) has passed PLAN\. Go on: npx --no-install autopilot run --resume t-/m.exec(ran.stdout) ?? []
  const status = await autopilot(['task', 'status', task, '--state', ran.state])
  expect(status.stdout).toMatch(new RegExp(`^${task} {2}before THINK\n`))
  const report = await autopilot(['task', 'report', task, '--state', ran.state])
  expect(report).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('report-none') })
})

test('colour is for a terminal alone, and NO_COLOR takes it away', async (context) => {
  needsTool(context, 'script')
  const repo = await repository()
  const folder = await temporaryFolder()
  const line = `'${process.execPath}' '${MAIN}' run --repo '${repo}' --issue /dev/stdin --dry --state '${folder}/state'`
  const onTerminal = async (env: Record<string, string>): Promise<string> => {
    const text = "printf '# sum.js\\n\\nWhat should `sum.js` do?\\n' | "
    const ran = await execa('script', ['-qec', `${text}${line}`, '/dev/null'], {
      env,
      reject: false,
      stdin: 'ignore',
    })
    return ran.stdout
  }
  expect(await onTerminal({ TERM: 'xterm' })).toContain('\u001b[')
  expect(await onTerminal({ TERM: 'xterm', NO_COLOR: '1' })).not.toContain('\u001b[')
})
