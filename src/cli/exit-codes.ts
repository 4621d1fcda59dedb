// Owns the exit codes, as documented in README.md.

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
