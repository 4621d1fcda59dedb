// Owns signed downloads: addresses of another origin that last a minute and want no token.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Faults, RequestFault } from '../faults/faults.ts'
import type { Forge } from '../forge.ts'
import type { Oracle } from '../openapi/oracle.ts'
import type { Route } from '../server/server.ts'
import type { Repository } from '../world/repository.ts'
import { expireArtifacts } from './artifacts.ts'

/** Source: docs.github.com, "Download an artifact" and "Download job logs": the link expires after 1 minute. */
const LASTS_MS = 60_000
const PREFIX = '/signed/'

export type DownloadKind = 'artifact' | 'job-log' | 'run-logs'

export interface Downloads {
  readonly route: Route
  /** A new address. */
  sign(kind: DownloadKind, repository: Repository, id: number): string
}

interface Content {
  readonly type: string
  readonly name: string
  readonly bytes: Buffer
}

async function contentOf(
  forge: Forge,
  repository: Repository,
  kind: DownloadKind,
  id: number,
): Promise<Content | undefined> {
  if (kind === 'artifact') {
    expireArtifacts(forge, repository)
    const artifact = repository.artifacts.get(id)
    if (artifact === undefined || artifact.expired) return undefined
    return { type: 'application/zip', name: `${artifact.name}.zip`, bytes: artifact.bytes }
  }
  if (kind === 'run-logs') {
    const run = repository.runs.get(id)
    if (run === undefined) return undefined
    const { runLogs } = await import('./run-logs.ts')
    return { type: 'application/zip', name: `logs_${id}.zip`, bytes: await runLogs(run) }
  }
  const runs = [...repository.runs.values()]
  const job = runs
    .flatMap(({ attempts }) => attempts)
    .flatMap(({ jobs }) => jobs)
    .find((one) => one.id === id)
  if (job === undefined) return undefined
  return { type: 'text/plain; charset=utf-8', name: 'job.log', bytes: Buffer.from(job.log) }
}

/** True when the fault has answered. */
async function strike(fault: RequestFault | undefined, response: ServerResponse): Promise<boolean> {
  switch (fault?.kind) {
    case undefined:
    case 'cut':
      return false
    case 'slow':
      await new Promise((done) => setTimeout(done, fault.ms))
      return false
    case 'refuse':
      response.destroy()
      return true
    case 'gone':
      response.writeHead(410).end()
      return true
    case 'malformed':
      response.writeHead(200, { 'content-type': 'application/zip' }).end('no zip')
      return true
    case 'expired_token':
      response.writeHead(403).end()
      return true
    case 'status':
      response
        .writeHead(
          fault.status,
          fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) },
        )
        .end()
      return true
    case 'stale':
    case 'mergeable_null':
      throw new Error(`fault "${fault.kind}" cannot strike a signed download`)
  }
}

export function makeDownloads(around: {
  readonly forge: () => Forge
  readonly faults: Faults
  readonly oracle: Oracle
  /** another one than the API's, so that clients leave their token behind when they follow */
  readonly origin: () => string
}): Downloads {
  const key = randomBytes(32)
  const signature = (what: string) => createHmac('sha256', key).update(what).digest()

  const allowed = (url: URL): boolean => {
    const expires = url.searchParams.get('se') ?? ''
    const given = Buffer.from(url.searchParams.get('sig') ?? '', 'base64url')
    const right = signature(`${url.pathname} ${expires}`)
    if (given.length !== right.length || !timingSafeEqual(given, right)) return false
    return Number(expires) > around.forge().clock.now()
  }

  return {
    sign(kind, repository, id) {
      const path = `${PREFIX}${kind}/${repository.id}/${id}`
      const expires = String(around.forge().clock.now() + LASTS_MS)
      return `${around.origin()}${path}?se=${expires}&sig=${signature(`${path} ${expires}`).toString('base64url')}`
    },
    route: {
      matches: (path) => path.startsWith(PREFIX),
      async handle(request, response, url) {
        around.oracle.exempt('signed download')
        const [kind, repositoryId, id] = url.pathname.slice(PREFIX.length).split('/')
        const fault = around.faults.request(kind ?? '')
        if (await strike(fault, response)) return
        // a store of blobs takes one way of proof: a token sent along is refused
        if (request.headers.authorization !== undefined) {
          response.writeHead(400, { 'content-type': 'text/plain' }).end('InvalidAuthenticationInfo')
          return
        }
        if (!allowed(url)) {
          response.writeHead(403, { 'content-type': 'text/plain' }).end('AuthenticationFailed')
          return
        }
        const forge = around.forge()
        const repository = forge.world.repositories.get(Number(repositoryId))
        const content = repository && (await contentOf(forge, repository, kind as DownloadKind, Number(id)))
        if (content === undefined) {
          response.writeHead(404, { 'content-type': 'text/plain' }).end('BlobNotFound')
          return
        }
        response.writeHead(200, {
          'content-type': content.type,
          'content-length': content.bytes.length,
          'content-disposition': `attachment; filename="${encodeURIComponent(content.name)}"`,
        })
        if (fault?.kind === 'cut') {
          const half = content.bytes.subarray(0, Math.floor(content.bytes.length / 2))
          response.write(half, () => response.destroy())
        } else response.end(content.bytes)
      },
    },
  }
}
