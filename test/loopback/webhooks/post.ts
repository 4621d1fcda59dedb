// Owns one delivery on the wire: a POST that follows no redirect, and how long the receiver may take.
import { request as plain } from 'node:http'
import { request as secure } from 'node:https'

export interface Answer {
  readonly status: string
  readonly code: number
  readonly seconds: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Posted {
  /** Ends when the request is on its way whole, or has failed: what is posted then arrives behind it. */
  readonly sent: Promise<void>
  readonly answered: Promise<Answer>
}

/** What the log keeps of an answer. */
const MOST_BODY = 10_000

/** Source: docs.github.com, "Troubleshooting webhooks": only a status of 2xx is a success. */
function statusText(code: number): string {
  return code >= 200 && code < 300 ? 'OK' : `Invalid HTTP Response: ${code}`
}

export function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  timeoutMs: number,
): Posted {
  const started = performance.now()
  const sent = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<Answer>()
  const settle = (answer: Omit<Answer, 'seconds'>) => {
    sent.resolve()
    answered.resolve({ ...answer, seconds: (performance.now() - started) / 1000 })
  }
  const failed = (status: string, code: number) => settle({ status, code, headers: {}, body: '' })

  const start = url.startsWith('https:') ? secure : plain
  const request = start(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': body.length },
    agent: false,
  })
  const timer = setTimeout(() => {
    failed('timed out', 504)
    request.destroy()
  }, timeoutMs)
  request.on('finish', () => sent.resolve())
  request.on('error', () => failed('failed to connect to host', 502))
  request.on('close', () => clearTimeout(timer))
  request.on('response', (response) => {
    const chunks: Buffer[] = []
    const code = response.statusCode ?? 0
    const end = () =>
      settle({
        status: statusText(code),
        code,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: Buffer.concat(chunks).toString('utf8').slice(0, MOST_BODY),
      })
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', end)
    response.on('error', () => failed('failed to connect to host', 502))
  })
  request.end(body)
  return { sent: sent.promise, answered: answered.promise }
}
