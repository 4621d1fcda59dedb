// Owns what the formatter and the linter recipe share: a command of the repository's own that rewrites files.
import type { CommandSpec, WorkerJob } from '../../../ports.ts'
import { finished } from './recipe.ts'
import type { Prepared } from './recipe.ts'

export function fixWith(job: WorkerJob, command: CommandSpec | null | undefined, tool: string): Prepared {
  if (command === null || command === undefined) {
    const where =
      job.toolchain === null ? 'No toolchain is known here' : `The ${job.toolchain.id} toolchain found none`
    const detail = `The repository has no ${tool} that could be run. ${where}.`
    const suggestion = 'Add one to the repository first, or make the change by hand.'
    return { ok: false, finished: finished('cannot_apply', detail, suggestion) }
  }
  const narrowed = { ...command, argv: withinScope(command.argv, job.plan.scope.paths) }
  const shown = narrowed.argv.join(' ')
  // A linter ends with 1 for what it could not repair.
  return {
    ok: true,
    command: narrowed,
    input: shown,
    onFailure: 'keep',
    suggestion: `Run ${shown} by hand and read what it reports.`,
  }
}

/** A tool that is given the whole repository (`.`) is given the plan's paths instead: what it may not write, it need not. */
function withinScope(argv: readonly string[], paths: readonly string[]): readonly string[] {
  const plain = paths.filter((path) => !path.includes('*')).map((path) => path.replace(/\/$/, ''))
  if (plain.length < paths.length || plain.length === 0) return argv
  // `./` keeps a path that starts with a dash from being read as an option
  return argv.flatMap((word) => (word === '.' ? plain.map((path) => `./${path}`) : [word]))
}
