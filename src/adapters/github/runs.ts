// Owns Runs over GitHub Actions.
import { z } from 'zod'
import { Sha } from '../../contracts/base.ts'
import type { Clock } from '../../ports.ts'
import type { Artifact, JobState, RunState, Runs } from '../../ports/forge.ts'
import { stateOf } from './checks.ts'
import type { Client } from './client.ts'
import { download } from './download.ts'
import { ForgeError } from './forge-error.ts'
import type { Identity } from './identity.ts'
import { User } from './identity.ts'
import { Nothing } from './shapes.ts'

/** How far clocks may be apart where a run is looked for by when it was asked for. */
const SKEW_MS = 300_000

const Run = z.object({
  id: z.int().min(1),
  run_attempt: z.int().min(1).optional(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  path: z.string(),
  event: z.string(),
  head_sha: Sha,
  head_branch: z.string().nullable(),
  actor: User.nullish(),
  triggering_actor: User.nullish(),
  display_title: z.string(),
  html_url: z.string(),
  run_started_at: z.string().nullish(),
})
const Job = z.object({
  id: z.int().min(1),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  steps: z
    .array(z.object({ name: z.string(), status: z.string(), conclusion: z.string().nullable() }))
    .optional(),
})
const ArtifactRow = z.object({
  id: z.int().min(1),
  name: z.string(),
  size_in_bytes: z.int().min(0),
  expired: z.boolean(),
  digest: z.string().nullish(),
})
const Dispatched = z.object({ workflow_run_id: z.int().min(1), html_url: z.string() })

export function makeRuns(x: { client: Client; identity: Identity; clock: Clock }): Runs {
  const { client, identity, clock } = x

  async function runOf(run: z.infer<typeof Run>): Promise<RunState> {
    // who started this attempt; the actor of a run that ran again is still the one of its first
    const user = run.triggering_actor ?? run.actor
    return {
      id: run.id,
      attempt: run.run_attempt ?? 1,
      status: stateOf(run.status ?? 'queued'),
      conclusion: run.conclusion,
      // GitHub may add the ref behind an @
      path: run.path.replace(/@.*$/s, ''),
      event: run.event,
      headSha: run.head_sha,
      headBranch: run.head_branch,
      actor: user === null || user === undefined ? null : await identity.actor(user),
      title: run.display_title,
      url: run.html_url,
      startedAt: run.run_started_at == null ? null : new Date(run.run_started_at).toISOString(),
    }
  }

  return {
    async dispatch({ workflow, ref, inputs }) {
      const operation = 'actions/create-workflow-dispatch'
      try {
        const params = { workflow_id: workflow, ref, inputs, return_run_details: true }
        const { data } = await client.send(operation, params)
        // a GitHub that tells no run, or a cut reply: it was started all the same, and is found by its name
        const told = Dispatched.safeParse(data).data
        return { result: 'started', run: told ? { id: told.workflow_run_id, url: told.html_url } : null }
      } catch (error) {
        if (!(error instanceof ForgeError)) throw error
        if (error.code === 'not_found') return { result: 'missing', reason: error.said }
        if (error.code !== 'invalid') throw error
        const disabled = /disabled/i.test(error.said)
        return { result: disabled ? 'disabled' : 'refused', reason: error.said }
      }
    },

    async find({ workflow, nonce, since }) {
      const from = new Date(Date.parse(since) - SKEW_MS).toISOString().replace(/\.\d+Z$/, 'Z')
      const params = { workflow_id: workflow, event: 'workflow_dispatch', created: `>=${from}` }
      const named = (run: z.infer<typeof Run>) => run.display_title.split(/[^A-Za-z0-9-]+/).includes(nonce)
      try {
        const { items } = await client.list('actions/list-workflow-runs', params, Run, {
          of: 'workflow_runs',
        })
        // Threat: whoever may start workflows can give a later run the same name
        const [first] = items.filter(named).toSorted((a, b) => a.id - b.id)
        return first && (await runOf(first))
      } catch (error) {
        if (error instanceof ForgeError && error.code === 'not_found') return undefined
        throw error
      }
    },

    async observe(run) {
      const found = await client.find('actions/get-workflow-run', { run_id: run }, Run)
      return found && (await runOf(found))
    },

    async jobs(run, attempt) {
      const params = { run_id: run, attempt_number: attempt }
      const operation = 'actions/list-jobs-for-workflow-run-attempt'
      const jobs = await rows(client.list(operation, params, Job, { of: 'jobs' }))
      return jobs.map((job): JobState => ({
        id: job.id,
        name: job.name,
        status: stateOf(job.status),
        conclusion: job.conclusion,
        steps: job.steps ?? [],
      }))
    },

    async cancel(run) {
      try {
        await client.write('actions/cancel-workflow-run', { run_id: run }, Nothing)
      } catch (error) {
        const over = error instanceof ForgeError && (error.code === 'conflict' || error.code === 'not_found')
        if (!over) throw error
      }
    },

    async artifacts(run) {
      const operation = 'actions/list-workflow-run-artifacts'
      const artifacts = await rows(client.list(operation, { run_id: run }, ArtifactRow, { of: 'artifacts' }))
      return artifacts.map((one): Artifact => ({
        id: one.id,
        name: one.name,
        bytes: one.size_in_bytes,
        expired: one.expired,
        digest: one.digest ?? null,
      }))
    },

    download: (artifact, maxBytes) => download({ client, clock }, artifact, maxBytes),
  }
}

/** Nothing belongs to a run that is gone. */
async function rows<T>(work: Promise<{ items: T[] }>): Promise<T[]> {
  try {
    return (await work).items
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not_found') return []
    throw error
  }
}
