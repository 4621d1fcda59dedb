// Owns the exit codes, as documented in README.md, and the refusals that end a command.
import type { Problem } from '../ports.ts'

export const EXIT = {
  accepted: 0,
  bug: 1,
  notAccepted: 2,
  question: 3,
  badInput: 4,
  machine: 5,
} as const

/** A refusal that ends a command: what was wrong · where · what to do, and the exit code it means. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly exit: number
  constructor(exit: number, lines: readonly string[]) {
    super(lines.join('\n'))
    this.exit = exit
  }
}

/** Rules that speak of the machine, not of what was given to the command. */
const OF_THE_MACHINE = /^(git-missing|git-version|registry-unknown|sandbox-.*)$/

/** All problems at once, one line each. */
export function refusalOf(problems: readonly Problem[]): Refusal {
  const machine = problems.some((problem) => OF_THE_MACHINE.test(problem.rule))
  return new Refusal(machine ? EXIT.machine : EXIT.badInput, problems.map(renderProblem))
}

/** `what was wrong · what to do (rule)`. */
export function renderProblem(problem: Problem): string {
  return `${problem.message.replace(/\.$/, '')} · ${problem.fix} (${problem.rule})`
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  ENOTDIR: 'lies below something that is no folder',
  EEXIST: 'is no folder',
  EACCES: 'may not be read or written by this user',
  EROFS: 'lies on a disk that cannot be written',
}

/** A path that the person named and that cannot be used. Throws what is no error of the file system on. */
export function cannotUse(path: string, error: unknown, told: Pick<Problem, 'rule' | 'fix'>): Refusal {
  if (!(error instanceof Error) || !('syscall' in error)) throw error
  const code = 'code' in error ? String(error.code) : 'unknown'
  return refusalOf([{ ...told, message: `${path} ${WORDS[code] ?? `cannot be used (${code})`}` }])
}
