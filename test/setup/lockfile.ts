// Owns a lockfile that `npm ci` takes on every machine: it must name each platform's build of a package, also those
// that the registry of the machine where it was made does not offer; `npm install` there leaves them out.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

interface Entry {
  version?: string
  inBundle?: boolean
  dev?: boolean
  optionalDependencies?: Record<string, string>
  [key: string]: unknown
}

interface Lockfile {
  packages: Record<string, Entry>
  [key: string]: unknown
}

const BUILD =
  /(?:^|[/-])(android|darwin|freebsd|linux|openharmony|win32|win)-(arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-(eabi|gnu|gnueabihf|msvc|musl|musleabihf))?$/

/** Builds that a package of the lockfile may bring and that the lockfile does not name, as `name@version`. */
export function missingBuilds(text: string): string[] {
  return [...missing(JSON.parse(text) as Lockfile)].map(([name, entry]) => `${name}@${entry.version}`).sort()
}

/** The lockfile with an entry for each missing build: npm passes over it wherever the platform is another one. */
export function completeLockfile(text: string): string {
  const lock = JSON.parse(text) as Lockfile
  const added = [...missing(lock)].map(([name, entry]) => [`node_modules/${name}`, entry] as const)
  const packages = [...Object.entries(lock.packages), ...added].sort(([a], [b]) => a.localeCompare(b, 'en'))
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`
}

function missing(lock: Lockfile): Map<string, Entry> {
  const found = new Map<string, Entry>()
  for (const owner of Object.values(lock.packages)) {
    // what a package brings along in its own archive is not installed by the lockfile
    if (owner.inBundle === true) continue
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      const [, os, cpu, abi] = BUILD.exec(name) ?? []
      if (os === undefined || cpu === undefined || lock.packages[`node_modules/${name}`] !== undefined)
        continue
      found.set(name, {
        version,
        cpu: [cpu],
        ...(owner.dev === true && { dev: true }),
        ...(os === 'linux' && abi !== undefined && { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] }),
        optional: true,
        os: [os === 'win' ? 'win32' : os],
      })
    }
  }
  return found
}

if (import.meta.main) {
  const path = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
  writeFileSync(path, completeLockfile(readFileSync(path, 'utf8')))
}
