// Owns `autopilot run`: an issue's text and a local repository in; a branch, a bundle and a report out.
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { Phase } from '../contracts/base.ts'
import { evidenceJson } from '../contracts/canonical.ts'
import { SandboxLevel } from '../contracts/fingerprint.ts'
import type { RunReport } from '../contracts/summary.ts'
import { readReport } from '../pipeline/report.ts'
import { runTask, type Reached } from '../pipeline/loop.ts'
import { STAGES } from '../pipeline/stages/registry.ts'
import { renderHeader, renderNote, renderPhaseLine } from '../report/progress.ts'
import { renderRunSummary } from '../report/run-summary.ts'
import { renderRunTable } from '../report/run-table.ts'
import { renderDryRun } from './dry-run.ts'
import { composeLaptop, type Laptop } from './compose.ts'
import { EXIT, refusalOf } from './exit-codes.ts'
import { checkWritable } from './json-file.ts'
import type { Terminal } from './terminal.ts'

const Options = z.object({
  repo: z.string().optional(),
  issue: z.string().optional(),
  dry: z.boolean().default(false),
  until: z.string().toUpperCase().optional(),
  resume: z.union([z.boolean(), z.string()]).optional(),
  json: z.string().optional(),
  sandbox: SandboxLevel.optional(),
  state: z.string().optional(),
  record: z.string().optional(),
  replay: z.string().optional(),
})
export type RunOptions = Omit<z.infer<typeof Options>, 'until'> & { until?: Phase | undefined }

export async function runCommand(input: object, terminal: Terminal): Promise<number> {
  const options = parseOptions(input)
  if (options.json !== undefined) await checkWritable(options.json)
  const stop = new AbortController()
  const interrupt = (): void => {
    // Asked twice, it ends at once: the task is resumed like one that was killed.
    if (stop.signal.aborted) process.exit(EXIT.notAccepted)
    stop.abort(new Error('interrupted'))
  }
  // Not `once`: execa's own listener ends the process when it finds itself alone.
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  const looks = { colour: terminal.errColor, width: terminal.width }
  const laptop = await composeLaptop(options, (progress) => {
    if (progress.kind === 'note') {
      const line = { phase: progress.phase, state: 'running', note: progress.text } as const
      terminal.err(renderPhaseLine(line, looks))
    } else if (progress.kind === 'phase_end') {
      const { status, note, ms, visit } = progress
      const line = { phase: progress.phase, state: status, note, ms, visit }
      terminal.err(renderPhaseLine(line, looks))
    }
  })
  try {
    const { title, project, tier } = laptop.task
    terminal.err(renderHeader({ subject: project, title, tier }, looks))
    for (const note of laptop.notes) terminal.err(renderNote(note, looks))
    const until = options.dry ? 'THINK' : options.until
    const reached = await runTask(laptop.engine, laptop.task.id, {
      stages: STAGES,
      stop: stop.signal,
      ...(until === undefined ? {} : { until }),
    })
    return await conclude(laptop, options, reached, terminal)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    await laptop.close()
  }
}

function parseOptions(input: object): RunOptions {
  const { until: named, ...options } = Options.parse(input)
  if (named === undefined) return options
  const until = Phase.safeParse(named)
  if (until.success) return { ...options, until: until.data }
  throw refusalOf([
    {
      rule: 'phase-unknown',
      message: `--until ${named} names no phase`,
      fix: `phases are ${Phase.options.join(', ')}`,
    },
  ])
}

async function conclude(
  laptop: Laptop,
  options: RunOptions,
  reached: Reached,
  terminal: Terminal,
): Promise<number> {
  const report = await readReport(laptop.engine, laptop.task.id, {
    bundle: laptop.bundle,
    timings: laptop.timings(),
  })
  if (reached.kind === 'waiting') {
    terminal.err(`\n${laptop.task.id} waits for ${reached.for}.`)
    return EXIT.notAccepted
  }
  if (report === undefined || reached.kind === 'until') {
    if (options.dry) terminal.out(await renderDryRun(laptop, terminal))
    else terminal.out(`\n${laptop.task.id} has passed ${options.until ?? ''}. Go on: ${laptop.resumeCommand}`)
    return EXIT.accepted
  }
  const told = await writeReports(laptop, options, report)
  terminal.out('')
  const elsewhere = laptop.repo === process.cwd() ? {} : { repo: laptop.repo }
  terminal.out(
    renderRunTable(report, { colour: terminal.color, width: terminal.width, report: told, ...elsewhere }),
  )
  return exitOf(report)
}

/** Returns the file for people: the text of the pull request it would be, or else the summary of the run. */
async function writeReports(laptop: Laptop, options: RunOptions, report: RunReport): Promise<string> {
  await mkdir(laptop.folder, { recursive: true })
  await writeFile(join(laptop.folder, 'report.json'), evidenceJson(report))
  const summary = join(laptop.folder, 'summary.md')
  await writeFile(summary, renderRunSummary(report, laptop.task.title))
  if (options.json !== undefined) await writeFile(resolve(options.json), evidenceJson(report))
  const pull = await laptop.engine.evidence(laptop.task.id).read('PR', 'pr_body.md')
  if (pull === undefined) return summary
  const file = join(laptop.folder, 'pull-request.md')
  await writeFile(file, pull)
  return file
}

function exitOf(report: RunReport): number {
  if (report.accepted) return EXIT.accepted
  return report.outcome.kind === 'question' ? EXIT.question : EXIT.notAccepted
}
