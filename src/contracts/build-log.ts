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
  // the number tells a log that was cut between two steps
  const lines = [`${HEADER} ${steps.length} steps`]
  if (steps.length === 0) lines.push(`- nothing to build: ${oneLine(nothing)}`)
  for (const step of steps) {
    lines.push(`$ ${oneLine(step.command)}`)
    if (step.output !== '') lines.push(`| ${step.output.replaceAll(/\r\n|\r|\n/g, '\n| ')}`)
    lines.push(typeof step.end === 'number' ? `= exited ${step.end}` : `= ended ${oneLine(step.end)}`)
  }
  return `${lines.join('\n')}\n`
}

export type ParsedBuildLog =
  | { ok: true; steps: readonly Pick<BuildStep, 'command' | 'end'>[] }
  | { ok: false; problem: string }

/** Reads the markers back; a log that was cut, or that holds anything outside a step, is refused. */
export function parseBuildLog(text: string): ParsedBuildLog {
  const lines = text.split('\n')
  const refuse = (problem: string): ParsedBuildLog => ({ ok: false, problem })
  const header = lines.shift()
  if (lines.pop() !== '' || header === undefined) return refuse('does not end with a line break: it was cut')
  const nothing = lines.length === 1 && lines[0]?.startsWith('- nothing to build: ') === true
  if (nothing) lines.pop()
  const steps: Pick<BuildStep, 'command' | 'end'>[] = []
  let open: string | undefined
  for (const line of lines) {
    if (line.startsWith('$ ') && open === undefined) open = line.slice(2)
    else if (line.startsWith('= ') && open !== undefined) {
      steps.push({ command: open, end: endOf(line.slice(2)) })
      open = undefined
    } else if (!line.startsWith('| ') || open === undefined) {
      return refuse(`holds a line that is no part of a step: ${JSON.stringify(line.slice(0, 60))}`)
    }
  }
  if (open !== undefined) return refuse(`has no end of "${open}": it was cut`)
  if (steps.length === 0 && !nothing) return refuse('holds no step')
  if (header !== `${HEADER} ${steps.length} steps`) {
    return refuse(`holds ${steps.length} steps; its first line is ${JSON.stringify(header?.slice(0, 60))}`)
  }
  return { ok: true, steps }
}

function endOf(marker: string): number | string {
  const code = /^exited (\d+)$/.exec(marker)?.[1]
  return code === undefined ? marker.replace(/^ended /, '') : Number(code)
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ')
}
