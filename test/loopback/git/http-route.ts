// Owns reading a smart HTTP request: which repository, which service, and who says to be asking.
import type { IncomingMessage } from 'node:http'

export interface GitRoute {
  fullName: string
  endpoint: 'info/refs' | 'git-upload-pack' | 'git-receive-pack'
  /** undefined: the dumb protocol, or a service that does not exist. */
  service: 'git-upload-pack' | 'git-receive-pack' | undefined
}

const PATH = /^\/([\w-]+\/[\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/

export function parseGitRoute(pathname: string, search: string): GitRoute | undefined {
  const [, fullName, endpoint] = PATH.exec(pathname) ?? []
  if (fullName === undefined || endpoint === undefined) return undefined
  const service = endpoint === 'info/refs' ? new URLSearchParams(search).get('service') : endpoint
  const known = service === 'git-upload-pack' || service === 'git-receive-pack'
  return { fullName, endpoint: endpoint as GitRoute['endpoint'], service: known ? service : undefined }
}

/** The scheme's name has no case: RFC 7617, and actions/checkout sends it in lower case. */
export function parseBasic(header: string | undefined): { user: string; token: string } | undefined {
  const encoded = /^basic +(\S+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? { user: text, token: '' } : { user: text.slice(0, colon), token: text.slice(colon + 1) }
}

/** What git http-backend wants to know; the body is unpacked and streamed by us, so it has no length. */
export function backendEnvironment(
  request: IncomingMessage,
  { endpoint, service }: GitRoute,
  repositoryPath: string,
  pusher: string,
): Record<string, string> {
  const protocol = request.headers['git-protocol']
  return {
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `${repositoryPath}/${endpoint}`,
    QUERY_STRING: endpoint === 'info/refs' ? `service=${service ?? ''}` : '',
    REQUEST_METHOD: request.method ?? '',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    GIT_PROTOCOL: typeof protocol === 'string' ? protocol : '',
    REMOTE_USER: pusher,
    REMOTE_ADDR: '127.0.0.1',
  }
}
