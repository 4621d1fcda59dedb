// Owns which slow test files run: a sample, or all when a person names what to run.
import { sampleLine, sampleOf, type Draw } from './sample.ts'

/** A test file that takes long, and varies what a quick one shows already. */
export const SLOW = 'test/**/*.slow.test.ts'

/** Of vitest; any other word is the name of a file or the value of an option. */
const COMMANDS: readonly string[] = ['run', 'watch', 'dev', 'list']

/** Slow test files of one `npm test`. */
const RUN = 6

export interface SlowFiles {
  left: string[]
  /** What to tell of it; undefined when nothing was left out. */
  line: string | undefined
}

/** Draws from `files`. `argv` are the words behind `vitest`: with a path or a title among them it finds by itself. */
export function drawSlowFiles(files: readonly string[], argv: readonly string[], draw: Draw): SlowFiles {
  const named = argv.some((word) => !word.startsWith('-') && !COMMANDS.includes(word))
  if (named) return { left: [], line: undefined }
  const what = 'slow test files'
  const run = sampleOf(files, RUN, what, draw)
  const left = files.filter((file) => !run.includes(file))
  return { left, line: sampleLine(run.length, files.length, what, draw) }
}
