// Owns the command line of bubblewrap: what a command inside sees, and that it can see nothing else.
import { lstatSync, readlinkSync } from 'node:fs'
import type { CommandSpec, ExecLimits } from '../../ports.ts'
import type { Cgroups } from './cgroup.ts'
import { baseEnv, egressEnv, INSIDE, INSIDE_UID, RELAY_PORT, withRelay } from './isolation.ts'
import type { Box, Isolation } from './isolation.ts'
import { HOME_BYTES, SMALL_TMPFS_BYTES, TMP_BYTES } from './limits.ts'
import type { Launch } from './process.ts'
import type { Scratch } from './scratch.ts'

/**
 * Measured: plain `bwrap` run by root can be escaped, so no process inside has a capability and, when the host is
 * root, bwrap itself already runs as an unused uid. User namespaces are disabled inside, so that none can be regained.
 * bwrap always sets no_new_privs and mounts everything nosuid.
 */
const FLAGS = [
  '--unshare-all --unshare-user --disable-userns --cap-drop ALL --new-session --die-with-parent --clearenv',
  `--uid ${INSIDE_UID} --gid ${INSIDE_UID} --hostname sandbox --info-fd 4 --args 3 --`,
].flatMap((words) => words.split(' '))

export function makeBubblewrap(x: {
  bwrap: string
  prlimit: string
  scratch: Scratch
  cgroups: Cgroups | undefined
}): Isolation {
  const system = systemMounts(x.scratch)
  return {
    level: 'bwrap',
    limitsBy: x.cgroups === undefined ? 'rlimit' : 'cgroup',
    cgroups: x.cgroups,
    launch(box, command, limits): Launch {
      const args = [
        rlimits(limits, x.cgroups === undefined),
        [x.bwrap],
        FLAGS,
        x.cgroups === undefined ? [x.prlimit, `--nproc=${limits.processes}`, '--'] : [],
        inside(box, command),
      ].flat()
      const options = [
        system,
        boxMounts(x.scratch, box),
        ['--remount-ro', '/'],
        environment(x.scratch, box, command),
        ['--chdir', command.cwd ? `${INSIDE.repo}/${command.cwd}` : INSIDE.repo],
      ].flat()
      return {
        file: x.prlimit,
        args,
        // Threat: /proc/1/environ inside is the environment that bwrap was started with.
        env: {},
        cwd: '/',
        uid: box.uid,
        options: options.map((word) => `${word}\0`).join(''),
        informs: true,
        group: false,
      }
    },
  }
}

/**
 * Processor time and file size hold each process; without a control group so does memory, as RLIMIT_DATA: the address
 * space limit (RLIMIT_AS) makes Node abort, because V8 reserves far more than it uses.
 */
function rlimits(limits: ExecLimits, memory: boolean): string[] {
  return [
    `--cpu=${limits.cpuSeconds}:${limits.cpuSeconds + 5}`,
    `--fsize=${limits.fileBytes}`,
    '--core=0',
    ...(memory ? [`--data=${limits.memoryBytes}`] : []),
    '--',
  ]
}

function inside(box: Box, command: CommandSpec): readonly string[] {
  if (box.socket === undefined) return command.argv
  return withRelay(command.argv, INSIDE.node, INSIDE.relay, `${RELAY_PORT}=${INSIDE.socket}`)
}

function systemMounts(scratch: Scratch): readonly string[] {
  const mounts = ['--ro-bind', '/usr', '/usr']
  for (const folder of ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']) {
    const stat = lstatSync(folder, { throwIfNoEntry: false })
    if (stat?.isSymbolicLink() === true) mounts.push('--symlink', readlinkSync(folder), folder)
    else if (stat?.isDirectory() === true) mounts.push('--ro-bind', folder, folder)
  }
  mounts.push('--ro-bind', scratch.etc, '/etc')
  for (const folder of ['/etc/ssl/certs', '/etc/alternatives']) mounts.push('--ro-bind-try', folder, folder)
  mounts.push('--ro-bind', scratch.node, INSIDE.node, '--ro-bind', scratch.npm, INSIDE.npm)
  for (const name of ['npm', 'npx']) {
    mounts.push('--symlink', `../lib/node_modules/npm/bin/${name}-cli.js`, `/opt/node/bin/${name}`)
  }
  mounts.push('--proc', '/proc', '--dev', '/dev', ...tmpfs('/dev/shm', SMALL_TMPFS_BYTES))
  mounts.push('--remount-ro', '/dev', ...tmpfs(INSIDE.tmp, TMP_BYTES), ...tmpfs(INSIDE.home, HOME_BYTES))
  return mounts
}

function boxMounts(scratch: Scratch, box: Box): readonly string[] {
  const mounts = ['--bind', box.repo, INSIDE.repo, '--bind', box.out, INSIDE.out]
  for (const { path, source } of box.dependencies) {
    const at = `${INSIDE.repo}/${path}`
    mounts.push('--ro-bind', source, at, ...tmpfs(`${at}/.cache`, SMALL_TMPFS_BYTES))
  }
  if (box.npmCache !== undefined) {
    mounts.push(box.npmCache.writable ? '--bind' : '--ro-bind', box.npmCache.source, INSIDE.npmCache)
  }
  if (box.socket !== undefined) {
    mounts.push('--ro-bind', box.socket, INSIDE.socket, '--ro-bind', scratch.relay, INSIDE.relay)
  }
  return mounts
}

function environment(scratch: Scratch, box: Box, command: CommandSpec): readonly string[] {
  const egress =
    box.socket === undefined ? {} : egressEnv(RELAY_PORT, { ca: scratch.hasCa, npmrc: scratch.hasNpmrc })
  const all = { ...command.env, ...egress, ...baseEnv(box) }
  return Object.entries(all).flatMap(([name, value]) => ['--setenv', name, value])
}

function tmpfs(at: string, bytes: number): readonly string[] {
  return ['--perms', '1777', '--size', String(bytes), '--tmpfs', at]
}
