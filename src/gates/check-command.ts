// Owns how lint and type check are judged: exit code 0 passes; otherwise errors are counted, and against the base.
import type { Finding } from '../contracts/verdict.ts'
import type { CommandSpec, GateContext, GateResult } from '../ports.ts'
import { type Diagnostic, newDiagnostics, readDiagnostics } from './diagnostics.ts'
import { type CommandRun, lastWords, logOf, runIn, unfinished } from './exec.ts'
import { type Answer, count, gateResult } from './result.ts'

interface Check {
  /** Id of the gate. */
  id: string
  command: CommandSpec | null | undefined
  /** What one error is called. */
  noun: string
  /** Rule id of a finding. */
  rule: string
  /** Key in `measured` and `threshold`. */
  measure: string
  most: number
  /** new: only errors that the base does not have count. all: every error counts. */
  counts: 'new' | 'all'
}

export async function runCheck(context: GateContext, check: Check): Promise<GateResult> {
  const { command } = check
  if (command === null || command === undefined)
    throw new TypeError(`${check.id} gate: run without a command`)
  const once = (of: 'base' | 'change'): Promise<CommandRun> =>
    runIn(context, of, check.id, command, async (run) => run)
  const after = await once('change')
  const artifacts: Record<string, string> = { [`${check.id}_output.log`]: logOf(after) }
  const answer = (x: Answer): GateResult =>
    gateResult(check.id, context, {
      needs: `<= ${check.most} ${check.noun}s`,
      threshold: { [check.measure]: check.most },
      artifacts,
      ...x,
    })

  const stopped = unfinished(after)
  if (stopped !== undefined) return answer({ ...stopped, score: 0 })
  if (after.result.exitCode === 0) {
    return answer({
      status: 'pass',
      reason: `\`${after.command}\` found nothing`,
      value: '0',
      score: 1,
      measured: { [check.measure]: 0 },
    })
  }

  // It fails now; only the base can tell whose fault that is.
  if (context.toolchain?.install !== null) await context.install('base')
  const before = await once('base')
  artifacts[`${check.id}_output_base.log`] = logOf(before)
  const errors = readDiagnostics(`${after.stdout}\n${after.stderr}`)
  const stood = before.result.exitCode === 0 ? [] : readDiagnostics(`${before.stdout}\n${before.stderr}`)
  const fresh = newDiagnostics(errors, stood)
  const exit = `\`${after.command}\` ended with exit code ${after.result.exitCode}`
  if (errors.length === 0) {
    // Nothing could be counted: fine before and failing now is enough to hold, failing twice says nothing.
    return answer(
      before.result.exitCode === 0
        ? {
            status: 'fail',
            reason: `${exit}; it is 0 without the change`,
            value: `exit ${after.result.exitCode}`,
            needs: 'exit 0',
            findings: [uncounted(check, after)],
            score: 0,
          }
        : {
            status: 'inconclusive',
            reason: `${exit}, as it does without the change, and its output could not be counted`,
            value: `exit ${after.result.exitCode}`,
            findings: [uncounted(check, after)],
            score: 0,
          },
    )
  }
  const counted = check.counts === 'new' ? fresh : errors
  const holds = counted.length > check.most
  const old = errors.length - fresh.length
  return answer({
    status: holds ? 'fail' : counted.length > 0 ? 'warn' : 'pass',
    reason: `${count(fresh.length, `new ${check.noun}`)}${old > 0 ? `, ${old} stood before` : ''}`,
    value: String(counted.length),
    findings: findingsOf(check, counted, new Set(fresh), holds),
    score: holds ? 0 : 1,
    measured: { [check.measure]: counted.length, before: old },
  })
}

function findingsOf(
  check: Check,
  counted: readonly Diagnostic[],
  fresh: ReadonlySet<Diagnostic>,
  holds: boolean,
): readonly Finding[] {
  return counted.map((one) => ({
    rule: check.rule,
    severity: holds ? 'error' : 'warning',
    message: `${one.message}${fresh.has(one) ? '' : ' (stood before)'}`,
    location: { path: one.path, line: one.line },
    fix: 'change this line so that the tool accepts it',
  }))
}

function uncounted(check: Check, run: CommandRun): Finding {
  return {
    rule: check.rule,
    severity: 'error',
    message: lastWords(run) || `\`${run.command}\` printed nothing`,
    fix: `run \`${run.command}\` and repair what it names`,
  }
}
