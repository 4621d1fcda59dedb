// Owns jobs that are played: what the Action does in a job is done in this process, and each envelope's bundle once.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeBlobs } from '../../src/adapters/blobs/blobs.ts'
import { bundleFolders } from '../../src/adapters/bundle/bundle-folder.ts'
import { makeEvidenceFolder } from '../../src/adapters/evidence/evidence-folder.ts'
import { openGit } from '../../src/adapters/git/open.ts'
import { openStore } from '../../src/adapters/store/store.ts'
import { systemClock } from '../../src/adapters/system/clock.ts'
import { systemIds } from '../../src/adapters/system/ids.ts'
import { makeRecipeWorker } from '../../src/adapters/workers/recipe/worker.ts'
import type { Phase } from '../../src/contracts/base.ts'
import { artifactName } from '../../src/contracts/bundle.ts'
import { DispatchInputs } from '../../src/contracts/envelope.ts'
import type { Fingerprint } from '../../src/contracts/fingerprint.ts'
import type { Engine } from '../../src/pipeline/engine.ts'
import { ENVELOPE_FILE, readEnvelope, seatEnvelope } from '../../src/pipeline/envelope.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { RUN_STAGES } from '../../src/pipeline/stages/registry.ts'
import { makeStopwatch } from '../../src/pipeline/stopwatch.ts'
import { makeFolderSandbox } from '../fakes/folder-sandbox.ts'
import type { JobRequest, JobResult } from '../loopback/runner/job/request.ts'
import { zipFiles } from '../loopback/runner/stand-ins/zip.ts'
import type { World } from '../loopback/world/world.ts'

const run = promisify(execFile)

/** What stands in a job's place; `usual` is the job as it should be. */
export type Play = (request: JobRequest, usual: () => Promise<JobResult>) => Promise<JobResult>

/** The steps of docs/workflows/autopilot-app.yml, as people see them. */
export const STEPS = ['sandbox', 'open', 'checkout', 'node', 'plan', 'work', 'seal', 'bundle']

/** A sandbox that isolates nothing stands for bubblewrap here: of level `none` no change is taken. */
const MACHINE: Fingerprint = {
  schema: 'autopilot/fingerprint@1',
  autopilot: '0.1.0',
  platform: 'played',
  tools: [],
  sandbox: { level: 'bwrap', limits_by: 'cgroup', uid_dropped: false },
  contracts: {},
}

/** The job `run` of autopilot.yml leaves the bundle of its envelope; every other job succeeds. */
export function playJobs(
  world: () => World,
  play: Play = (_, usual) => usual(),
): (request: JobRequest) => Promise<JobResult> {
  return (request) =>
    play(request, async () => {
      const { workflow } = request.attempt
      const ours = workflow.path === '.github/workflows/autopilot.yml'
      if (ours) await leaveBundle(world(), request)
      return succeeded(request, ours ? STEPS : request.job.steps.map((_, at) => `step ${at + 1}`))
    })
}

function succeeded({ attempt }: JobRequest, names: readonly string[]): JobResult {
  const now = attempt.host.now()
  const steps = names.map((name, at) => ({
    number: at + 1,
    name,
    status: 'completed' as const,
    conclusion: 'success' as const,
    startedAt: now,
    completedAt: now,
  }))
  return { conclusion: 'success', steps, outputs: new Map() }
}

export async function leaveBundle(world: World, request: JobRequest): Promise<void> {
  const { attempt, id: job } = request
  const { id, attempt: number } = attempt.run
  const inputs = DispatchInputs.parse(attempt.event.inputs)
  const zip = await bundleOf(world, attempt.event.repository, inputs, number)
  const name = artifactName(inputs.task, number)
  await attempt.host.artifacts.put({ run: id, attempt: number, job, name, zip, retentionDays: 14 })
}

/** By digest of the envelope and attempt: the same request is worked once in this process. */
const made = new Map<string, Promise<Buffer>>()

/** The zip that the Action's job would leave; `until`: where it was cut short after that phase, a checkpoint. */
export function bundleOf(
  world: World,
  repository: string,
  inputs: DispatchInputs,
  attempt: number,
  until?: Phase,
): Promise<Buffer> {
  const key = `${inputs.envelope} ${attempt} ${until ?? ''}`
  const known = made.get(key) ?? work(world, repository, inputs, attempt, until)
  made.set(key, known)
  return known
}

async function work(
  world: World,
  repository: string,
  inputs: DispatchInputs,
  attempt: number,
  until: Phase | undefined,
): Promise<Buffer> {
  const git = world.names.get(repository.toLowerCase())?.git
  const tree = await git?.tree(inputs.commit, { recursive: true })
  const sha = tree?.entries.find(({ path }) => path === ENVELOPE_FILE)?.sha ?? ''
  const text = (await git?.object(sha))?.content.toString('utf8')
  if (git === undefined || text === undefined) throw new Error(`no envelope at ${inputs.commit}`)
  const read = readEnvelope(text, inputs)
  if (!read.ok) throw new Error(read.problem.message)
  const root = await mkdtemp(join(tmpdir(), 'played-'))
  try {
    return await sealed(root, git.folder(), { read: read.read, attempt, until })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

type Read = Extract<ReturnType<typeof readEnvelope>, { ok: true }>['read']

async function sealed(
  root: string,
  bare: string,
  { read, attempt, until }: { read: Read; attempt: number; until: Phase | undefined },
): Promise<Buffer> {
  const { envelope } = read
  const { base } = envelope.request
  const repo = join(root, 'repo')
  await mkdir(join(root, 'git'))
  await run('git', ['clone', '--quiet', '--no-checkout', bare, repo])
  await run('git', ['checkout', '--quiet', '--detach', base.sha], { cwd: repo })
  const path = process.env['PATH'] ?? ''
  const opened = await openGit({ repo, gitDir: join(root, 'git'), path, at: base })
  if (!opened.ok) throw new Error(opened.problems[0]?.message)
  const { git } = opened
  const clock = systemClock()
  const { store, leases, counters } = await openStore({ file: join(root, 'run.db'), clock })
  const worker = makeRecipeWorker()
  const engine: Engine = {
    clock,
    ids: systemIds(),
    store,
    leases,
    counters,
    blobs: makeBlobs(join(root, 'blobs')),
    evidence: () => makeEvidenceFolder(join(root, 'evidence')),
    bundles: bundleFolders(() => join(root, 'bundle')),
    git,
    sandbox: makeFolderSandbox(git),
    workers: new Map([[worker.id, worker]]),
    toolchainOptions: { registry: 'http://127.0.0.1:9/', versions: { node: '24', npm: '11' } },
    holder: systemIds().next('h'),
    watch: makeStopwatch(clock),
    ownsTaskChain: false,
    progress: () => undefined,
  }
  try {
    const seated = await seatEnvelope(engine, read, MACHINE)
    if (!seated.ok) throw new Error(seated.problem.message)
    await runTask(engine, envelope.task, {
      stages: RUN_STAGES,
      run: { attempt, fence: envelope.fence },
      ...(until === undefined ? {} : { until }),
    })
  } finally {
    await store.close()
    await git.close()
  }
  const bundle = join(root, 'bundle')
  const entries = await readdir(bundle, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return zipFiles(bundle, files.sort(), 6)
}
