// Owns where words go: standard output for results, standard error for progress, colour only on a terminal.

export interface Terminal {
  /** Result lines. */
  out(text: string): void
  /** Progress and errors. */
  err(text: string): void
  color: boolean
  /** Whether `err` may hold colour. */
  errColor: boolean
  width: number
  /** True when progress may redraw its last line. */
  live: boolean
}

export function processTerminal(): Terminal {
  const plain = process.env['NO_COLOR'] !== undefined
  // `autopilot … | head` stops reading; the work goes on all the same.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    color: process.stdout.isTTY && !plain,
    errColor: process.stderr.isTTY && !plain,
    width: Math.min(process.stdout.columns ?? 80, 100),
    live: process.stderr.isTTY,
  }
}
