// Owns reading objects through one `git cat-file --batch-command` process, started when needed and ended when idle.
import { once } from 'node:events'
import { GitFailure } from './processes.ts'
import type { GitChild } from './processes.ts'

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag'

export interface ObjectInfo {
  sha: string
  type: ObjectType
  size: number
}

export interface FoundObject extends ObjectInfo {
  content: Buffer
}

export interface ObjectReader {
  /** `name` is an id or a full ref, with a suffix such as `^{commit}`; undefined when there is no such object. */
  info(name: string): Promise<ObjectInfo | undefined>
  contents(name: string): Promise<FoundObject | undefined>
  /** Ends the process; the next read starts another. */
  stop(): Promise<void>
}

interface Waiting {
  withContent: boolean
  resolve(found: FoundObject | undefined): void
  reject(error: Error): void
}

interface Session {
  child: GitChild
  waiting: Waiting[]
  chunks: Buffer[]
  held: number
  needed: number
}

export function makeObjectReader(start: () => GitChild, idleMs: number): ObjectReader {
  let session: Session | undefined
  let idle: NodeJS.Timeout | undefined

  function open(): Session {
    const opened: Session = { child: start(), waiting: [], chunks: [], held: 0, needed: 0 }
    opened.child.stdout.on('data', (chunk: Buffer) => {
      opened.chunks.push(chunk)
      opened.held += chunk.length
      if (opened.held >= opened.needed) takeAnswers(opened)
      if (opened.waiting.length === 0) idle = rest(opened)
    })
    opened.child.stderr.resume()
    opened.child.once('close', () => {
      if (session === opened) session = undefined
      for (const one of opened.waiting) one.reject(new GitFailure('git cat-file ended before it answered'))
    })
    return opened
  }

  function rest(resting: Session): NodeJS.Timeout {
    clearTimeout(idle)
    return setTimeout(() => {
      if (resting.waiting.length > 0) return
      if (session === resting) session = undefined
      resting.child.stdin.end()
    }, idleMs).unref()
  }

  function read(name: string, withContent: boolean): Promise<FoundObject | undefined> {
    if (/[\n\0]/.test(name)) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      session ??= open()
      session.waiting.push({ withContent, resolve, reject })
      session.child.stdin.write(`${withContent ? 'contents' : 'info'} ${name}\n`)
    })
  }

  return {
    async info(name) {
      const found = await read(name, false)
      return found === undefined ? undefined : { sha: found.sha, type: found.type, size: found.size }
    },
    contents: (name) => read(name, true),
    async stop() {
      clearTimeout(idle)
      const ending = session
      if (ending === undefined) return
      session = undefined
      const ended = once(ending.child, 'close')
      ending.child.stdin.end()
      await ended
    },
  }
}

/** `<sha> <type> <size>\n`, then the bytes and `\n` if they were asked for; or `<name> missing\n`. */
function takeAnswers(session: Session): void {
  let buffer =
    session.chunks.length === 1 ? (session.chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(session.chunks)
  session.needed = 0
  for (let next = session.waiting[0]; next !== undefined; next = session.waiting[0]) {
    const newline = buffer.indexOf(10)
    if (newline < 0) break
    const match = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)$/.exec(buffer.toString('utf8', 0, newline))
    const [, sha, type, size] = match ?? []
    if (sha === undefined) {
      next.resolve(undefined)
      buffer = buffer.subarray(newline + 1)
    } else {
      const end = newline + 1 + (next.withContent ? Number(size) + 1 : 0)
      if (buffer.length < end) {
        session.needed = end
        break
      }
      const content = next.withContent ? Buffer.from(buffer.subarray(newline + 1, end - 1)) : Buffer.alloc(0)
      next.resolve({ sha, type: type as ObjectType, size: Number(size), content })
      buffer = buffer.subarray(end)
    }
    session.waiting.shift()
  }
  session.chunks = [buffer]
  session.held = buffer.length
}
