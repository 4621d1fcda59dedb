// Owns opening what a run needs of this machine: the repository through our own git, a sandbox, and what both are.
import { mkdir } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import type { BaseRef } from '../../contracts/base.ts'
import type { Fingerprint, SandboxLevel } from '../../contracts/fingerprint.ts'
import { CONTRACTS } from '../../contracts/registry.ts'
import { VERSION } from '../../contracts/version.ts'
import type { Clock, Problem, Sandbox, ToolchainOptions } from '../../ports.ts'
import { openGit, type OpenGit, type RepositoryFacts } from '../git/open.ts'
import { findTool } from '../sandbox/host-tool.ts'
import { openSandbox } from '../sandbox/open-sandbox.ts'
import { readRegistry } from '../sandbox/registry.ts'
import { describeTools, findProgram } from './tools.ts'

export interface MachineOptions {
  repo: string
  /** Folder of our own git directory for the task. */
  gitDir: string
  /** PATH on which git is looked up. */
  path: string
  /** See openGit. */
  at?: BaseRef
  clock: Clock
  /** Node and npm for what runs in the sandbox, and for the toolchain. */
  nodePath: string
  npmPath: string
  /** Folder of installed dependencies. */
  cache: string
  /** Of Node (NODE_EXTRA_CA_CERTS), where npm's configuration names none. */
  caFile?: string | undefined
  level?: SandboxLevel | undefined
  /** For level docker. */
  image?: string
}

export interface Machine {
  git: OpenGit
  facts: RepositoryFacts
  sandbox: Sandbox
  /** Why there is no sandbox; then `sandbox` gives no workspace, which a plan does not need. */
  lacks: Problem | null
  fingerprint: Fingerprint
  toolchainOptions: Pick<ToolchainOptions, 'registry' | 'versions'>
  close(): Promise<void>
}

/** A repository or an npm that cannot be used are problems; a sandbox that cannot be had is left to the caller. */
export async function openMachine(
  x: MachineOptions,
): Promise<{ ok: true; machine: Machine } | { ok: false; problems: readonly Problem[] }> {
  const { clock, nodePath, npmPath, cache, path } = x
  const opened = await openGit(x)
  if (!opened.ok) return opened
  const { git, facts } = opened
  try {
    const registry = await readRegistry({ nodePath, npmPath })
    if ('problem' in registry) {
      await git.close()
      return { ok: false, problems: [registry.problem] }
    }
    const caFile = registry.caFile ?? x.caFile
    await mkdir(cache, { recursive: true, mode: 0o711 })
    const found = await openSandbox({
      git,
      clock,
      nodePath,
      npmPath,
      cache,
      registry: registry.registry,
      ...(caFile === undefined ? {} : { caFile }),
      ...(x.level === undefined ? {} : { level: x.level }),
      ...(x.image === undefined ? {} : { image: x.image }),
    })
    const sandbox = 'problem' in found ? NO_SANDBOX : found
    const fingerprint = await fingerprintOf(sandbox, { nodePath, npm: join(npmPath, 'bin/npm-cli.js'), path })
    const versions = Object.fromEntries(fingerprint.tools.map((tool) => [tool.name, tool.version]))
    const machine: Machine = {
      git,
      facts,
      sandbox,
      lacks: 'problem' in found ? found.problem : null,
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
    return { ok: true, machine }
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

async function fingerprintOf(
  sandbox: Sandbox,
  x: { nodePath: string; npm: string; path: string },
): Promise<Fingerprint> {
  const git = await findProgram('git', x.path)
  const tools = await describeTools({
    node: x.nodePath,
    npm: x.npm,
    git,
    ...(sandbox.level === 'bwrap' ? { bwrap: findTool('bwrap') } : {}),
  })
  return {
    schema: 'autopilot/fingerprint@1',
    autopilot: VERSION,
    platform: `${platform()}-${arch()}`,
    tools: [...tools],
    sandbox: { level: sandbox.level, limits_by: sandbox.limitsBy, uid_dropped: sandbox.uidDropped },
    contracts: Object.fromEntries(CONTRACTS.map((contract) => [contract.name, contract.version])),
  }
}
