// Owns letting a worker work: in a fresh copy, with the tools of its phase, its events kept, its traces looked at.
import { redactDeep } from '../gates/secret-scan.ts'
import { canonicalJson, digestOf } from '../contracts/canonical.ts'
import type { ChangeSet } from '../contracts/change-set.ts'
import type { Plan } from '../contracts/plan.ts'
import type { Settings } from '../contracts/settings.ts'
import type { WorkerEvent } from '../contracts/transcript.ts'
import type { Dependencies, Problem, Worker, WorkerJob, Workspace } from '../ports.ts'
import { PHASES } from '../process/phases.ts'
import { routeTool } from '../process/tools.ts'
import type { StageContext, StageResult } from './stage.ts'
import { stopOutcome } from './stopping.ts'

/** Events kept of one call; what lies beyond is counted and said (R46). */
const MAX_EVENTS = 20_000

export type Worked =
  | { kind: 'worked'; events: readonly WorkerEvent[]; changes: ChangeSet; end: Finished }
  | { kind: 'refused'; events: readonly WorkerEvent[]; problem: Problem; end: Finished }
  /** A read-only phase came back with a change or a commit: its copy is thrown away. */
  | { kind: 'git_mutation'; events: readonly WorkerEvent[]; detail: string }

export type Finished = Extract<WorkerEvent, { type: 'finished' }>

/** Who does the work of a plan; undefined when nobody here can. */
export function workerFor(
  engine: Pick<StageContext['engine'], 'workers'>,
  plan: Pick<Plan, 'recipe'>,
): Worker | undefined {
  return engine.workers.get(plan.recipe === null ? 'agent' : 'recipe')
}

/** Runs `worker` in a copy of the task's base. The copy is gone when this returns. */
export async function runWorker(
  context: Pick<StageContext, 'engine' | 'phase' | 'request' | 'signal'>,
  worker: Worker,
  job: WorkerJob,
  x: { dependencies?: Dependencies; allow?: readonly string[] } = {},
): Promise<Worked> {
  const { engine, phase, request, signal } = context
  const { persona } = PHASES[phase]
  const mayWrite = routeTool({ phase, persona, tool: 'write_workspace', contextComplete: true }).allowed
  const workspace = await engine.sandbox.workspace({
    base: request.base.sha,
    purpose: `worker ${worker.id}`,
    ...x,
  })
  try {
    const before = await gitTrace(workspace)
    const { events, end } = await collect(worker.run(job, workspace, signal))
    const made = await workspace.changes()
    if (!mayWrite) {
      const committed = (await gitTrace(workspace)) !== before
      const changed = !made.ok || made.changes.files.length > 0
      if (committed || changed) {
        const what = committed ? 'a Git commit' : 'changed files'
        return { kind: 'git_mutation', events, detail: `${phase} may only read, and the worker left ${what}` }
      }
    }
    if (!made.ok) return { kind: 'refused', events, problem: made.problem, end }
    return { kind: 'worked', events, changes: made.changes, end }
  } finally {
    await workspace.close()
  }
}

/** How a stage ends whose worker wrote where it may only read; the violation raises its counter. */
export function refuseMutation(
  { phase, settings }: Pick<StageContext, 'phase' | 'settings'>,
  worked: Extract<Worked, { kind: 'git_mutation' }>,
): StageResult {
  const { detail } = worked
  const would_help = 'use a worker that keeps to reading in this phase'
  return {
    kind: 'ended',
    outcome: stopOutcome(phase, { rule: 'git-mutation', reason: detail, would_help }),
    violation: { code: 'git_mutation', detail },
    files: { 'transcript.jsonl': renderTranscript(worked.events, settings) },
    note: detail,
  }
}

/** Evidence `transcript.jsonl`. Without words it still says who worked, on which files, at what cost and how it ended. */
export function renderTranscript(
  events: readonly WorkerEvent[],
  { transcripts = true }: Pick<Settings, 'transcripts'>,
): string {
  const kept = transcripts ? events : withoutWords(events)
  return kept.map((event) => `${canonicalJson(event)}\n`).join('')
}

function withoutWords(events: readonly WorkerEvent[]): WorkerEvent[] {
  const kept = events.filter(({ type }) => !WORDS.has(type))
  const left = events.length - kept.length
  const text = `${left} events with words or the output of tools were left out: the setting \`transcripts\` is off here`
  return [...kept.slice(0, -1), { type: 'text', text }, ...kept.slice(-1)]
}

const WORDS: ReadonlySet<WorkerEvent['type']> = new Set(['text', 'tool', 'unknown'])

async function collect(
  stream: AsyncIterable<WorkerEvent>,
): Promise<{ events: WorkerEvent[]; end: Finished }> {
  const events: WorkerEvent[] = []
  let dropped = 0
  let end: Finished | undefined
  for await (const event of stream) {
    if (event.type === 'finished') end = event
    else if (events.length < MAX_EVENTS) events.push(event)
    else dropped += 1
  }
  if (dropped > 0)
    events.push({ type: 'text', text: `${dropped} further events were not kept (cap ${MAX_EVENTS})` })
  const last: Finished = end ?? {
    type: 'finished',
    stop: 'no_terminal_event',
    detail: 'the worker ended without saying how',
    suggestion: 'run the task again; when it happens twice, report the transcript',
  }
  // Threat: what a worker's tools print may quote credentials, and its words go into evidence and to people.
  const clean = await redactDeep({ events, end: last })
  return { events: [...clean.events, clean.end], end: clean.end }
}

// What a commit leaves behind, whichever way it was made: HEAD and its log.
async function gitTrace(workspace: Workspace): Promise<string> {
  const parts = await Promise.all(
    ['.git/HEAD', '.git/logs/HEAD'].map(
      async (path) => (await workspace.read(path, 1 << 20)) ?? new Uint8Array(),
    ),
  )
  return parts.map((bytes) => digestOf(bytes)).join(' ')
}
