// Owns the docker level: written from Docker's manual and never run here, since no daemon was at hand.
import { spawn } from 'node:child_process'
import type { CommandSpec, ExecLimits } from '../../ports.ts'
import { baseEnv, egressEnv, INSIDE, RELAY_PORT, withRelay } from './isolation.ts'
import type { Box, Isolation } from './isolation.ts'
import { HOME_BYTES, SMALL_TMPFS_BYTES, TMP_BYTES } from './limits.ts'
import type { Launch } from './process.ts'
import type { Scratch } from './scratch.ts'

/** `image` needs sh, git and the C library of Node; Node and npm are those of the host. */
export function makeDocker(x: { docker: string; image: string; scratch: Scratch }): Isolation {
  let made = 0
  return {
    level: 'docker',
    limitsBy: 'cgroup',
    cgroups: undefined,
    launch(box, command, limits): Launch {
      made += 1
      const name = `autopilot-${process.pid}-${made}`
      const env = environment(x.scratch, box, command)
      return {
        file: x.docker,
        args: dockerArgs({ ...x, name, box, command, limits, envNames: Object.keys(env) }),
        // values travel in the environment of the client, so that no list of processes shows them
        env,
        cwd: '/',
        informs: false,
        group: false,
        alsoKill: () => {
          spawn(x.docker, ['kill', name], { stdio: 'ignore' }).on('error', () => undefined)
        },
      }
    },
  }
}

export function dockerArgs(x: {
  image: string
  name: string
  scratch: Scratch
  box: Box
  command: CommandSpec
  limits: ExecLimits
  envNames: readonly string[]
}): readonly string[] {
  const { box, limits } = x
  const user = box.uid ?? process.getuid?.() ?? 65_534
  return [
    `run --rm --interactive --init --name ${x.name} --hostname sandbox --network none --ipc private`.split(
      ' ',
    ),
    '--read-only --cap-drop ALL --security-opt no-new-privileges'.split(' '),
    `--user ${user}:${user} --memory ${limits.memoryBytes} --memory-swap ${limits.memoryBytes}`.split(' '),
    `--pids-limit ${limits.processes} --shm-size ${SMALL_TMPFS_BYTES}`.split(' '),
    `--ulimit cpu=${limits.cpuSeconds} --ulimit fsize=${limits.fileBytes} --ulimit core=0`.split(' '),
    ['--tmpfs', `${INSIDE.tmp}:rw,exec,mode=1777,size=${TMP_BYTES}`],
    ['--tmpfs', `${INSIDE.home}:rw,exec,mode=1777,size=${HOME_BYTES}`],
    mounts(x.scratch, box).flatMap((mount) => ['--mount', mount]),
    x.envNames.flatMap((name) => ['--env', name]),
    ['--workdir', x.command.cwd ? `${INSIDE.repo}/${x.command.cwd}` : INSIDE.repo],
    ['--entrypoint', '', x.image],
    box.socket === undefined
      ? x.command.argv
      : withRelay(x.command.argv, INSIDE.node, INSIDE.relay, `${RELAY_PORT}=${INSIDE.socket}`),
  ].flat()
}

function mounts(scratch: Scratch, box: Box): readonly string[] {
  const bind = (source: string, target: string, writable = false): string =>
    `type=bind,source=${source},target=${target}${writable ? '' : ',readonly'}`
  return [
    bind(box.repo, INSIDE.repo, true),
    bind(box.out, INSIDE.out, true),
    bind(scratch.node, INSIDE.node),
    bind(scratch.npm, INSIDE.npm),
    bind(scratch.relay, INSIDE.relay),
    ...(scratch.hasCa ? [bind(`${scratch.etc}/ssl/host-ca.pem`, INSIDE.ca)] : []),
    ...(scratch.hasNpmrc ? [bind(`${scratch.etc}/npmrc`, INSIDE.npmrc)] : []),
    ...box.dependencies.flatMap(({ path, source }) => [
      bind(source, `${INSIDE.repo}/${path}`),
      `type=tmpfs,target=${INSIDE.repo}/${path}/.cache,tmpfs-size=${SMALL_TMPFS_BYTES},tmpfs-mode=1777`,
    ]),
    ...(box.npmCache === undefined
      ? []
      : [bind(box.npmCache.source, INSIDE.npmCache, box.npmCache.writable)]),
    ...(box.socket === undefined ? [] : [bind(box.socket, INSIDE.socket)]),
  ]
}

function environment(scratch: Scratch, box: Box, command: CommandSpec): Record<string, string> {
  const egress =
    box.socket === undefined ? {} : egressEnv(RELAY_PORT, { ca: scratch.hasCa, npmrc: scratch.hasNpmrc })
  return { ...command.env, ...egress, ...baseEnv(box) }
}
