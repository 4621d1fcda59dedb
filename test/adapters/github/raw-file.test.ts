// Reading one file with a job's token: what GitHub refuses is an answer, what it does not answer is asked again.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { readRawFile } from '../../../src/adapters/github/raw-file.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end('{}')
const text =
  (body: string): Answer =>
  (_, response) =>
    response.writeHead(200).end(body)

/** One answer after the other, the last again and again. */
async function asked(...answers: readonly Answer[]) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    answers[Math.min(requests.push(request), answers.length) - 1]?.(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const slept: number[] = []
  const answer = await readRawFile({
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'secret',
    repository: 'octo/tiny',
    path: 'a folder/envelope.json',
    commit: 'c0ffee'.padEnd(40, '0'),
    maxBytes: 10,
    clock: { sleep: (ms) => Promise.resolve(void slept.push(ms)) },
  })
  return { answer, requests, slept }
}

test('the file as it is, asked for raw at its commit', async () => {
  const { answer, requests } = await asked(text('äöü'))
  expect(answer).toEqual({ ok: true, text: 'äöü' })
  expect(requests[0]?.url).toBe(
    `/repos/octo/tiny/contents/a%20folder/envelope.json?ref=${'c0ffee'.padEnd(40, '0')}`,
  )
  expect(requests[0]?.headers).toMatchObject({
    accept: 'application/vnd.github.raw+json',
    authorization: 'Bearer secret',
  })
})

test.each<[string, Answer, RegExp]>([
  ['not there', status(404), /does not find it \(404\)/],
  ['forbidden', status(403), /answers 403/],
  ['unauthorized', status(401), /answers 401/],
  ['too large', text('01234567890'), /larger than 10 bytes/],
])('%s is an answer: it is not asked again', async (_, reply, words) => {
  const { answer, requests } = await asked(reply)
  expect(answer).toMatchObject({ ok: false, problem: { rule: 'envelope-missing' } })
  expect(answer.ok ? '' : answer.problem.message).toMatch(words)
  expect(requests).toHaveLength(1)
})

test.each<[string, Answer]>([
  ['an error of the server', status(502)],
  ['a limit', status(429)],
  ['a limit that says 403', status(403, { 'x-ratelimit-remaining': '0' })],
  ['a cut connection', (request) => request.socket.destroy()],
])('%s is asked again', async (_, reply) => {
  const { answer, slept } = await asked(reply, reply, text('late'))
  expect(answer).toEqual({ ok: true, text: 'late' })
  expect(slept).toEqual([1_000, 2_000])
})

test('after four tries it is given up, with what was said last', async () => {
  const { answer, requests } = await asked(status(503))
  expect(answer).toMatchObject({ ok: false, problem: { message: expect.stringContaining('503') as string } })
  expect(requests).toHaveLength(4)
})

test('a redirect is not followed: the token stays where it is', async () => {
  let taken = false
  const { answer } = await asked((request, response) => {
    taken ||= request.url === '/elsewhere'
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  expect([answer.ok, taken]).toEqual([false, false])
})
