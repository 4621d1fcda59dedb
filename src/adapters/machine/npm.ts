// Owns finding the Node and the npm that a repository's own commands run with.
import { access, realpath } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import type { Problem } from '../../ports.ts'
import { findProgram } from './tools.ts'

export interface NodeTools {
  nodePath: string
  /** npm's package folder. */
  npmPath: string
}

/**
 * The first Node on `path` (what setup-node puts there), else `own`; and the npm that lies beside it, else the one on
 * `path`, else the one beside `own`. A wrapper that is no part of an npm package is passed over.
 */
export async function findNodeTools(x: {
  path: string
  own: string
}): Promise<({ ok: true } & NodeTools) | { ok: false; problem: Problem }> {
  const nodePath = (await findProgram('node', x.path)) ?? x.own
  const wrappers = x.path.split(delimiter).filter((folder) => folder !== '')
  const candidates = [
    ...besides(await realpath(nodePath)),
    ...(await Promise.all(wrappers.map((folder) => packageOf(join(folder, 'npm'))))),
    ...besides(x.own),
  ]
  for (const npmPath of candidates) {
    if (npmPath !== undefined && (await isThere(join(npmPath, 'bin/npm-cli.js')))) {
      return { ok: true, nodePath, npmPath }
    }
  }
  return {
    ok: false,
    problem: {
      rule: 'npm-missing',
      message: `no npm belongs to ${nodePath}, and none is on PATH`,
      fix: 'put actions/setup-node before the step',
    },
  }
}

/** Where a Node distribution keeps npm: on Unix, and on Windows. */
function besides(node: string): string[] {
  const folder = dirname(node)
  return [join(folder, '../lib/node_modules/npm'), join(folder, 'node_modules/npm')]
}

/** `npm` is a link to `<package>/bin/npm-cli.js`. */
async function packageOf(program: string): Promise<string | undefined> {
  const real = await realpath(program).catch(() => undefined)
  return real?.endsWith('/bin/npm-cli.js') === true ? dirname(dirname(real)) : undefined
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
