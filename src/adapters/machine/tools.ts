// Owns which tools this machine brings: name, version, sha256 of the program (R13).
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, readFile, realpath } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { execa } from 'execa'
import type { Tool } from '../../contracts/fingerprint.ts'

/** Absolute path of a program on PATH, or undefined. `path` is the PATH to search. */
export async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue
    const candidate = join(folder, name)
    if (await readable(candidate)) return candidate
  }
  return undefined
}

export async function describeTools(
  programs: Readonly<Record<string, string | undefined>>,
): Promise<readonly Tool[]> {
  return Promise.all(
    Object.entries(programs).map(async ([name, path]) => {
      if (path === undefined) return { name, version: 'missing', sha256: null }
      const real = await realpath(path)
      return { name, version: await versionOf(real), sha256: await sha256Of(real) }
    }),
  )
}

async function versionOf(program: string): Promise<string> {
  // A script of an npm package tells its version faster by its manifest than by running.
  const manifest = program.endsWith('.js') ? await readManifest(program) : undefined
  if (manifest !== undefined) return manifest
  const { stdout } = await execa(program, ['--version'], {
    reject: false,
    timeout: 5_000,
    env: {},
    extendEnv: false,
  })
  return /\d+\.\d+(\.\d+)?[\w.+-]*/.exec(stdout)?.[0] ?? 'unknown'
}

async function readManifest(program: string): Promise<string | undefined> {
  for (let folder = dirname(program); folder !== dirname(folder); folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const { version } = JSON.parse(text) as { version?: unknown }
    if (typeof version === 'string') return version
  }
  return undefined
}

async function sha256Of(file: string): Promise<Tool['sha256']> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return `sha256:${hash.digest('hex')}`
}

async function readable(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
