// Owns the steps `plan` and `work`: the run's phases, under a deadline of their own and until somebody cancels.
import { readFile } from 'node:fs/promises'
import { EXIT, refusalOf } from '../src/cli/exit-codes.ts'
import type { Phase } from '../src/contracts/base.ts'
import { readEnvelope, seatEnvelope, type ReadEnvelope } from '../src/pipeline/envelope.ts'
import type { Progress } from '../src/pipeline/engine.ts'
import { readTask } from '../src/pipeline/journal.ts'
import { runTask, type Reached } from '../src/pipeline/loop.ts'
import { RUN_STAGES } from '../src/pipeline/stages/registry.ts'
import type { RunReport } from '../src/contracts/summary.ts'
import { renderHeader, renderPhaseLine } from '../src/report/progress.ts'
import { makeRunner, openChains, openRunner } from './compose.ts'
import { runFolder, type Job, type RunFolder } from './folder.ts'
import type { Invocation } from './invocation.ts'
import type { Ended } from './steps.ts'

const WIDTH = 120

export async function workStep(invocation: Invocation, until: Phase | undefined): Promise<Ended> {
  const folder = runFolder(invocation.runner.RUNNER_TEMP)
  const { job, read } = await readFolder(folder)
  const { envelope, state } = read
  const base = state.requested?.base
  if (base === undefined) throw new Error('work: no run is asked for')
  const chains = await openChains(folder, { ownsTaskChain: false, progress: show })
  const opened = await openRunner(folder, surroundingsOf(invocation), base)
  if (!opened.ok) {
    await chains.close()
    throw refusalOf(opened.problems)
  }
  const { machine, warning } = opened
  const stop = stopping(job, invocation.minutes)
  try {
    const engine = makeRunner(chains.engine, machine)
    const seated = await seatEnvelope(engine, read, machine.fingerprint)
    if (!seated.ok) throw refusalOf([seated.problem])
    const { owner, name } = envelope.repository
    const { title, risk_tier } = envelope.request
    const subject = `${owner}/${name}#${envelope.issue}`
    say(renderHeader({ subject, title, tier: risk_tier ?? null }, { width: WIDTH }))
    const reached = await runTask(engine, envelope.task, {
      stages: RUN_STAGES,
      run: { attempt: job.attempt, fence: envelope.fence },
      stop: stop.signal,
      ...(until === undefined ? {} : { until }),
    })
    await folder.writeJob({ ...job, timings: sum(job.timings, engine.watch.read()) })
    const { run } = await readTask(engine, envelope.task)
    const outputs = { outcome: run?.closed?.result ?? '' }
    const warnings = warning === undefined ? [] : [warning]
    return reached.kind === 'waiting'
      ? { exit: EXIT.notAccepted, outputs, warnings, error: whyNot(reached, stop.reason()) }
      : { exit: EXIT.accepted, outputs, warnings }
  } finally {
    stop.release()
    await machine.close()
    await chains.close()
  }
}

async function readFolder(folder: RunFolder): Promise<{ job: Job; read: ReadEnvelope }> {
  const text = await readFile(folder.envelope, 'utf8').catch(() => undefined)
  if (text === undefined) {
    const message = 'no envelope was opened in this job'
    throw refusalOf([{ rule: 'envelope-missing', message, fix: 'put the step `open` before this one' }])
  }
  const job = await folder.readJob()
  // What lay on the disk since is held to its digest again.
  const opened = readEnvelope(text, job.dispatch)
  if (!opened.ok) throw refusalOf([opened.problem])
  return { job, read: opened.read }
}

function surroundingsOf({ runner, sandbox, ...invocation }: Invocation): Parameters<typeof openRunner>[1] {
  return {
    workspace: runner.GITHUB_WORKSPACE,
    path: runner.PATH,
    caFile: runner.NODE_EXTRA_CA_CERTS,
    sandbox,
    dockerImage: invocation['docker-image'],
  }
}

/** A cancelled job has ten seconds, and one past its timeout none: in both cases the phase is left for the bundle's sake. */
function stopping(
  job: Job,
  minutes: number,
): { signal: AbortSignal; reason(): 'cancelled' | 'deadline' | undefined; release(): void } {
  const stop = new AbortController()
  let reason: 'cancelled' | 'deadline' | undefined
  const end = (why: 'cancelled' | 'deadline') => (): void => {
    reason ??= why
    stop.abort(new Error(why))
  }
  const cancel = end('cancelled')
  process.on('SIGINT', cancel)
  process.on('SIGTERM', cancel)
  const left = Date.parse(job.started_at) + minutes * 60_000 - Date.now()
  const alarm = setTimeout(end('deadline'), Math.max(0, left))
  return {
    signal: stop.signal,
    reason: () => reason,
    release() {
      clearTimeout(alarm)
      process.off('SIGINT', cancel)
      process.off('SIGTERM', cancel)
    },
  }
}

function whyNot(
  reached: Extract<Reached, { kind: 'waiting' }>,
  reason: 'cancelled' | 'deadline' | undefined,
): string {
  if (reason === 'cancelled') return 'The run was cancelled; what was done so far is kept (run-cancelled).'
  if (reason === 'deadline') {
    return 'The time of the run is over; what was done so far is kept. Raise `minutes` of the step, and `timeout-minutes` of the job above it (run-deadline).'
  }
  return `The run waits for ${reached.for}.`
}

function show(progress: Progress): void {
  if (progress.kind === 'note') {
    say(renderPhaseLine({ phase: progress.phase, state: 'running', note: progress.text }, { width: WIDTH }))
  } else if (progress.kind === 'phase_end') {
    const { phase, status, note, ms, visit } = progress
    say(renderPhaseLine({ phase, state: status, note, ms, visit }, { width: WIDTH }))
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function sum(a: RunReport['timings'], b: RunReport['timings']): RunReport['timings'] {
  return {
    total: a.total + b.total,
    gates: a.gates + b.gates,
    worker: a.worker + b.worker,
    install: a.install + b.install,
    git: a.git + b.git,
    orchestration: a.orchestration + b.orchestration,
  }
}
