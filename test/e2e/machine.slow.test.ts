// Owns the proof that a machine that lacks something is told what to install, and that a plan asks little of it.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needsTool } from '../fakes/require-tool.ts'
import { autopilot, expectRefusal, expectRefused, repository, run, snapshot, temporaryFolder } from './cli.ts'

/** Everything as it is, but where bubblewrap lies there is nothing that can be started. */
const WITHOUT_BWRAP = ['bwrap', '--dev-bind', '/', '/', '--bind', '/dev/null', '/usr/bin/bwrap', '--']

test('without git a run names it, and how to install it', async () => {
  const repo = await repository()
  const env = { PATH: await temporaryFolder() }
  await expectRefused({ repo, env }, { code: 5, says: ['git-missing', 'apt-get install git'] })
})

test('without bubblewrap a run ends with the line that installs it, and no task is left', async (context) => {
  needsTool(context, 'bwrap')
  const repo = await repository()
  const says = ['bubblewrap is not installed', 'sudo apt-get install -y bubblewrap', 'sandbox-missing']
  await expectRefused({ repo, within: WITHOUT_BWRAP }, { code: 5, says })
})

test('without bubblewrap bad input is still said first', async (context) => {
  needsTool(context, 'bwrap')
  const repo = await repository({ 'package.json': '{"name": }\n' })
  await expectRefused({ repo, within: WITHOUT_BWRAP }, { code: 4, says: ['package-json-broken'] })
})

test('without bubblewrap a dry run plans, says what a run will need, and its task is not run elsewhere', async (context) => {
  needsTool(context, 'bwrap')
  const repo = await repository()
  const before = await snapshot(repo)
  const ran = await run({ repo, args: ['--dry'], within: WITHOUT_BWRAP })
  expect(ran.code).toBe(0)
  expect(ran.stderr.replaceAll(/\s+/g, ' ')).toContain(
    '! a plan needs no sandbox, a run will: bubblewrap is not installed',
  )
  expect(ran.stdout).toContain('| `sum.js` | modify | source |')
  expect(ran.stdout).toMatch(/^Do it: npx --no-install autopilot run --repo .* --issue .*issue\.md --state /m)
  expect(await snapshot(repo)).toEqual(before)
  const [task = ''] = await readdir(join(ran.state, 'tasks'))
  const resumed = await autopilot(['run', '--resume', task, '--state', ran.state])
  expectRefusal(resumed, { code: 4, says: ['sandbox level none', 'go on with bwrap', 'task-sandbox'] })
})

test('a level that the machine does not have is not replaced by another', async () => {
  const repo = await repository()
  const says = ['sandbox-missing', 'install Docker']
  await expectRefused({ repo, args: ['--sandbox', 'docker'] }, { code: 5, says })
})

test('a run that started in the sandbox does not go on without it', async (context) => {
  needsTool(context, 'bwrap')
  const started = await run({ args: ['--until', 'THINK'] })
  const [task = ''] = await readdir(join(started.state, 'tasks'))
  const args = ['run', '--resume', task, '--sandbox', 'none', '--state', started.state]
  const says = ['started with sandbox level bwrap', 'go on with none', 'task-sandbox']
  expectRefusal(await autopilot(args), { code: 4, says })
})

test('without a sandbox, when asked for, a run works and warns before and after', async () => {
  const ran = await run({ args: ['--sandbox', 'none'] })
  expect(ran).toMatchObject({ code: 0, report: { accepted: true, sandbox: 'none' } })
  expect(ran.stderr).toMatch(/^ {2}! sandbox level none: code from the repository runs on this machine/m)
  expect(ran.stdout.trimStart()).toMatch(
    /^! Sandbox level none: code from the repository ran on this machine/,
  )
})

test('a state folder whose database is broken is the machine’s failure, said without a stack trace', async () => {
  const repo = await repository()
  const state = join(await temporaryFolder(), 'state')
  await mkdir(state)
  await writeFile(join(state, 'autopilot.db'), 'this is no database at all. '.repeat(200))
  const ran = await expectRefused(
    { repo, args: ['--state', state] },
    { code: 5, says: ['autopilot.db', 'restore'] },
  )
  expect(ran.stderr).toMatch(/^The machine failed · /)
})
