// Owns what a route of the server is, and the few ways in which one answers.
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Route {
  readonly method: 'GET' | 'POST'
  /** The whole path, without query. */
  readonly path: string
  /** A thrown error is logged and answered with 500. */
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>
}

/** What stands behind the `?`. */
export function queryOf(request: IncomingMessage): URLSearchParams {
  return new URLSearchParams(request.url?.split('?').slice(1).join('?'))
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = `${JSON.stringify(value)}\n`
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(text)
}

/** `formsTo`: origins that a form of the page may post to. */
export function sendPage(
  response: ServerResponse,
  status: number,
  page: string,
  formsTo: readonly string[] = [],
): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(page),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // Threat: a page of ours that shows what others wrote, or lies in a frame of theirs
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      `form-action ${formsTo.length === 0 ? "'none'" : formsTo.join(' ')}`,
    ].join('; '),
  })
  response.end(page)
}
