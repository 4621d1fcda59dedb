// Git and sandbox on a tape: real commands and a real repository once, the same answers without either.
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openGit } from '../../../src/adapters/git/open.ts'
import { recordGit, recordSandbox } from '../../../src/adapters/tape/record.ts'
import { replayGit, replaySandbox } from '../../../src/adapters/tape/replay.ts'
import { recordingTape, replayingTape } from '../../../src/adapters/tape/tape.ts'
import type { Git, Sandbox } from '../../../src/ports.ts'
import { scratchFolder } from '../../e2e/autopilot.ts'
import { makeTiny, removeRepository } from '../../e2e/tiny-repository.ts'
import { makeFolderSandbox } from '../../fakes/folder-sandbox.ts'

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stream)).toString('utf8')
}

/** What a small run asks: two commands at once in one copy, its files, its change, a branch of it. */
async function ask(git: Git, sandbox: Sandbox): Promise<unknown> {
  const { sha } = await git.head()
  const workspace = await sandbox.workspace({ base: sha, purpose: 'test' })
  const run = async (line: string): Promise<unknown> => {
    const exec = workspace.exec({ argv: ['sh', '-c', line], env: {}, egress: 'none' })
    const { outcome, exitCode } = await exec.result
    return { out: await text(exec.stdout), err: await text(exec.stderr), outcome, exitCode }
  }
  const runs = await Promise.all([
    run('echo to out; echo to err >&2; exit 3'),
    run('printf new > src/new.js'),
  ])
  const file = Buffer.from((await workspace.read('src/new.js', 100)) ?? []).toString('utf8')
  const missing = await workspace.read('none', 100)
  const listed = await workspace.list('src', 10)
  const made = await workspace.changes()
  await workspace.close()
  if (!made.ok) throw new Error(made.problem.message)
  const { changes } = made
  const put = { branch: 'autopilot/x', changes, message: 'x', at: '2026-11-21T00:00:00.000Z' }
  const tree = await git.tree(sha)
  const before = Buffer.from((await git.readFile('src/greet.js', sha)) ?? []).toString('utf8')
  const wrote = await git.writeTree(changes)
  const rest = {
    diff: await git.diff(changes),
    branch: await git.putBranch(put),
    subjects: await git.subjects(sha, 3),
  }
  return { sha, runs, file, missing, listed, changes, tree, before, wrote, ...rest }
}

test('the same questions get the same answers when repository and folders are gone', async () => {
  const { folder, remove } = await scratchFolder()
  onTestFinished(remove)
  const tiny = await makeTiny(folder)
  const opened = await openGit({
    repo: tiny.repo,
    gitDir: join(folder, 'git'),
    path: process.env['PATH'] ?? '',
  })
  if (!opened.ok) throw new Error(opened.problems[0]?.message)
  const { git } = opened
  const file = join(folder, 'tape.jsonl')
  const tape = recordingTape(file)
  const answers = await ask(recordGit(git, tape), recordSandbox(makeFolderSandbox(git), tape))
  expect(answers).toMatchObject({
    runs: [
      { out: 'to out\n', err: 'to err\n', outcome: 'exited', exitCode: 3 },
      { out: '', exitCode: 0 },
    ],
    file: 'new',
    missing: undefined,
    listed: ['src/greet.js', 'src/new.js'],
    branch: { result: 'created' },
  })
  await git.close()
  await removeRepository(tiny)
  const replay = replayingTape(file, { goOn: false })
  expect(await ask(replayGit(replay), replaySandbox(replay))).toEqual(answers)
})
