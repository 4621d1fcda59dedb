// Owns what is asked of the host's own npm: its registry and its CA file, and nothing that is a secret.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Problem } from '../../ports.ts'

const execute = promisify(execFile)

export interface Registry {
  /** Origin and path with a closing slash, without credentials. */
  registry: string
  /** npm's `cafile` setting. */
  caFile?: string
}

/** As npm on this machine is configured, user and global settings included, wherever this process was started. */
export async function readRegistry(x: {
  nodePath: string
  npmPath: string
}): Promise<Registry | { problem: Problem }> {
  const asked = await execute(
    x.nodePath,
    [join(x.npmPath, 'bin/npm-cli.js'), 'config', 'get', 'registry', 'cafile'],
    {
      // Threat: in the repository its .npmrc would answer
      cwd: '/',
      timeout: 30_000,
    },
  ).catch((error: Error) => error)
  if (asked instanceof Error) return { problem: unreadable(asked.message.split('\n')[0] ?? '') }
  return parseRegistry(asked.stdout)
}

/** npm prints `name=value` lines; a setting that is not made is `null`. */
export function parseRegistry(text: string): Registry | { problem: Problem } {
  const value = (name: string): string | undefined => {
    const found = new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]?.trim()
    return found === undefined || found === '' || found === 'null' || found === 'undefined'
      ? undefined
      : found
  }
  const url = URL.parse(value('registry') ?? '')
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return { problem: unreadable('its registry is no http address') }
  }
  const caFile = value('cafile')
  const registry = `${url.origin}${url.pathname.replace(/\/*$/, '/')}`
  return caFile === undefined ? { registry } : { registry, caFile }
}

function unreadable(why: string): Problem {
  return {
    rule: 'registry-unknown',
    message: `npm on this machine does not tell its registry: ${why}`,
    fix: 'run `npm config get registry`; it must print an http or https address',
  }
}
