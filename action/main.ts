// Owns the start of the Action: a first line at once, then the step that was asked for, and its exit code.
import { randomUUID } from 'node:crypto'
import type { Ended } from './steps.ts'

// Reading node:sqlite is an experiment to Node only; a reader of the log need not hear of it.
process.removeAllListeners('warning')
process.stdout.write(`autopilot ${process.env['INPUT_STEP'] ?? ''}\n`)

// Threat: what a step prints quotes issues and repositories, and a line of it could be read as a workflow command.
const token = randomUUID()
process.stdout.write(`::stop-commands::${token}\n`)
let ended: Ended
try {
  const { runStep } = await import('./steps.ts')
  ended = await runStep(process.env)
} finally {
  process.stdout.write(`::${token}::\n`)
}
const { report } = await import('./report.ts')
process.exitCode = await report(ended)
