// Owns which code answers which step, loaded only then, and what is said when a step cannot do its work.
import { EXIT, Refusal } from '../src/cli/exit-codes.ts'
import { readAttempt, readDispatch, readInvocation } from './invocation.ts'

/** How a step ended; told to the runner when workflow commands are read again. */
export interface Ended {
  exit: number
  outputs: Readonly<Record<string, string>>
  /** Markdown for the job's summary. */
  summary?: string
  warnings?: readonly string[]
  /** Why the step failed. */
  error?: string
}

export async function runStep(env: NodeJS.ProcessEnv): Promise<Ended> {
  try {
    const invocation = readInvocation(env)
    switch (invocation.step) {
      case 'intake': {
        const { intakeStep } = await import('./intake.ts')
        return await intakeStep(invocation)
      }
      case 'open': {
        const { openStep } = await import('./open.ts')
        return await openStep(invocation, readDispatch())
      }
      case 'plan':
      case 'work': {
        const { workStep } = await import('./work.ts')
        return await workStep(invocation, invocation.step === 'plan' ? 'THINK' : undefined)
      }
      case 'seal': {
        const { sealStep } = await import('./seal.ts')
        return await sealStep(invocation)
      }
      case 'publish': {
        const { publishStep } = await import('./publish.ts')
        return await publishStep(invocation, readDispatch(), readAttempt())
      }
    }
  } catch (error) {
    return explain(error)
  }
}

/** Errors by which the adapters say that git, sandbox, database or disk broke. */
const BROKEN_MACHINE = new Set(['GitError', 'SandboxError', 'StoreError', 'BlobError'])

function explain(error: unknown): Ended {
  if (error instanceof Refusal) return { exit: error.exit, outputs: {}, error: error.message }
  if (!(error instanceof Error)) return { exit: EXIT.bug, outputs: {}, error: `a bug: ${String(error)}` }
  if (error.name === 'ForgeError') {
    return { exit: EXIT.machine, outputs: {}, error: `GitHub did not do it: ${error.message}` }
  }
  if (BROKEN_MACHINE.has(error.name) || 'syscall' in error) {
    return { exit: EXIT.machine, outputs: {}, error: `The machine failed: ${error.message}` }
  }
  process.stdout.write(`${error.stack ?? error.message}\n`)
  return { exit: EXIT.bug, outputs: {}, error: `autopilot: a bug: ${error.message}` }
}
