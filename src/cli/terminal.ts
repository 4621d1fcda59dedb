// Owns where words go: standard output for results, standard error for progress, colour only on a terminal.

export interface Terminal {
  /** Result lines. */
  out(text: string): void
  /** Progress and errors. */
  err(text: string): void
  color: boolean
  width: number
  /** True when progress may redraw its last line. */
  live: boolean
}

export function processTerminal(): Terminal {
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    width: Math.min(process.stdout.columns ?? 80, 100),
    live: process.stderr.isTTY,
  }
}
