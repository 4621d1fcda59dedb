// Owns the probe: a sandbox counts only after a command ran in it and the kernel said what that command may do.
import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Problem } from '../../ports.ts'
import { removeTree, runTool } from './host-tool.ts'
import type { Box, Isolation } from './isolation.ts'
import { mergeLimits } from './limits.ts'
import { startProcess } from './process.ts'
import type { Scratch } from './scratch.ts'

const WALL_MS = 20_000

/** undefined: a trivial command runs, without any capability and without a way to gain one. */
export async function probeIsolation(x: {
  isolation: Isolation
  scratch: Scratch
  uid: number | undefined
  isRoot: boolean
  clock: Clock
}): Promise<Problem | undefined> {
  const folder = await mkdtemp(join(x.scratch.root, 'w', 'p'))
  const box: Box = {
    folder,
    repo: join(folder, 'repo'),
    out: join(folder, 'out'),
    uid: x.uid,
    dependencies: [],
  }
  try {
    await Promise.all([mkdir(box.repo), mkdir(box.out)])
    await x.isolation.place?.(box)
    if (x.uid !== undefined) await runTool('chown', ['-hR', '--', `${x.uid}:${x.uid}`, folder])
    const limits = mergeLimits({ wallMs: WALL_MS })
    const exec = startProcess({
      launch: x.isolation.launch(
        box,
        { argv: ['cat', '/proc/self/status'], env: {}, egress: 'none' },
        limits,
      ),
      limits,
      cgroups: x.isolation.cgroups,
      folders: [box.repo],
      clock: x.clock,
    })
    const [status, complaint] = await Promise.all([text(exec.stdout), text(exec.stderr)])
    const result = await exec.result
    if (result.outcome !== 'exited' || result.exitCode !== 0) {
      return failure(x.isolation.level, complaint.trim() || result.detail || `exit code ${result.exitCode}`)
    }
    return x.isolation.level === 'none' ? undefined : weakness(status)
  } finally {
    await removeTree(folder, x.isRoot)
  }
}

/** Reads `/proc/self/status` of the command: every set of capabilities must be empty, new privileges barred. */
export function weakness(status: string): Problem | undefined {
  const value = (name: string): string =>
    new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? 'missing'
  const held = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].filter((set) => !/^0+$/.test(value(set)))
  if (held.length === 0 && value('NoNewPrivs') === '1') return undefined
  return {
    rule: 'sandbox-weak',
    message: `a command inside the sandbox keeps privileges (${[...held, `NoNewPrivs ${value('NoNewPrivs')}`].join(', ')})`,
    fix: 'install an unmodified bubblewrap (0.8 or later) from the distribution',
  }
}

/** Words of bubblewrap 0.8 when the kernel or AppArmor forbids user namespaces. */
const FORBIDDEN =
  /setting up uid map|No permissions to creat|Creating new namespace failed|user namespaces? .*disabled/i

export function failure(level: string, complaint: string): Problem {
  const said = complaint.split('\n')[0]?.slice(0, 300) ?? ''
  if (level === 'bwrap' && FORBIDDEN.test(complaint)) {
    return {
      rule: 'sandbox-userns',
      message: `this machine forbids unprivileged user namespaces, which the sandbox is made of (${said})`,
      fix: 'allow them: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` on Ubuntu 24.04 and later, `sudo sysctl -w kernel.unprivileged_userns_clone=1` on older Debian',
    }
  }
  if (level === 'bwrap' && /Unknown option/i.test(complaint)) {
    return {
      rule: 'sandbox-old',
      message: `bubblewrap on this machine is too old (${said})`,
      fix: 'install bubblewrap 0.8 or later',
    }
  }
  return {
    rule: 'sandbox-probe',
    message: `a trivial command did not run in the sandbox (level ${level}): ${said}`,
    fix: 'make the message above go away, or choose another level',
  }
}

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
