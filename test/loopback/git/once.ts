// Owns the memory of what git answered about object ids alone: such an answer never changes, and each costs a process.
import type { GitAnswer } from './processes.ts'

/** Answers kept a repository; a diff of 3,000 files has about a megabyte, and most have a line. */
const KEPT = 200
const MOST_BYTES = 200_000

/** Asks once for the same arguments; the least lately used is forgotten, and so is whatever failed. */
export function askOnce(
  ask: (args: readonly string[]) => Promise<GitAnswer>,
): (args: readonly string[]) => Promise<GitAnswer> {
  const kept = new Map<string, Promise<GitAnswer>>()
  return (args) => {
    const key = args.join('\0')
    const answer = kept.get(key) ?? ask(args)
    kept.delete(key)
    kept.set(key, answer)
    const [oldest] = kept.keys()
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
    const judge = ({ exitCode, stdout }: GitAnswer) => {
      if (exitCode > 1 || stdout.length > MOST_BYTES) kept.delete(key)
    }
    answer.then(judge, () => kept.delete(key))
    return answer
  }
}
