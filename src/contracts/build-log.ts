// Owns the format of `build_output.log`: which commands built the tree, what they printed, how each ended.
const HEADER = 'autopilot build log v1'

/** One install or build step. Lint, type check and tests have reports of their own and do not belong here. */
export interface BuildStep {
  /** The command as a maintainer would type it; one line. */
  command: string
  /** stdout and stderr as they came. */
  output: string
  /** An exit code, or why there is none (`timed_out`, `memory_limit` …: ExecResult.outcome). */
  end: number | string
}

/**
 * Threat: output of code under test could print a marker of its own, so every line of output is prefixed and only
 * lines of the host start with `$`, `=` or `-`.
 */
export function renderBuildLog(steps: readonly BuildStep[], nothing = 'no install or build step'): string {
  const lines = [HEADER]
  if (steps.length === 0) lines.push(`- nothing to build: ${oneLine(nothing)}`)
  for (const step of steps) {
    lines.push(`$ ${oneLine(step.command)}`)
    if (step.output !== '') lines.push(...step.output.split(/\r\n|\r|\n/).map((line) => `| ${line}`))
    lines.push(typeof step.end === 'number' ? `= exited ${step.end}` : `= ended ${oneLine(step.end)}`)
  }
  return `${lines.join('\n')}\n`
}

/** What is wrong with the log; [] when every step is there to its end and exited 0. */
export function buildLogProblems(text: string): readonly string[] {
  const lines = text.split('\n')
  if (lines.shift() !== HEADER) return [`does not start with "${HEADER}"`]
  if (lines.pop() !== '') return ['does not end with a line break: it was cut']
  const problems: string[] = []
  let open: string | undefined
  let closed = 0
  for (const line of lines) {
    if (line.startsWith('| ')) {
      if (open === undefined) problems.push('holds output outside a step')
    } else if (line.startsWith('$ ')) {
      if (open !== undefined) problems.push(`"${open}" has no end`)
      open = line.slice(2)
    } else if (line.startsWith('= ') && open !== undefined) {
      if (line !== '= exited 0') problems.push(`"${open}" ${line.slice(2)}`)
      open = undefined
      closed += 1
    } else if (line.startsWith('- nothing to build: ') && lines.length === 1) {
      closed += 1
    } else {
      problems.push(`holds a line that is no part of a step: ${JSON.stringify(line.slice(0, 60))}`)
    }
  }
  if (open !== undefined) problems.push(`"${open}" has no end: the log was cut`)
  if (closed === 0) problems.push('holds no step')
  return problems
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ')
}
