// Owns reading one file of one commit with a job's token: all that a runner ever asks of GitHub.
import type { Clock, Problem } from '../../ports.ts'

const TIMEOUT_MS = 30_000
const TRIES = 4
const WAIT_MS = 1_000

/**
 * UTF-8 text of `path` at `commit`, which any ref may hold. What GitHub refuses is a problem; so is what it does not
 * answer after four tries.
 */
export async function readRawFile(x: {
  /** `https://api.github.com`, or the API of another server. */
  api: string
  token: string
  /** `owner/name`. */
  repository: string
  path: string
  commit: string
  maxBytes: number
  clock: Pick<Clock, 'sleep'>
}): Promise<{ ok: true; text: string } | { ok: false; problem: Problem }> {
  const path = x.path.split('/').map(encodeURIComponent).join('/')
  const url = `${x.api}/repos/${x.repository}/contents/${path}?ref=${encodeURIComponent(x.commit)}`
  let last = ''
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const answer = await ask(url, x.token, x.maxBytes)
    if (answer.kind === 'text') return { ok: true, text: answer.text }
    if (answer.kind === 'refused') return no(x, answer.because)
    last = answer.because
    if (tries < TRIES) await x.clock.sleep(WAIT_MS * 2 ** (tries - 1))
  }
  return no(x, `${last} (asked ${TRIES} times)`)
}

type Answer = { kind: 'text'; text: string } | { kind: 'refused' | 'again'; because: string }

async function ask(url: string, token: string, maxBytes: number): Promise<Answer> {
  try {
    const response = await fetch(url, {
      headers: {
        accept: 'application/vnd.github.raw+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'autopilot',
        'x-github-api-version': '2022-11-28',
      },
      // Threat: a redirect would take the token to another place.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const { status } = response
    if (status === 200) return await textOf(response, maxBytes)
    await response.body?.cancel()
    if (status === 404) return { kind: 'refused', because: 'GitHub does not find it (404)' }
    const limited = status === 429 || response.headers.get('x-ratelimit-remaining') === '0'
    const kind = status >= 500 || limited ? 'again' : 'refused'
    return { kind, because: `GitHub answers ${status}` }
  } catch (error) {
    return { kind: 'again', because: error instanceof Error ? error.message : String(error) }
  }
}

async function textOf(response: Response, maxBytes: number): Promise<Answer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  if (response.body === null) return { kind: 'again', because: 'GitHub sent no body' }
  for await (const chunk of response.body) {
    bytes += chunk.length
    if (bytes > maxBytes) return { kind: 'refused', because: `it is larger than ${maxBytes} bytes` }
    chunks.push(chunk)
  }
  return { kind: 'text', text: Buffer.concat(chunks).toString('utf8') }
}

function no(x: { path: string; commit: string }, because: string): { ok: false; problem: Problem } {
  return {
    ok: false,
    problem: {
      rule: 'envelope-missing',
      message: `${x.path} of commit ${x.commit.slice(0, 12)} cannot be read: ${because}`,
      fix: 'give the workflow `contents: read`; when it has it, type /retry for a new run',
    },
  }
}
