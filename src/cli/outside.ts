// Owns the outside world of a laptop run: git, sandbox, clock and ids, real, recorded or replayed.
import { fileURLToPath } from 'node:url'
import { openMachine } from '../adapters/machine/open-machine.ts'
import { recordClock, recordGit, recordIds, recordSandbox } from '../adapters/tape/record.ts'
import { replayClock, replayGit, replayIds, replaySandbox } from '../adapters/tape/replay.ts'
import { recordingTape, replayingTape } from '../adapters/tape/tape.ts'
import type { BaseRef } from '../contracts/base.ts'
import type { Fingerprint } from '../contracts/fingerprint.ts'
import type { Clock, Git, Ids, Problem, Sandbox, ToolchainOptions } from '../ports.ts'
import { cacheFolder } from './cache-folder.mjs'
import { cannotUse, refusalOf } from './exit-codes.ts'

export interface Outside {
  task: string
  /** Real path of the repository's working folder. */
  root: string
  head: BaseRef
  clock: Clock
  ids: Ids
  git: Git
  sandbox: Sandbox
  /** Why there is no sandbox; then `sandbox` gives no workspace, which a plan does not need. */
  lacks: Problem | null
  /** Paths of the working folder that are not committed, so no part of a run. */
  untracked: readonly string[]
  fingerprint: Fingerprint
  toolchainOptions: Pick<ToolchainOptions, 'registry' | 'versions'>
  close(): Promise<void>
}

interface Request {
  repo: string
  sandbox?: 'bwrap' | 'docker' | 'none' | undefined
  record?: string | undefined
  replay?: string | undefined
  clock: Clock
  gitDir(task: string): string
  ids: Ids
  task: string
  /** The task is there already; a replay of a new one takes its id from the recording. */
  resumed: boolean
}

type Facts = Pick<Outside, 'root' | 'head' | 'fingerprint' | 'toolchainOptions'>

export async function openOutside(x: Request): Promise<Outside> {
  if (x.replay !== undefined) return replayOutside(x.replay, x.resumed ? x.task : undefined)
  const real = await realOutside(x)
  if (x.record === undefined) return real
  const tape = openTape(x.record, recordingTape)
  const ids = recordIds(real.ids, tape)
  const { root, head, fingerprint, toolchainOptions } = real
  tape.put('laptop.facts', { root, head, fingerprint, toolchainOptions } satisfies Facts)
  tape.put('laptop.task', real.task)
  return {
    ...real,
    ids,
    clock: recordClock(real.clock, tape),
    git: recordGit(real.git, tape),
    sandbox: recordSandbox(real.sandbox, tape),
  }
}

function openTape<T>(file: string, open: (file: string) => T): T {
  try {
    return open(file)
  } catch (error) {
    throw cannotUse(file, error, {
      rule: 'tape-file',
      fix: 'name a file that --record wrote, or may write',
    })
  }
}

function replayOutside(file: string, id: string | undefined): Outside {
  const tape = openTape(file, (from) => replayingTape(from, { goOn: id !== undefined }))
  const facts = tape.take('laptop.facts') as Facts
  return {
    ...facts,
    lacks: null,
    untracked: [],
    task: id ?? (tape.take('laptop.task') as string),
    ids: replayIds(tape),
    clock: replayClock(tape),
    git: replayGit(tape),
    sandbox: replaySandbox(tape),
    close: () => Promise.resolve(tape.close()),
  }
}

async function realOutside(x: Request): Promise<Outside> {
  const { ids, task } = x
  const opened = await openMachine({
    repo: x.repo,
    gitDir: x.gitDir(task),
    path: process.env['PATH'] ?? '',
    clock: x.clock,
    nodePath: process.execPath,
    npmPath: fileURLToPath(new URL('../../node_modules/npm', import.meta.url)),
    cache: cacheFolder(),
    caFile: process.env['NODE_EXTRA_CA_CERTS'],
    level: x.sandbox,
  })
  if (!opened.ok) throw refusalOf(opened.problems)
  const { facts, ...machine } = opened.machine
  return { ...machine, ...facts, task, clock: x.clock, ids }
}
