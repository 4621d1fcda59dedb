// Owns the outside world of a laptop run: git, sandbox, clock and ids, real, recorded or replayed.
import { mkdir } from 'node:fs/promises'
import { platform, arch } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openGit } from '../adapters/git/open.ts'
import { describeTools, findProgram } from '../adapters/machine/tools.ts'
import { findTool } from '../adapters/sandbox/host-tool.ts'
import { openSandbox } from '../adapters/sandbox/open-sandbox.ts'
import { readRegistry } from '../adapters/sandbox/registry.ts'
import { recordClock, recordGit, recordIds, recordSandbox } from '../adapters/tape/record.ts'
import { replayClock, replayGit, replayIds, replaySandbox } from '../adapters/tape/replay.ts'
import { recordingTape, replayingTape } from '../adapters/tape/tape.ts'
import type { BaseRef } from '../contracts/base.ts'
import type { Fingerprint } from '../contracts/fingerprint.ts'
import { CONTRACTS } from '../contracts/registry.ts'
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
  const opened = await openGit({ repo: x.repo, gitDir: x.gitDir(task), path: process.env['PATH'] ?? '' })
  if (!opened.ok) throw refusalOf(opened.problems)
  const { git, facts } = opened
  try {
    const npmPath = fileURLToPath(new URL('../../node_modules/npm', import.meta.url))
    const registry = await readRegistry({ nodePath: process.execPath, npmPath })
    if ('problem' in registry) throw refusalOf([registry.problem])
    const caFile = registry.caFile ?? process.env['NODE_EXTRA_CA_CERTS']
    const cache = cacheFolder()
    await mkdir(cache, { recursive: true, mode: 0o711 })
    const found = await openSandbox({
      git,
      clock: x.clock,
      nodePath: process.execPath,
      npmPath,
      cache,
      registry: registry.registry,
      ...(caFile === undefined ? {} : { caFile }),
      ...(x.sandbox === undefined ? {} : { level: x.sandbox }),
    })
    const sandbox = 'problem' in found ? NO_SANDBOX : found
    const fingerprint = await fingerprintOf(sandbox, join(npmPath, 'bin/npm-cli.js'))
    const versions = Object.fromEntries(fingerprint.tools.map((tool) => [tool.name, tool.version]))
    return {
      task,
      root: facts.root,
      head: facts.head,
      clock: x.clock,
      ids,
      git,
      sandbox,
      lacks: 'problem' in found ? found.problem : null,
      untracked: facts.untracked,
      fingerprint,
      toolchainOptions: {
        registry: registry.registry,
        versions: { ...versions, platform: platform(), arch: arch() },
      },
      async close() {
        await sandbox.close()
        await git.close()
      },
    }
  } catch (error) {
    await git.close()
    throw error
  }
}

// A plan is made without a sandbox; nothing that would run finds another way.
const NO_SANDBOX: Sandbox = {
  level: 'none',
  limitsBy: 'none',
  uidDropped: false,
  workspace: () => Promise.reject(new Error('no sandbox was opened: nothing can run')),
  install: () => Promise.reject(new Error('no sandbox was opened: nothing can be installed')),
  close: () => Promise.resolve(),
}

async function fingerprintOf(sandbox: Sandbox, npm: string): Promise<Fingerprint> {
  const path = process.env['PATH'] ?? ''
  const git = await findProgram('git', path)
  const tools = await describeTools({
    node: process.execPath,
    npm,
    git,
    ...(sandbox.level === 'bwrap' ? { bwrap: findTool('bwrap') } : {}),
  })
  return {
    schema: 'autopilot/fingerprint@1',
    autopilot: '0.1.0',
    platform: `${platform()}-${arch()}`,
    tools: [...tools],
    sandbox: { level: sandbox.level, limits_by: sandbox.limitsBy, uid_dropped: sandbox.uidDropped },
    contracts: Object.fromEntries(CONTRACTS.map((contract) => [contract.name, contract.version])),
  }
}
