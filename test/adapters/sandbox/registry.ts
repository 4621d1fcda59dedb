// Owns a package registry on loopback: packages made at test time, served as packuments and tarballs.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export interface RegistryPackage {
  name: string
  version: string
  /** Merged into its package.json. */
  manifest?: Readonly<Record<string, unknown>>
  files: Readonly<Record<string, string>>
}

export interface LoopbackRegistry {
  /** `127.0.0.1:<port>`. */
  host: string
  url: string
  /** Paths that were asked for. */
  seen: string[]
  /** A lockfile for a root package with these dependencies. */
  lockfile(root: { name: string; version: string; dependencies: Readonly<Record<string, string>> }): string
  close(): Promise<void>
}

interface Packed extends RegistryPackage {
  tarball: Buffer
  integrity: string
}

export async function openRegistry(packages: readonly RegistryPackage[]): Promise<LoopbackRegistry> {
  const packed = await Promise.all(packages.map(pack))
  const seen: string[] = []
  const server = http.createServer((request, response) => {
    const path = request.url ?? ''
    seen.push(path)
    const tarball = packed.find((one) => path === tarballPath(one))
    if (tarball !== undefined) return void response.end(tarball.tarball)
    const versions = packed.filter((one) => path === `/${one.name}`)
    if (versions.length === 0) return void response.writeHead(404).end('{}')
    response.setHeader('content-type', 'application/json')
    return void response.end(JSON.stringify(packument(versions, `http://${host}`)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    url: `http://${host}/`,
    seen,
    lockfile({ name, version, dependencies }) {
      const entries = packed.map((one) => [
        `node_modules/${one.name}`,
        {
          version: one.version,
          resolved: `http://${host}${tarballPath(one)}`,
          integrity: one.integrity,
          ...one.manifest,
          ...('scripts' in (one.manifest ?? {}) ? { hasInstallScript: true } : {}),
        },
      ])
      const packages = { '': { name, version, dependencies }, ...Object.fromEntries(entries) }
      return JSON.stringify({ name, version, lockfileVersion: 3, requires: true, packages }, null, 2)
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function tarballPath(one: RegistryPackage): string {
  return `/${one.name}/-/${one.name}-${one.version}.tgz`
}

function packument(versions: readonly Packed[], origin: string): unknown {
  return {
    name: versions[0]?.name,
    'dist-tags': { latest: versions.at(-1)?.version },
    versions: Object.fromEntries(
      versions.map((one) => [
        one.version,
        {
          ...manifestOf(one),
          dist: { tarball: `${origin}${tarballPath(one)}`, integrity: one.integrity },
        },
      ]),
    ),
  }
}

function manifestOf(one: RegistryPackage): Record<string, unknown> {
  return { name: one.name, version: one.version, ...one.manifest }
}

async function pack(one: RegistryPackage): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'pack-'))
  const files = { ...one.files, 'package.json': JSON.stringify(manifestOf(one)) }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'package', path)), { recursive: true })
    await writeFile(join(folder, 'package', path), text)
  }
  await promisify(execFile)('/usr/bin/tar', ['-czf', join(folder, 'p.tgz'), '-C', folder, 'package'])
  const tarball = await readFile(join(folder, 'p.tgz'))
  await rm(folder, { recursive: true })
  return { ...one, tarball, integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}` }
}
