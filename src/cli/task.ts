// Owns `autopilot task status|artifacts|report`: reading what the state folder holds, never changing it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { openStore } from '../adapters/store/store.ts'
import { systemClock } from '../adapters/system/clock.ts'
import { evidenceJson } from '../contracts/canonical.ts'
import type { ArtifactRecord } from '../contracts/artifacts.ts'
import { readTask } from '../pipeline/journal.ts'
import type { Store } from '../ports.ts'
import { PHASE_ORDER } from '../process/phases.ts'
import { frontierOf, type TaskState } from '../process/state.ts'
import { stuckPhases } from '../process/watchdog.ts'
import { layoutTable, type Column } from '../report/table.ts'
import { EXIT, refusalOf } from './exit-codes.ts'
import { previewOf, VIEWS } from './preview.ts'
import { stateFolder } from './state-folder.ts'
import type { Terminal } from './terminal.ts'

const Options = z.object({
  json: z.boolean().default(false),
  as: z.enum(VIEWS).default('summary'),
  state: z.string().optional(),
})

export async function taskCommand(
  name: 'status' | 'artifacts' | 'report',
  id: string | undefined,
  input: object,
  terminal: Terminal,
): Promise<number> {
  const options = Options.parse(input)
  const folder = stateFolder(options.state)
  const { store } = await openStore({ file: folder.database, clock: systemClock() })
  try {
    if (id === undefined) return await listTasks(store, options.json, terminal)
    const state = await readTask({ store }, id)
    if (state.task === null) {
      const message = `task ${id} is not in ${folder.root}`
      throw refusalOf([{ rule: 'task-unknown', message, fix: 'list them: autopilot task status' }])
    }
    if (name === 'status')
      terminal.out(options.json ? evidenceJson(state).trimEnd() : describe(state, systemClock().now()))
    if (name === 'artifacts') await listArtifacts(store, state, options.json, terminal)
    if (name === 'report') await showReport(folder.task(id), options, terminal)
    return EXIT.accepted
  } finally {
    await store.close()
  }
}

async function listTasks(store: Store, json: boolean, terminal: Terminal): Promise<number> {
  const rows = await store.tasks(200)
  const tasks = await Promise.all(
    rows.map(async (row) => {
      const state = await readTask({ store }, row.id)
      const request = JSON.parse((await store.text(row.id, 'inputs')) ?? '{}') as {
        request?: { title?: string }
      }
      return {
        task: row.id,
        status: statusOf(state),
        updated: row.updatedAt,
        title: request.request?.title ?? '',
      }
    }),
  )
  if (json) terminal.out(evidenceJson(tasks).trimEnd())
  else if (tasks.length === 0)
    terminal.out('There is no task yet. Start one: autopilot run --repo PATH --issue FILE.md')
  else {
    const columns: Column[] = [
      { title: 'task', most: 24 },
      { title: 'status', most: 16 },
      { title: 'updated (UTC)', most: 16 },
      { title: 'title', most: 'rest' },
    ]
    const body = tasks.map((task) => [
      task.task,
      task.status,
      task.updated.slice(0, 16).replace('T', ' '),
      task.title,
    ])
    print(columns, body, terminal)
  }
  return EXIT.accepted
}

function statusOf(state: TaskState): string {
  if (state.closed !== null) return state.closed.result.replace('_', ' ')
  if (state.phase?.waiting !== null && state.phase?.waiting !== undefined)
    return `waits for ${state.phase.waiting}`
  return state.phase === null ? `before ${frontierOf(state) ?? 'the end'}` : `in ${state.phase.phase}`
}

function describe(state: TaskState, now: Date): string {
  const lines = [`${state.task ?? ''}  ${statusOf(state)}`]
  if (state.closed !== null) lines.push(state.closed.reason)
  for (const phase of PHASE_ORDER) {
    const passed = state.passed[phase]
    if (passed === undefined) continue
    lines.push(`  ✓ ${phase.padEnd(12)}visit ${passed.visit}, ${passed.evidence.length} files, ${passed.at}`)
  }
  if (state.phase !== null) lines.push(`  … ${state.phase.phase.padEnd(12)}visit ${state.phase.visit}`)
  for (const stuck of stuckPhases(state, now)) lines.push(`  ! ${stuck.message} · ${stuck.fix}`)
  if (state.run !== null) lines.push(`run chain   ${state.run.head.hash}:${state.run.head.length}`)
  if (state.head !== null) lines.push(`task chain  ${state.head.hash}:${state.head.length}`)
  if (state.published !== null)
    lines.push(`branch      ${state.published.branch} at ${state.published.head.slice(0, 7)}`)
  return lines.join('\n')
}

async function listArtifacts(
  store: Store,
  state: TaskState,
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  const chains = [`task:${state.task ?? ''}`, ...state.runs.map((run) => `run:${run}`)]
  const entries = (await Promise.all(chains.map((chain) => store.entries(chain)))).flat()
  const records: ArtifactRecord[] = entries.flatMap(({ event }) =>
    event.kind === 'evidence.recorded' ? event.artifacts : [],
  )
  if (json) return terminal.out(evidenceJson(records).trimEnd())
  const columns: Column[] = [
    { title: 'evidence', most: 'rest' },
    { title: 'visit', most: 5, align: 'right' },
    { title: 'bytes', most: 8, align: 'right' },
    { title: 'sha256', most: 12 },
  ]
  const body = records.map((one) => [
    `${one.phase}/${one.name}`,
    String(one.visit),
    String(one.bytes),
    one.sha256.slice(7, 19),
  ])
  print(columns, body, terminal)
}

async function showReport(
  folder: string,
  { json, as }: z.infer<typeof Options>,
  terminal: Terminal,
): Promise<void> {
  const file = join(folder, json || as !== 'summary' ? 'report.json' : 'summary.md')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) {
    const message = 'the run has not ended, so there is no report yet'
    throw refusalOf([{ rule: 'report-none', message, fix: 'go on: autopilot run --resume' }])
  }
  terminal.out(json || as === 'summary' ? text.trimEnd() : previewOf(text, as))
}

function print(columns: readonly Column[], rows: readonly (readonly string[])[], terminal: Terminal): void {
  const cells = rows.map((row) => ({ cells: row.map((text) => ({ text })) }))
  terminal.out(layoutTable(columns, cells, { width: terminal.width, colour: terminal.color }).join('\n'))
}
