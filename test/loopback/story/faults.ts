// Owns the story's last chapter: each kind of fault strikes once, and the client must notice it as on GitHub.
import assert from 'node:assert/strict'
import type { FaultSetting } from '../faults/faults.ts'
import type { Cast } from './cast.ts'

interface Strike {
  readonly setting: FaultSetting
  /** does the call and gives what a client saw: a status, 0 for a broken connection */
  see(cast: Cast): Promise<number>
  readonly expected: number
}

/** Octokit takes a body that was cut off for an empty one and keeps the status: what is missing must be looked for. */
async function status(work: Promise<{ status: number; data: unknown }>): Promise<number> {
  try {
    const { status: code, data } = await work
    return typeof data === 'object' ? code : 0
  } catch (error) {
    const seen = (error as { status?: number; response?: unknown }).response
    return seen === undefined ? 0 : ((error as { status?: number }).status ?? 0)
  }
}

const readIssue = (cast: Cast) =>
  status(cast.ana.rest.issues.get({ owner: cast.owner, repo: cast.repo, issue_number: 1 }))
const comment = (cast: Cast) =>
  status(
    cast.ana.rest.issues.createComment({
      owner: cast.owner,
      repo: cast.repo,
      issue_number: 1,
      body: 'once more',
    }),
  )

const ON_READ = 'issues/get'
const ON_WRITE = 'issues/create-comment'

const STATUSES = [401, 403, 404, 409, 422, 429, 500, 502, 503] as const

const STRIKES: readonly Strike[] = [
  ...STATUSES.flatMap((code) =>
    (['before', 'after'] as const).map((when) => ({
      setting: { on: ON_WRITE, fault: { kind: 'status', status: code, when, retryAfter: 1 } as const },
      see: comment,
      expected: code,
    })),
  ),
  { setting: { on: ON_WRITE, fault: { kind: 'cut' } }, see: comment, expected: 0 },
  { setting: { on: ON_WRITE, fault: { kind: 'refuse' } }, see: comment, expected: 0 },
  { setting: { on: ON_READ, fault: { kind: 'malformed' } }, see: readIssue, expected: 0 },
  { setting: { on: ON_READ, fault: { kind: 'slow', ms: 20 } }, see: readIssue, expected: 200 },
  { setting: { on: ON_READ, fault: { kind: 'stale' } }, see: readIssue, expected: 404 },
  { setting: { on: ON_READ, fault: { kind: 'expired_token' } }, see: readIssue, expected: 401 },
]

const DELIVERIES: readonly { setting: FaultSetting; expected: number }[] = [
  { setting: { on: 'webhook:issue_comment.created', fault: { kind: 'duplicate' } }, expected: 2 },
  { setting: { on: 'webhook:issue_comment.created', fault: { kind: 'late', ms: 20 } }, expected: 1 },
  { setting: { on: 'webhook:issue_comment.created', fault: { kind: 'lost' } }, expected: 0 },
  { setting: { on: 'webhook:issue_comment.created', fault: { kind: 'swapped' } }, expected: 0 },
]

/** @throws {AssertionError} when a client did not see what it would on GitHub */
export async function strikeEachFault(cast: Cast): Promise<Readonly<Record<string, number>>> {
  const { faults } = cast.loopback
  for (const { setting, see, expected } of STRIKES) {
    faults.add(setting)
    const { fault } = setting
    assert.equal(await see(cast), expected, `${setting.on} under ${JSON.stringify(fault)}`)
    faults.clear()
  }
  for (const { setting, expected } of DELIVERIES) {
    await cast.loopback.settled()
    const before = cast.receiver.hooks.length
    faults.add(setting)
    assert.equal(await comment(cast), 201)
    await cast.loopback.settled()
    faults.clear()
    assert.equal(cast.receiver.hooks.length - before, expected, `deliveries under ${setting.fault.kind}`)
  }
  return faults.struck()
}
