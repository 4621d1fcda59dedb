// Measures what the sandbox adds to the start of a command, against the same command started bare, turn by turn.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openGit } from '../../../src/adapters/git/open.ts'
import { openSandbox } from '../../../src/adapters/sandbox/open-sandbox.ts'
import { systemClock } from '../../../src/adapters/system/clock.ts'
import { makeRepository } from '../repository.ts'
import { atMost, percentile, shown, timed } from '../row.ts'
import type { Row } from '../row.ts'

const ROUNDS = 60
const bare = promisify(execFile)

export async function rows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'autopilot-bench-'))
  const repo = await makeRepository(join(folder, 'repo'), 10)
  const opened = await openGit({ repo, gitDir: join(folder, 'git') })
  if (!opened.ok) throw new Error(opened.problems.map((problem) => problem.message).join('; '))
  const sandbox = await openSandbox({
    git: opened.git,
    clock: systemClock(),
    nodePath: process.execPath,
    npmPath: fileURLToPath(new URL('../../../node_modules/npm', import.meta.url)),
  })
  if ('problem' in sandbox) throw new Error(`${sandbox.problem.message} · ${sandbox.problem.fix}`)
  try {
    const workspace = await sandbox.workspace({ base: opened.facts.head.sha, purpose: 'bench' })
    const inside: number[] = []
    const outside: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      outside.push(await timed(() => bare('/usr/bin/true')))
      inside.push(await timed(() => workspace.exec({ argv: ['true'], env: {}, egress: 'none' }).result))
    }
    await workspace.close()
    const over = percentile(inside, 0.5) - percentile(outside, 0.5)
    return [
      atMost('sandbox.spawn', over, 'ms', 15),
      shown('sandbox.spawn.inside.p50', percentile(inside, 0.5), 'ms'),
      shown('sandbox.spawn.bare.p50', percentile(outside, 0.5), 'ms'),
    ]
  } finally {
    await sandbox.close()
    await opened.git.close()
    await rm(folder, { recursive: true, force: true })
  }
}
