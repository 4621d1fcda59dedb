// Owns downloading an artifact: from a signed address, without our token, and never more than was asked for.
import type { Clock } from '../../ports.ts'
import type { Runs } from '../../ports/forge.ts'
import type { Client } from './client.ts'
import { ForgeError } from './forge-error.ts'

type Downloaded = Awaited<ReturnType<Runs['download']>>

const OPERATION = 'actions/download-artifact'
/** For the whole file; the address itself is good for a minute. */
const TIMEOUT_MS = 120_000
const TRIES = 3
const WAIT_MS = 500

export async function download(
  { client, clock }: { client: Client; clock: Clock },
  artifact: number,
  maxBytes: number,
): Promise<Downloaded> {
  for (let tries = 1; ; tries++) {
    // another one each time: it lasts for a minute
    const address = await signedAddress(client, artifact)
    if (address === undefined) return { result: 'gone' }
    try {
      return await fetched(address, maxBytes)
    } catch (error) {
      if (!(error instanceof ForgeError) || error.code !== 'unavailable' || tries === TRIES) throw error
      await clock.sleep(WAIT_MS)
    }
  }
}

async function fetched(address: URL, maxBytes: number): Promise<Downloaded> {
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(TIMEOUT_MS)])
  try {
    // Threat: the address lies at a store of somebody else's; neither our token nor a further redirect goes there
    const response = await fetch(address, { redirect: 'error', signal })
    if (response.status === 404 || response.status === 410) return { result: 'gone' }
    if (!response.ok || response.body === null) throw failed(`the store answers ${response.status}`)
    return await readUpTo(response.body, maxBytes)
  } catch (error) {
    if (error instanceof ForgeError) throw error
    throw failed(error instanceof Error ? error.message : 'the connection broke', error)
  } finally {
    stop.abort()
  }
}

/** undefined: the artifact has expired or was deleted. */
async function signedAddress(client: Client, artifact: number): Promise<URL | undefined> {
  try {
    const params = { artifact_id: artifact, archive_format: 'zip', request: { redirect: 'manual' } }
    const { status, headers, url } = await client.send(OPERATION, params)
    const location = URL.parse(String(headers['location'] ?? ''))
    const plain = location?.protocol === 'http:' && URL.parse(url)?.protocol === 'http:'
    if (status === 302 && location !== null && (location.protocol === 'https:' || plain)) return location
    const message = 'GitHub gave no address to download the artifact from.'
    throw new ForgeError('malformed', { operation: OPERATION, status, message })
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not_found') return undefined
    throw error
  }
}

/** Threat: a length in a header is only a claim; what comes is counted. */
async function readUpTo(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Downloaded> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) return { result: 'too_large' }
    chunks.push(chunk)
  }
  return { result: 'ok', bytes: Buffer.concat(chunks, size) }
}

function failed(why: string, cause?: unknown): ForgeError {
  return new ForgeError('unavailable', {
    operation: OPERATION,
    message: `The artifact cannot be downloaded now: ${why}.`,
    cause,
  })
}
