// Owns making an Octokit: quiet, at one address, every request counted as it is sent.
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import type { Meter } from './meter.ts'

/** What a request cost and gave, for a log; no text of anybody is in it. */
export interface CallLine {
  method: string
  /** Path, with names filled in; never a query. */
  path: string
  /** null: there was no reply. */
  status: number | null
  milliseconds: number
  remaining: number | null
}

export interface OctokitOptions {
  /** `https://api.github.com` unless told. */
  baseUrl?: string | undefined
  /** The App's own key; without it each request brings its token. */
  app?: { appId: number; privateKey: string }
  meter: Meter
  log?: ((line: CallLine) => void) | undefined
}

/** What Octokit would say about deprecations and retries is not for a console. */
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

export function makeOctokit({ baseUrl, app, meter, log }: OctokitOptions): Octokit {
  const octokit = new Octokit({
    userAgent: 'autopilot',
    log: quiet,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(app === undefined ? {} : { authStrategy: createAppAuth, auth: app }),
  })
  octokit.hook.wrap('request', async (request, options) => {
    const { method, url, query } = options as { method: string; url: string; query?: unknown }
    const reading = method === 'GET' || (typeof query === 'string' && !query.startsWith('mutation'))
    meter.asked(reading ? 'read' : 'write')
    const started = performance.now()
    const done = (status: number | null, headers: Readonly<Record<string, string | number | undefined>>) => {
      meter.heard(headers)
      const remaining = Number(headers['x-ratelimit-remaining'])
      log?.({
        method,
        path: pathOf(url, options),
        status,
        milliseconds: Math.round(performance.now() - started),
        remaining: Number.isSafeInteger(remaining) ? remaining : null,
      })
    }
    try {
      const reply = await request(options)
      done(reply.status, reply.headers)
      return reply
    } catch (error) {
      const { status, response } = error as {
        status?: number
        response?: { headers: Record<string, string> }
      }
      done(response === undefined ? null : (status ?? null), response?.headers ?? {})
      throw error
    }
  })
  return octokit
}

/** `/repos/{owner}/{repo}/pulls` with its names filled in. */
function pathOf(url: string, options: Readonly<Record<string, unknown>>): string {
  const path = url.replace(/^https?:\/\/[^/]+/, '').replace(/\?.*$/s, '')
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(options[name])))
}
