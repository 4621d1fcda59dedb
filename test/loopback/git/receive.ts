// Owns one push: the pack streams in, the refs move under the repository's lock, and what moved is told in order.
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { collect, send } from './cgi.ts'
import { makeLock } from './lock.ts'
import type { Exclusive } from './lock.ts'
import { endGroup } from './processes.ts'
import type { GitChild } from './processes.ts'
import type { RefChange } from './refs.ts'
import type { GitRepository } from './repository.ts'

/** Awaited before the client hears that its push is done; called in the order in which the refs moved. */
export type OnPush = (changes: RefChange[], pusher: string, repository: GitRepository) => Promise<void> | void

/** Apart from the lock, so that whoever is told may write to the repository. */
const announcements = new WeakMap<GitRepository, Exclusive>()

/** What the process answered; undefined when the client left before the pack was complete. */
export async function receive(
  child: GitChild,
  body: Readable,
  repository: GitRepository,
  announce: (changes: RefChange[]) => Promise<void> | void,
): Promise<Buffer | undefined> {
  const closed = once(child, 'close')
  const answer = collect(child.stdout)
  const last = await feedAllButLast(child, body)
  if (last === undefined) {
    endGroup(child)
    await Promise.all([closed, answer])
    return undefined
  }
  const queue = announcements.get(repository) ?? makeLock()
  announcements.set(repository, queue)
  let announced: Promise<void> | undefined
  const turn: Promise<void> = repository.exclusive(async () => {
    const before = await repository.refs('refs/')
    child.stdin.end(last)
    await closed
    const changes = await repository.changesSince(before)
    if (changes.length === 0) return
    announced = queue(async () => {
      await turn
      await announce(changes)
    })
  })
  await turn
  await announced
  return answer
}

/**
 * A slow client must not hold the lock, and git must not move a ref without it: without the end of the pack git
 * cannot finish, so the last piece waits for the lock. undefined: the client left.
 */
async function feedAllButLast(child: GitChild, body: Readable): Promise<Buffer | undefined> {
  let last: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      await send(child.stdin, last)
      last = chunk
    }
  } catch {
    return undefined
  }
  return last
}
