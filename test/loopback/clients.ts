// Owns Octokit as anyone uses it, pointed at a server on 127.0.0.1.
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'

/** Warnings of Octokit, such as deprecations, would only clutter what is printed. */
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

export function clientAt(baseUrl: string, auth: object = {}): Octokit {
  return new Octokit({ baseUrl, log: quiet, userAgent: 'loopback-test', ...auth })
}

export function appClientAt(
  baseUrl: string,
  auth: { readonly appId: number; readonly privateKey: string; readonly installationId?: number },
): Octokit {
  return clientAt(baseUrl, { authStrategy: createAppAuth, auth })
}
