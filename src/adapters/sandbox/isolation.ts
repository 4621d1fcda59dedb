// Owns what the three levels have in common: where things are seen from inside, and how a level starts a command.
import type { SandboxLevel } from '../../contracts/fingerprint.ts'
import type { CommandSpec, ExecLimits } from '../../ports.ts'
import type { Cgroups } from './cgroup.ts'
import type { Launch } from './process.ts'

/** Paths as a command sees them. */
export const INSIDE = {
  repo: '/repo',
  out: '/out',
  home: '/home',
  tmp: '/tmp',
  node: '/opt/node/bin/node',
  npm: '/opt/node/lib/node_modules/npm',
  npmCache: '/npm-cache',
  relay: '/opt/autopilot/relay.mjs',
  ca: '/etc/ssl/host-ca.pem',
  npmrc: '/etc/npmrc',
  socket: '/run/egress.sock',
  path: '/opt/node/bin:/usr/bin:/bin',
} as const

/** The uid and gid that a command sees as its own; the host's uid is another. */
export const INSIDE_UID = 1000

/** Where the relay answers inside: `http://127.0.0.1:3128`. */
export const RELAY_PORT = 3128

/** Folders of the host that one command sees. */
export interface Box {
  /** Holds `repo`, `out` and the socket; closed to everyone but the uid. */
  folder: string
  repo: string
  out: string
  /** undefined: the host's own uid. */
  uid: number | undefined
  /** Installed folders: path below the copy → folder of the host, read-only. */
  dependencies: readonly { path: string; source: string }[]
  /** Unix socket of the egress proxy. */
  socket?: string | undefined
  /** Port of the egress proxy on the host's loopback: level none only. */
  port?: number | undefined
  npmCache?: { source: string; writable: boolean } | undefined
}

/** One level: bwrap, docker or none. */
export interface Isolation {
  readonly level: SandboxLevel
  readonly limitsBy: 'cgroup' | 'rlimit' | 'none'
  readonly cgroups: Cgroups | undefined
  /** The command is found; `cwd` is a checked path below the copy. */
  launch(box: Box, command: CommandSpec, limits: ExecLimits): Launch
  /** Levels without mounts put the dependencies into the copy, and take them out before it is read. */
  place?(box: Box): Promise<void>
  unplace?(box: Box): Promise<void>
  /** Levels without mounts give the paths in a report the names that every other level has. */
  rename?(box: Box, report: Uint8Array): Uint8Array
}

/** The environment beside what the command brings; `npm_config_*` of a person's machine never gets in. */
export function baseEnv(box: Box): Record<string, string> {
  return {
    PATH: INSIDE.path,
    HOME: INSIDE.home,
    TMPDIR: INSIDE.tmp,
    LANG: 'C.UTF-8',
    npm_config_update_notifier: 'false',
    npm_config_logs_dir: `${INSIDE.tmp}/npm-logs`,
    ...(box.npmCache === undefined ? {} : { npm_config_cache: INSIDE.npmCache }),
  }
}

/** What makes npm, Node and curl-like tools use the relay. No secret and no host name is among it. */
export function egressEnv(port: number, has: { ca: boolean; npmrc: boolean }): Record<string, string> {
  const proxy = `http://127.0.0.1:${port}`
  return {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    NO_PROXY: '',
    no_proxy: '',
    NODE_USE_ENV_PROXY: '1',
    npm_config_proxy: proxy,
    npm_config_https_proxy: proxy,
    npm_config_noproxy: '',
    // Threat: a repository's .npmrc names a program of its own as git, and npm would run it in the fetch step.
    npm_config_git: '/usr/bin/git',
    ...(has.ca ? { NODE_EXTRA_CA_CERTS: INSIDE.ca } : {}),
    ...(has.npmrc ? { npm_config_userconfig: INSIDE.npmrc } : {}),
  }
}

/** With egress, the relay is the parent of the command. */
export function withRelay(argv: readonly string[], node: string, relay: string, port: string): string[] {
  return [node, relay, port, '--', ...argv]
}
