// Owns a task between two installations: a service that keeps its chain and can run nothing, and runners with stores
// of their own that know only the envelope.
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { makeBlobs } from '../../src/adapters/blobs/blobs.ts'
import { bundleFolders, openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import { makeEvidenceFolder } from '../../src/adapters/evidence/evidence-folder.ts'
import { openStore } from '../../src/adapters/store/store.ts'
import { digestOfJson, type Digest } from '../../src/contracts/canonical.ts'
import type { Envelope } from '../../src/contracts/envelope.ts'
import type { Fingerprint } from '../../src/contracts/fingerprint.ts'
import type { TaskRequest } from '../../src/contracts/task.ts'
import type { Engine, TaskEngine } from '../../src/pipeline/engine.ts'
import { makeEnvelope, readEnvelope, seatEnvelope } from '../../src/pipeline/envelope.ts'
import { importBundle, type Imported, type ImportOptions } from '../../src/pipeline/import-run.ts'
import { loadInputs, saveInputs } from '../../src/pipeline/inputs.ts'
import { openJournal } from '../../src/pipeline/journal.ts'
import { withLease } from '../../src/pipeline/lease.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { goBack } from '../../src/pipeline/settle.ts'
import type { Stages } from '../../src/pipeline/stage.ts'
import { publish } from '../../src/pipeline/stages/publish.ts'
import { RUN_STAGES } from '../../src/pipeline/stages/registry.ts'
import { strategize } from '../../src/pipeline/stages/strategize.ts'
import type { Phase } from '../../src/contracts/base.ts'
import { makeLaptop, requestRun, type Laptop } from './laptop.ts'

export interface Sealed {
  envelope: Envelope
  text: string
  digest: Digest
}

export interface Elsewhere extends Laptop {
  /** Asks for the next run, and makes its envelope. */
  ask(x?: Parameters<typeof requestRun>[1]): Promise<Sealed>
  /** A machine of its own: an empty store, nothing in common but the repository. */
  runner(): Promise<Runner>
  import(folder: string, x?: Partial<ImportOptions>, engine?: TaskEngine): Promise<Imported>
}

export interface Runner {
  engine: Engine
  folder: string
  open(sealed: Sealed): ReturnType<typeof seatEnvelope>
  /** Opens, runs to the end (or to `until`), and gives the folder of the bundle. */
  run(sealed: Sealed, x?: { attempt?: number; until?: Phase }): Promise<string>
}

export const ABOUT: Pick<Envelope, 'repository' | 'issue' | 'rules_at' | 'app_version'> = {
  repository: { id: 1, owner: 'octo', name: 'tiny', private: false },
  issue: 1,
  rules_at: 'a'.repeat(40),
  app_version: '0.1.0',
}

const MACHINE: Fingerprint = {
  schema: 'autopilot/fingerprint@1',
  autopilot: '0.1.0',
  platform: 'elsewhere',
  tools: [],
  sandbox: { level: 'bwrap', limits_by: 'cgroup', uid_dropped: false },
  contracts: {},
}

/** Stands for the service's own stages: the branch goes to the repository as pull request 12, which then waits. */
export const SERVICE: Stages = {
  STRATEGIZE: strategize,
  PR: async (context) => {
    const made = await publish(context)
    if (made.kind !== 'passed') return made
    const entries = (made.entries ?? []).map((entry) =>
      entry.kind === 'published' ? { ...entry, pull: 12 } : entry,
    )
    return { ...made, entries }
  },
  MONITOR: () => Promise.resolve({ kind: 'waiting', for: 'the merge of #12' }),
}

/** A task that has passed STRATEGIZE. */
export async function makeElsewhere(
  x: Parameters<typeof makeLaptop>[0] & { fingerprint?: Fingerprint } = {},
): Promise<Elsewhere> {
  const laptop = await makeLaptop({
    ...x,
    inputs: (inputs) => ({ ...(x.inputs?.(inputs) ?? inputs), fingerprint: null }),
  })
  const { engine, task, folder, again, clock } = laptop
  await runTask(engine, task, { stages: { STRATEGIZE: strategize } })
  let runners = 0
  return {
    ...laptop,
    async ask(asked) {
      await requestRun(laptop, asked)
      return makeEnvelope(engine, task, ABOUT)
    },
    async runner() {
      const root = join(dirname(folder), `runner-${(runners += 1)}`)
      await mkdir(root)
      const { store, leases, counters } = await openStore({ file: join(root, 'autopilot.db'), clock })
      onTestFinished(() => store.close())
      const own = again({
        ownsTaskChain: false,
        store,
        leases,
        counters,
        blobs: makeBlobs(join(root, 'blobs')),
        evidence: () => makeEvidenceFolder(join(root, 'evidence')),
        bundles: bundleFolders(() => join(root, 'bundle')),
      })
      const open: Runner['open'] = async ({ envelope, text, digest }) => {
        const expected = { task: envelope.task, nonce: envelope.nonce, envelope: digest }
        const opened = readEnvelope(text, expected)
        return opened.ok ? seatEnvelope(own, opened.read, x.fingerprint ?? MACHINE) : opened
      }
      return {
        engine: own,
        folder: root,
        open,
        async run(sealed, { attempt = 1, until } = {}) {
          const opened = await open(sealed)
          if (!opened.ok) throw new Error(opened.problem.message)
          const run = { attempt, fence: sealed.envelope.fence }
          await runTask(own, task, { stages: RUN_STAGES, run, ...(until === undefined ? {} : { until }) })
          return join(root, 'bundle')
        },
      }
    },
    async import(bundle, options, by = engine) {
      const { requests } = await laptop.state()
      const x = { number: requests, attempt: 1, ...options }
      return importBundle(by, task, await openBundle(bundle), x)
    },
  }
}

/** A person says more on the pull request: the request gains a turn, and all begins anew. */
export async function reply({ engine, task }: Laptop, text: string): Promise<TaskRequest> {
  const inputs = await loadInputs(engine, task)
  const { conversation } = inputs.request
  const turn: TaskRequest['conversation'][number] = {
    id: `comment:${conversation.length + 1}`,
    parent: null,
    author: 'somebody',
    at: engine.clock.now().toISOString(),
    text_digest: digestOfJson(text),
    text,
    constraints_added: [text],
  }
  const request = { ...inputs.request, conversation: [...conversation, turn] }
  const held = await withLease(engine, [task], async ({ fences }) => {
    const journal = await openJournal(engine, task, fences)
    const accepted = { turn: turn.id, actor: 'somebody', request: digestOfJson(request) }
    const event = { kind: 'turn.accepted', ...accepted } as const
    await goBack(engine, journal, { phase: 'MONITOR', to: 'STRATEGIZE', reason: text, directive: null })
    await journal.write({ chain: `task:${task}`, event })
    await saveInputs(engine, task, { ...inputs, request })
  })
  if (!held.held) throw new Error('the lease of the task is held')
  await runTask(engine, task, { stages: { STRATEGIZE: strategize } })
  return request
}
