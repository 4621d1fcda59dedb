// Owns moving refs through one `git update-ref --stdin` process, started when needed and ended when idle or refused.
import { once } from 'node:events'
import type { GitChild } from './processes.ts'

export interface RefWriter {
  /** One line of `git update-ref --stdin`, as a transaction; undefined when it stands, else what git said. */
  write(line: string): Promise<string | undefined>
  /** Ends the process; the next write starts another. */
  stop(): Promise<void>
}

/** Writes of one repository hold its lock, so that there is one at a time. */
export function makeRefWriter(start: () => GitChild, idleMs: number): RefWriter {
  let child: GitChild | undefined
  let idle: NodeJS.Timeout | undefined

  async function stop(): Promise<void> {
    clearTimeout(idle)
    const ending = child
    if (ending === undefined) return
    child = undefined
    const ended = once(ending, 'close')
    ending.stdin.end()
    await ended
  }

  return {
    async write(line) {
      clearTimeout(idle)
      const writing = (child ??= start())
      let said = ''
      let refused = ''
      const hear = (chunk: Buffer) => void (refused += chunk.toString('utf8'))
      writing.stderr.on('data', hear)
      const stands = await new Promise<boolean>((resolve) => {
        const listen = (chunk: Buffer) => {
          said += chunk.toString('utf8')
          if (said.includes('commit: ok\n')) end(true)
        }
        const closed = () => end(false)
        const end = (outcome: boolean) => {
          writing.stdout.off('data', listen)
          writing.off('close', closed)
          resolve(outcome)
        }
        writing.stdout.on('data', listen)
        writing.once('close', closed)
        writing.stdin.write(`start\n${line}\nprepare\ncommit\n`)
      })
      writing.stderr.off('data', hear)
      // a transaction that git refuses ends its process
      if (!stands) child = undefined
      else idle = setTimeout(() => void stop(), idleMs).unref()
      return stands ? undefined : refused
    },
    stop,
  }
}
