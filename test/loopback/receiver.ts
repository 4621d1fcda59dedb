// Owns the other end of webhooks: takes deliveries on 127.0.0.1 and keeps them in the order of arrival.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhooks } from '@octokit/webhooks'
import { readBody } from './server/server.ts'

export interface Hook {
  readonly event: string
  readonly action: string | undefined
  readonly guid: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly raw: string
  /** whether the signature holds under the receiver's secret, as Octokit judges it */
  readonly signed: boolean
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into payloads of every event
  readonly payload: any
}

export interface Receiver {
  readonly url: string
  readonly secret: string
  readonly hooks: readonly Hook[]
  /** `issues.labeled`, `push`, in the order of arrival */
  names(): string[]
  close(): void
}

export async function startReceiver(): Promise<Receiver> {
  const secret = 'the secret of the receiver'
  const webhooks = new Webhooks({ secret })
  const hooks: Hook[] = []
  // one after the other as they arrived, though a large body takes longer to read
  let line: Promise<void> = Promise.resolve()
  const server = createServer((request, response) => {
    const body = readBody(request)
    const taken = async () => {
      const raw = (await body).toString('utf8')
      const payload = JSON.parse(raw)
      hooks.push({
        event: String(request.headers['x-github-event']),
        action: payload.action,
        guid: String(request.headers['x-github-delivery']),
        headers: request.headers,
        raw,
        signed: await webhooks.verify(raw, String(request.headers['x-hub-signature-256'])),
        payload,
      })
      response.writeHead(202).end()
    }
    body.catch(() => {})
    line = line.then(taken).catch(() => {
      response.writeHead(400).end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    secret,
    hooks,
    names: () => hooks.map(({ event, action }) => (action === undefined ? event : `${event}.${action}`)),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
