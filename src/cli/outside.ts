// Owns the outside world of a laptop run: git, sandbox, clock and ids, real, recorded or replayed.
import { mkdir } from 'node:fs/promises'
import { homedir, platform, arch } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openGit } from '../adapters/git/open.ts'
import { describeTools, findProgram } from '../adapters/machine/tools.ts'
import { openSandbox } from '../adapters/sandbox/open-sandbox.ts'
import { readRegistry } from '../adapters/sandbox/registry.ts'
import { recordClock, recordGit, recordIds, recordSandbox } from '../adapters/tape/record.ts'
import { replayClock, replayGit, replayIds, replaySandbox } from '../adapters/tape/replay.ts'
import { recordingTape, replayingTape } from '../adapters/tape/tape.ts'
import type { BaseRef } from '../contracts/base.ts'
import type { Fingerprint } from '../contracts/fingerprint.ts'
import { CONTRACTS } from '../contracts/registry.ts'
import type { Clock, Git, Ids, Problem, Sandbox, ToolchainOptions } from '../ports.ts'
import { EXIT, Refusal } from './exit-codes.ts'

export interface Outside {
  task: string
  /** Real path of the repository's working folder. */
  root: string
  head: BaseRef
  clock: Clock
  ids: Ids
  git: Git
  sandbox: Sandbox
  fingerprint: Fingerprint
  toolchainOptions: Pick<ToolchainOptions, 'registry' | 'versions'>
  close(): Promise<void>
}

interface Request {
  repo: string
  dry: boolean
  sandbox?: 'bwrap' | 'docker' | 'none' | undefined
  record?: string | undefined
  replay?: string | undefined
  clock: Clock
  gitDir(task: string): string
  ids: Ids
  /** The task that goes on; undefined makes a new one. */
  id: string | undefined
}

type Facts = Pick<Outside, 'root' | 'head' | 'fingerprint' | 'toolchainOptions'>

export async function openOutside(x: Request): Promise<Outside> {
  if (x.replay !== undefined) return replayOutside(x.replay, x.id)
  const real = await realOutside(x)
  if (x.record === undefined) return real
  const tape = recordingTape(x.record)
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

function replayOutside(file: string, id: string | undefined): Outside {
  const tape = replayingTape(file, { goOn: id !== undefined })
  const facts = tape.take('laptop.facts') as Facts
  return {
    ...facts,
    task: id ?? (tape.take('laptop.task') as string),
    ids: replayIds(tape),
    clock: replayClock(tape),
    git: replayGit(tape),
    sandbox: replaySandbox(tape),
    close: () => Promise.resolve(tape.close()),
  }
}

async function realOutside(x: Request): Promise<Outside> {
  const { ids } = x
  const task = x.id ?? ids.next('t')
  const opened = await openGit({ repo: x.repo, gitDir: x.gitDir(task), path: process.env['PATH'] ?? '' })
  if (!opened.ok) throw new Refusal(EXIT.badInput, opened.problems.map(renderProblem))
  const { git, facts } = opened
  try {
    const npmPath = fileURLToPath(new URL('../../node_modules/npm', import.meta.url))
    const registry = await readRegistry({ nodePath: process.execPath, npmPath })
    if ('problem' in registry) throw new Refusal(EXIT.machine, [renderProblem(registry.problem)])
    const caFile = registry.caFile ?? process.env['NODE_EXTRA_CA_CERTS']
    const cache = cacheFolder()
    await mkdir(cache, { recursive: true, mode: 0o711 })
    const sandbox = await openSandbox({
      git,
      clock: x.clock,
      nodePath: process.execPath,
      npmPath,
      cache,
      registry: registry.registry,
      ...(caFile === undefined ? {} : { caFile }),
      ...(x.sandbox === undefined ? {} : { level: x.sandbox }),
    })
    if ('problem' in sandbox) throw new Refusal(EXIT.machine, [renderProblem(sandbox.problem)])
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

export function renderProblem(problem: Problem): string {
  return `${problem.message} · ${problem.fix} (${problem.rule})`
}

/** Reachable by the uid that sandboxed commands drop to: below nobody's private home when this is root. */
function cacheFolder(): string {
  if (process.getuid?.() === 0) return '/var/cache/autopilot'
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'autopilot')
}

async function fingerprintOf(sandbox: Sandbox, npm: string): Promise<Fingerprint> {
  const path = process.env['PATH'] ?? ''
  const git = await findProgram('git', path)
  const bwrap = await findProgram('bwrap', path)
  const tools = await describeTools({
    node: process.execPath,
    npm,
    git,
    ...(sandbox.level === 'bwrap' ? { bwrap } : {}),
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
