// Owns how npm installs a repository's dependencies in two steps, and what decides the result (the cache key).
import { digestInDomain, digestOf } from '../../contracts/canonical.ts'
import type { CommandSpec, InstallPlan, ToolchainOptions } from '../../ports.ts'
import type { Manifest } from './package-json.ts'
import { commandOf, QUIET } from './test-command.ts'

export interface InstallInput {
  manifest: Manifest
  /** Every file that decides the result, by path: manifests, lockfile, .npmrc. */
  files: ReadonlyMap<string, Uint8Array>
  /** `package-lock.json` or `npm-shrinkwrap.json`; null: versions are chosen anew at every install. */
  lockfile: string | null
  /** Folders of workspace packages, sorted. */
  workspaces: readonly string[]
}

/** null when there is nothing to install. */
export function installPlanOf(input: InstallInput, options: ToolchainOptions): InstallPlan | null {
  if (Object.keys(input.manifest.dependencies).length === 0 && input.workspaces.length === 0) return null
  const fetch: CommandSpec = {
    argv: [
      'npm',
      ...(input.lockfile === null ? ['install', '--no-save', '--no-package-lock'] : ['ci']),
      '--ignore-scripts',
      // Passed explicitly: a `.npmrc` of the repository must not choose where packages come from.
      `--registry=${options.registry}`,
    ],
    env: { ...QUIET, npm_config_offline: 'false' },
    egress: 'socket',
  }
  const scripts = options.scripts && mayRunScripts(input) ? scriptsStep(input.manifest) : null
  return {
    key: digestInDomain('autopilot/install@1', {
      files: [...input.files]
        .map(([path, bytes]) => [path, digestOf(bytes)])
        .sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1)),
      fetch: fetch.argv,
      scripts: scripts?.argv ?? null,
      versions: options.versions,
    }),
    fetch,
    scripts,
    folders: ['node_modules', ...input.workspaces.map((folder) => `${folder}/node_modules`)],
    allow: [...new Set([hostPort(options.registry), ...options.allowHosts.map(withPort)])],
  }
}

// `prepare` is left out on purpose: it builds for publishing or sets git hooks, and only node_modules outlives an install.
const ROOT_SCRIPTS = ['preinstall', 'install', 'postinstall'] as const

/**
 * False when the lockfile says that no package runs anything at install and the repository has no script of its own:
 * then the result depends on the lockfile alone, and one install serves every tree with that lockfile.
 */
function mayRunScripts({ manifest, files, lockfile }: InstallInput): boolean {
  if (ROOT_SCRIPTS.some((name) => manifest.scripts[name] !== undefined)) return true
  const bytes = lockfile === null ? undefined : files.get(lockfile)
  const packages = bytes === undefined ? undefined : packagesOf(bytes)
  if (packages === undefined) return true
  // A linked package is a folder of this repository: what it runs at install is not in the lockfile.
  return packages.some((one) => one['hasInstallScript'] === true || one['link'] === true)
}

/** Entries of a lockfile of version 2 or 3; undefined for one that does not tell (version 1) or does not parse. */
function packagesOf(lockfile: Uint8Array): readonly Readonly<Record<string, unknown>>[] | undefined {
  try {
    const { packages } = JSON.parse(Buffer.from(lockfile).toString('utf8')) as { packages?: unknown }
    if (typeof packages !== 'object' || packages === null) return undefined
    return Object.values(packages).filter((one) => typeof one === 'object' && one !== null)
  } catch {
    return undefined
  }
}

/** Dependencies' own install scripts, then the repository's (patches of node_modules live there), without network. */
function scriptsStep(manifest: Manifest): CommandSpec {
  const rebuild = 'npm rebuild --ignore-scripts=false --foreground-scripts'
  const own = ROOT_SCRIPTS.filter((name) => manifest.scripts[name] !== undefined)
  return own.length === 0
    ? commandOf(rebuild.split(' '))
    : commandOf(['sh', '-c', [rebuild, ...own.map((name) => `npm run ${name}`)].join(' && ')])
}

/** Changes manifest and lockfile only; keeps the group, and the exactness, of an entry that is there. */
export function bumpCommand(
  manifest: Manifest,
  lockfile: string | null,
  registry: string,
): (name: string, version: string) => CommandSpec {
  return (name, version) => {
    const group = (
      ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const
    ).find((group) => manifest.json[group]?.[name] !== undefined)
    const before = group === undefined ? undefined : manifest.json[group]?.[name]
    const exact = before !== undefined && /^\d/.test(before)
    const env = { ...QUIET, npm_config_offline: 'false' }
    if (lockfile === null) {
      const prefix = exact ? '' : (/^[~^]/.exec(before ?? '^')?.[0] ?? '^')
      const key = `${group ?? 'dependencies'}[${name}]=${prefix}${version}`
      return { argv: ['npm', 'pkg', 'set', key], env, egress: 'socket' }
    }
    const save = {
      devDependencies: '--save-dev',
      optionalDependencies: '--save-optional',
      peerDependencies: '--save-peer',
    }
    return {
      argv: [
        'npm',
        'install',
        '--package-lock-only',
        '--ignore-scripts',
        group === undefined || group === 'dependencies' ? '--save-prod' : save[group],
        ...(exact ? ['--save-exact'] : before?.startsWith('~') === true ? ['--save-prefix=~'] : []),
        `--registry=${registry}`,
        '--',
        `${name}@${version}`,
      ],
      env,
      egress: 'socket',
    }
  }
}

function hostPort(registry: string): string {
  const url = new URL(registry)
  return `${url.hostname}:${url.port === '' ? (url.protocol === 'http:' ? '80' : '443') : url.port}`
}

function withPort(host: string): string {
  return /:\d+$/.test(host) ? host : `${host}:443`
}
