// Owns `POST /api/github/webhooks`: a delivery is checked, made durable, and only then answered with 202.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { z } from 'zod'
import type { Inbox, NewDelivery } from '../src/ports.ts'
import { isWorked } from './events.ts'
import type { Log } from './log.ts'
import { sendJson } from './route.ts'
import type { Route } from './route.ts'

export const WEBHOOK_PATH = '/api/github/webhooks'
/** Source: docs.github.com, "Webhook events and payloads", Payload cap: GitHub sends nothing larger. */
const MOST_BYTES = 25 * 1024 * 1024
/** Threat: bodies that nobody signed are held until they are whole; so much of them at once. */
const MOST_HELD = 4 * MOST_BYTES

/** Many times as fast as `Buffer.toString`, and keeps a byte order mark: the text must be what was signed. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })

const Headers = z.object({
  'x-github-delivery': z.string().regex(/^[0-9A-Fa-f-]{8,64}$/),
  'x-github-event': z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
})
const id = z.int().positive()
const Payload = z.object({
  action: z.string().max(100).optional(),
  repository: z.object({ id }).optional(),
  installation: z.object({ id }).optional(),
})

/** An answer that is no 202: one sentence that says what to do. */
class Refusal extends Error {
  readonly status: number
  constructor(status: number, sentence: string) {
    super(sentence)
    this.status = status
  }
}

export function webhookRoute(x: {
  /** Whether the signature is ours: `probot.webhooks.verify`. */
  verify(payload: string, signature: string): Promise<boolean>
  inbox: Pick<Inbox, 'accept'>
  log: Log
  /** Called after a new delivery is durable. */
  arrived(): void
}): Route {
  const { verify, inbox, log, arrived } = x
  let held = 0

  /** What is refused by its headers alone is never read. */
  function bodyOf(request: IncomingMessage): Promise<string> {
    return new Promise((resolve, reject) => {
      if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) throw tooLarge()
      const chunks: Buffer[] = []
      let bytes = 0
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        held += chunk.length
        chunks.push(chunk)
        if (bytes > MOST_BYTES) reject(tooLarge())
        else if (held > MOST_HELD) reject(tooMany())
        else return
        request.pause()
      })
      request.on('end', () => {
        // nearly every delivery is one chunk: a copy would cost more than its signature
        const [first] = chunks
        resolve(UTF8.decode(chunks.length === 1 ? first : Buffer.concat(chunks, bytes)))
      })
      request.on('error', reject)
      request.on('close', () => {
        held -= bytes
        reject(new Error('the connection was closed'))
      })
    })
  }

  async function take(request: IncomingMessage): Promise<object> {
    const { signature, guid, event } = readHeaders(request.headers)
    const payload = await bodyOf(request)
    if (payload === '' || !(await verify(payload, signature))) {
      throw new Refusal(401, 'The signature is not made with this App’s webhook secret; compare the two.')
    }
    const delivery = parse(payload, guid, event)
    if (!isWorked(event)) {
      log.debug({ guid, event }, 'an event that is not worked')
      return { accepted: guid, ignored: event }
    }
    if ((await inbox.accept(delivery)) === 'duplicate') return { accepted: guid, duplicate: true }
    arrived()
    return { accepted: guid }
  }

  return {
    method: 'POST',
    path: WEBHOOK_PATH,
    async handle(request, response) {
      try {
        sendJson(response, 202, await take(request))
      } catch (error) {
        if (response.destroyed) return
        if (error instanceof Refusal) {
          log.warn({ status: error.status, delivery: request.headers['x-github-delivery'] }, error.message)
          // what was not read would be taken for the next request
          sendJson(response, error.status, { error: error.message }, { connection: 'close' })
          return
        }
        log.error({ err: error }, 'a delivery could not be kept')
        sendJson(response, 503, { error: 'The delivery could not be kept; redeliver it later.' })
      }
    },
  }
}

const tooMany = (): Refusal =>
  new Refusal(503, 'Too many large deliveries at once; redeliver this one later.')
const tooLarge = (): Refusal =>
  new Refusal(413, 'A delivery has at most 25 MB; GitHub sends none that is larger.')

function readHeaders(headers: IncomingHttpHeaders): { signature: string; guid: string; event: string } {
  if (!/^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '')) {
    throw new Refusal(
      415,
      'The content type must be application/json; set it on the page of the App’s webhook.',
    )
  }
  const signature = headers['x-hub-signature-256']
  if (typeof signature !== 'string') {
    throw new Refusal(401, 'The delivery is not signed; set this App’s webhook secret on GitHub.')
  }
  const parsed = Headers.safeParse(headers)
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.')).join(' and ')
    throw new Refusal(400, `${names} must be as GitHub sends it.`)
  }
  return { signature, guid: parsed.data['x-github-delivery'], event: parsed.data['x-github-event'] }
}

function parse(payload: string, guid: string, event: string): NewDelivery {
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    throw new Refusal(400, 'The body must be JSON.')
  }
  const parsed = Payload.safeParse(value)
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'the body').join(', ')
    throw new Refusal(400, `The payload must be as GitHub describes it; look at ${fields}.`)
  }
  const { action, repository, installation } = parsed.data
  return {
    guid,
    event,
    action: action ?? null,
    repository: repository?.id ?? null,
    installation: installation?.id ?? null,
    payload,
  }
}
