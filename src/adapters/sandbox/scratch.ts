// Owns the scratch folder: a synthetic /etc, the relay, and Node and npm where the dropped uid can reach them.
import { constants } from 'node:fs'
import type { Stats } from 'node:fs'
import { access, chmod, copyFile, cp, lstat, mkdir, realpath, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Problem } from '../../ports.ts'
import { runTool } from './host-tool.ts'
import { INSIDE_UID } from './isolation.ts'

export interface Scratch {
  root: string
  etc: string
  node: string
  npm: string
  relay: string
  hasCa: boolean
  hasNpmrc: boolean
}

export interface ScratchInput {
  root: string
  /** The uid that everything inside will have on the host; undefined: the host's own. */
  uid: number | undefined
  nodePath: string
  npmPath: string
  caFile?: string | undefined
  registry?: string | undefined
}

/** A unix socket's path holds 107 bytes, and the socket lies about 30 below the scratch folder. */
const LONGEST_ROOT = 70

export async function prepareScratch(x: ScratchInput): Promise<Scratch | { problem: Problem }> {
  if (x.root.length > LONGEST_ROOT) {
    return {
      problem: {
        rule: 'sandbox-scratch',
        message: `the scratch folder's path is longer than ${LONGEST_ROOT} characters`,
        fix: 'use a scratch folder with a shorter path',
        path: x.root,
      },
    }
  }
  if (x.caFile !== undefined && (await access(x.caFile).catch(() => 'missing')) === 'missing') {
    return {
      problem: {
        rule: 'sandbox-ca',
        message: 'the file of further certificates cannot be read',
        fix: 'correct NODE_EXTRA_CA_CERTS, or the `cafile` setting of npm',
        path: x.caFile,
      },
    }
  }
  const tools = join(x.root, 'tools')
  await mkdir(tools, { recursive: true, mode: 0o755 })
  await mkdir(join(x.root, 'w'), { recursive: true, mode: 0o711 })
  await Promise.all([chmod(tools, 0o755), chmod(join(x.root, 'w'), 0o711)])
  const blocked = await firstUnreachable(join(x.root, 'w'), x.uid)
  if (blocked !== undefined) return { problem: unreachable('scratch', blocked) }

  const relay = join(tools, 'relay.mjs')
  await copyFile(fileURLToPath(new URL('relay.mjs', import.meta.url)), relay)
  await chmod(relay, 0o644)
  const etc = join(tools, 'etc')
  await makeEtc(etc, x)
  return {
    root: x.root,
    etc,
    relay,
    node: await reachableFile(await realpath(x.nodePath), join(tools, 'node'), x.uid),
    npm: await reachableFolder(await realpath(x.npmPath), join(tools, 'npm'), x.uid),
    hasCa: x.caFile !== undefined,
    hasNpmrc: x.registry !== undefined,
  }
}

export function unreachable(what: string, path: string): Problem {
  return {
    rule: 'sandbox-unreachable',
    message: `the ${what} folder cannot be reached by the unprivileged user that runs untrusted code: ${path} is closed to others`,
    fix: `chmod o+x ${path}, or use a ${what} folder outside of it`,
    path,
  }
}

/** Only what a program needs to start: no account, no name server and no configuration of the host. */
async function makeEtc(etc: string, x: ScratchInput): Promise<void> {
  // mount points for the host's own: certificates, and the names behind awk, editor, java
  for (const path of ['ssl/certs', 'alternatives']) await mkdir(join(etc, path), { recursive: true })
  const files: Record<string, string> = {
    passwd: `sandbox:x:${INSIDE_UID}:${INSIDE_UID}::/home:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n`,
    group: `sandbox:x:${INSIDE_UID}:\nnogroup:x:65534:\n`,
    hosts: '127.0.0.1 localhost sandbox\n::1 localhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
    'resolv.conf': '',
    ...(x.registry === undefined ? {} : { npmrc: `registry=${x.registry}\n` }),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(etc, name), text, { mode: 0o644 })
  if (x.caFile !== undefined) await copyFile(x.caFile, join(etc, 'ssl/host-ca.pem'))
  await copyFile('/etc/ld.so.cache', join(etc, 'ld.so.cache')).catch(ignoreMissing)
  await runTool('chmod', ['-R', 'u=rwX,go=rX', '--', etc])
}

async function reachableFile(file: string, copy: string, uid: number | undefined): Promise<string> {
  if ((await firstUnreachable(file, uid)) === undefined) return file
  await copyFile(file, copy, constants.COPYFILE_FICLONE)
  await chmod(copy, 0o755)
  return copy
}

async function reachableFolder(folder: string, copy: string, uid: number | undefined): Promise<string> {
  if ((await firstUnreachable(join(folder, 'package.json'), uid)) === undefined) return folder
  await cp(folder, copy, { recursive: true, dereference: false })
  await runTool('chmod', ['-R', 'u=rwX,go=rX', '--', copy])
  return copy
}

/** The first part of a path that the uid may not pass or read, or undefined. Groups and ACLs are taken as closed. */
export async function firstUnreachable(path: string, uid: number | undefined): Promise<string | undefined> {
  if (uid === undefined) return undefined
  const parents: string[] = []
  for (let part = dirname(path); ; part = dirname(part)) {
    parents.unshift(part)
    if (part === dirname(part)) break
  }
  for (const parent of parents) if (!allows(await stat(parent), uid, 0o1)) return parent
  const last = await lstat(path)
  return allows(last, uid, last.isDirectory() ? 0o1 : 0o4) ? undefined : path
}

function allows(stats: Stats, uid: number, bit: number): boolean {
  return ((stats.uid === uid ? stats.mode >> 6 : stats.mode) & bit) === bit
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
