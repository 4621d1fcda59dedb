// Owns the two install steps: fetch with egress and scripts off, then scripts without network, then the cache.
import { chown, mkdir, stat } from 'node:fs/promises'
import { digestOfJson } from '../../contracts/canonical.ts'
import type { Digest } from '../../contracts/canonical.ts'
import type { Sha } from '../../contracts/base.ts'
import type { ChangeSet } from '../../contracts/change-set.ts'
import type { CommandSpec, Exec, ExecResult, InstallPlan, Problem, Sandbox } from '../../ports.ts'
import type { DependencyCache } from './dependency-cache.ts'
import { runTool } from './host-tool.ts'
import { openWorkspace } from './workspace.ts'
import type { Core, OpenWorkspace } from './workspace.ts'

/** Of each step's output, the end is kept. */
const LOG_BYTES = 64 * 1024

type Answer = Awaited<ReturnType<Sandbox['install']>>

export interface InstallContext {
  core: Core
  cache: DependencyCache
  /** The package manager's download cache; its owner runs every install. */
  npmCache: string
  uid: number | undefined
}

export async function installDependencies(
  context: InstallContext,
  x: { base: Sha; changes?: ChangeSet; plan: InstallPlan },
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const began = context.core.clock.monotonic()
  const key = cacheKey(x)
  const spent = (): number => Math.max(0, context.core.clock.monotonic() - began)
  if ((await context.cache.find(key)) !== undefined) {
    return { ok: true, dependencies: { key, cached: true, durationMs: spent(), log: '' } }
  }
  const workspace = await openWorkspace(context.core, {
    base: x.base,
    changes: x.changes,
    dependencies: [],
    allow: x.plan.allow,
    uid: context.uid,
    purpose: 'install',
  })
  try {
    const { problem, log } = await runSteps(context, workspace, x.plan, signal)
    if (problem !== undefined) return { ok: false, problem, log }
    const unfit = await context.cache.publish(key, workspace.repo, x.plan.folders)
    if (unfit !== undefined) return { ok: false, problem: bentFolder(unfit.refused), log }
    return { ok: true, dependencies: { key, cached: false, durationMs: spent(), log } }
  } finally {
    await workspace.close()
  }
}

/**
 * Threat: install scripts can read the whole copy, so a change that edits a script which the manifest only names would
 * poison the cache for everyone with the same lockfile. With scripts on, an entry belongs to one tree.
 */
function cacheKey(x: { base: Sha; changes?: ChangeSet; plan: InstallPlan }): Digest {
  if (x.plan.scripts === null) return x.plan.key
  return digestOfJson({ plan: x.plan.key, base: x.base, tree: x.changes?.tree ?? null })
}

async function runSteps(
  context: InstallContext,
  workspace: OpenWorkspace,
  plan: InstallPlan,
  signal: AbortSignal | undefined,
): Promise<{ problem?: Problem; log: string }> {
  let log = ''
  for (const step of ['fetch', 'scripts'] as const) {
    const command = plan[step]
    if (command === null) continue
    // whatever the plan says: network belongs to the first step, and running code to the second
    const spec: CommandSpec = { ...command, egress: step === 'fetch' ? 'socket' : 'none' }
    const exec = workspace.start(spec, signal, { source: context.npmCache, writable: step === 'fetch' })
    const { result, text } = await record(exec)
    log += `$ ${command.argv.join(' ')}\n${text}`
    for (const line of result.refused ?? []) log += `egress refused ${line}\n`
    if (result.outcome !== 'exited' || result.exitCode !== 0) {
      return { problem: failedStep(step, command, result), log }
    }
  }
  return { log }
}

async function record(exec: Exec): Promise<{ result: ExecResult; text: string }> {
  let text = Buffer.alloc(0)
  const drain = async (stream: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of stream) text = Buffer.concat([text, chunk]).subarray(-LOG_BYTES)
  }
  await Promise.all([drain(exec.stdout), drain(exec.stderr)])
  return { result: await exec.result, text: text.toString('utf8') }
}

function failedStep(step: 'fetch' | 'scripts', command: CommandSpec, result: ExecResult): Problem {
  const how = result.outcome === 'exited' ? `ended with exit code ${result.exitCode}` : result.detail
  const line = command.argv.join(' ')
  const refused = [...new Set((result.refused ?? []).map((one) => one.split(': ')[0] ?? one))]
  if (step === 'scripts') {
    return {
      rule: 'install-scripts',
      message: `the install scripts failed: \`${line}\` ${how}`,
      fix: 'scripts run without network; a package that downloads in its script needs `install.scripts: false`, see the log',
    }
  }
  return {
    rule: 'install-fetch',
    message:
      refused.length === 0
        ? `fetching the dependencies failed: \`${line}\` ${how}`
        : `fetching the dependencies failed: \`${line}\` ${how}; the proxy refused ${refused.join(', ')}`,
    fix:
      refused.length === 0
        ? 'see the log'
        : 'when these hosts may be reached, add them to `install.allow_hosts` in .github/autopilot.yml',
  }
}

function bentFolder(path: string): Problem {
  return {
    rule: 'install-folder',
    message: `the install left ${path} as something else than a plain folder`,
    fix: `make ${path} a folder of its own`,
    path,
  }
}

/** The folder belongs to one uid for good, so that every install may write to it; a new owner is given everything. */
export async function openNpmCache(
  folder: string,
  prefer: ((uid: number) => number) | undefined,
): Promise<number | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (prefer === undefined) return undefined
  const { uid: owner } = await stat(folder)
  const uid = prefer(owner)
  if (uid !== owner) await runTool('chown', ['-hR', '--', `${uid}:${uid}`, folder])
  else await chown(folder, uid, uid)
  return uid
}
