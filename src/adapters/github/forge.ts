// Owns putting the parts of a Forge together: for one repository, as an installation or a job token sees it.
import type { RepoRef } from '../../contracts/envelope.ts'
import type { Clock } from '../../ports.ts'
import type { Forge } from '../../ports/forge.ts'
import type { Client } from './client.ts'
import { makeClient } from './client.ts'
import { makeFacts } from './facts.ts'
import type { Identity } from './identity.ts'
import { jobIdentity } from './identity.ts'
import type { Meter } from './meter.ts'
import { makeMeter } from './meter.ts'
import type { CallLine } from './octokit.ts'
import { makeOctokit } from './octokit.ts'
import { makeReader } from './reader.ts'
import { makeRuns } from './runs.ts'
import { makeSnapshots } from './snapshots.ts'
import { givenToken } from './tokens.ts'
import { makeWriter } from './writer/writer.ts'

export function makeForge(x: {
  client: Client
  repository: RepoRef
  identity: Identity
  meter: Meter
  clock: Clock
}): Forge {
  const snapshots = makeSnapshots(x.client)
  return {
    reader: makeReader({ ...x, snapshots, facts: makeFacts(x) }),
    writer: makeWriter({ ...x, snapshots }),
    runs: makeRuns(x),
    appId: x.identity.appId,
    meter: x.meter,
  }
}

/**
 * With the token of a workflow's job, which is given and ends with it.
 *
 * @public
 */
export function jobForge(x: {
  token: string
  repository: RepoRef
  clock: Clock
  /** `https://api.github.com` unless told. */
  baseUrl?: string
  timeoutMs?: number
  log?: (line: CallLine) => void
}): Forge {
  const { repository, clock } = x
  const meter = makeMeter(clock)
  const octokit = makeOctokit({ baseUrl: x.baseUrl, log: x.log, meter })
  const tokens = givenToken(x.token)
  const client = makeClient({ octokit, tokens, repository, meter, clock, timeoutMs: x.timeoutMs })
  return makeForge({ client, repository, identity: jobIdentity(), meter, clock })
}
