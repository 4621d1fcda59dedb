// Owns what follows when the App is taken away, given back, or a repository gets another name or owner.
import type { Delivery as Meaning } from '../intake/deliveries/delivery.ts'
import type { Delivery, StoreTransaction } from '../ports.ts'
import type { TaskId } from '../contracts/base.ts'
import type { At, Service } from './parts.ts'
import { openTasks } from './open-tasks.ts'
import { atOf, type Place } from './place.ts'
import { codeOf, isFinal } from './sending.ts'
import { withTask } from './task-lease.ts'
import { goneFrom, putGone, putWhere, whereNow } from './where.ts'

/** GitHub tells a transfer as three events, of two installations and a repository: removed, added, transferred. */
const TRANSFER_MS = 60_000

const WHY: Readonly<Record<string, string>> = {
  'installation.deleted': 'The App was uninstalled.',
  'installation.suspend': 'The App was suspended.',
  'installation_repositories.removed': 'The repository was taken from the installation of the App.',
  'repository.deleted': 'The repository was deleted.',
  'repository.archived': 'The repository was archived.',
}

type End = (tx: StoreTransaction) => Promise<void>

export function changesReach({ uninstalled, added, gone, moved, event }: Meaning): boolean {
  const installed = event === 'installation.created' || event === 'installation.unsuspend'
  return uninstalled || installed || moved !== null || added.length + gone.length > 0
}

/** Once, however often it comes. Ends the delivery, unless it is to come again later. */
export async function followInstallation(
  service: Service,
  x: { delivery: Delivery; meaning: Meaning; installation: number; end: End },
): Promise<{ later: Date; because: string } | void> {
  const { delivery, meaning, installation, end } = x
  const { event, uninstalled, added, moved } = meaning
  const why = WHY[event] ?? 'The App may not work there any more.'
  const removed = event === 'installation_repositories.removed'
  const gone = removed ? await notGoneYet(service, installation, meaning.gone) : meaning.gone
  if (removed && delivery.error === null) {
    await service.store.transaction((tx) =>
      putGone(tx, { installation, repositories: gone, why, sure: false }),
    )
    const later = new Date(service.clock.now().getTime() + TRANSFER_MS)
    return { later, because: 'a repository that was transferred is told so a moment later' }
  }
  const now = moved === null ? undefined : await asGithubSays(service, { installation, repository: moved.to })
  const whole = uninstalled || event.startsWith('installation.')
  const lost = new Set(gone.map(({ id }) => id))
  const touched = uninstalled || lost.size > 0 || now !== undefined
  const open = touched ? await openTasks(service, Number.MAX_SAFE_INTEGER) : []
  await service.store.transaction(async (tx) => {
    if (whole) await putGone(tx, { installation, why: uninstalled ? why : '' })
    else await putGone(tx, { installation, repositories: gone, why })
    await putGone(tx, { installation, repositories: added, why: '' })
    if (now !== undefined) await putWhere(tx, now)
    for (const { task, place } of open) {
      const { id } = place.repository
      const ends = place.installation === installation && (uninstalled || lost.has(id))
      if (ends || id === now?.repository.id) await tx.wake(task, service.clock.now())
    }
    await end(tx)
  })
}

/** One that was deleted is taken from the installation too: the first reason is the one that people understand. */
async function notGoneYet(
  service: Service,
  installation: number,
  repositories: Meaning['gone'],
): Promise<Meaning['gone']> {
  const known = await Promise.all(
    repositories.map((repository) => goneFrom(service, { installation, repository })),
  )
  return repositories.filter((_, at) => known[at]?.sure !== true)
}

/** Deliveries may overtake one another and come again: the name of now is asked for. */
async function asGithubSays(service: Service, at: At): Promise<At> {
  const { repository } = await service.forge(at).reader.about()
  return { ...at, repository }
}

/**
 * Whether nothing can be done for the task where it lives. Once that is sure it is closed, without a word to GitHub; a
 * later one begins afresh.
 */
export async function isOutOfReach(service: Service, task: TaskId, place: Place): Promise<boolean> {
  const gone = await goneFrom(service, atOf(place))
  if (gone === undefined) return false
  if (!gone.sure) return true
  await withTask(service, task, async (journal) => {
    if (journal.state.closed !== null || journal.state.task === null) return
    const event = { kind: 'task.closed', result: 'stopped', reason: gone.why } as const
    await journal.write({ chain: `task:${task}`, event })
  })
  return true
}

/** Where to act on what came from there; undefined: nowhere any more. Throws while that is not sure. */
export async function reachable(service: Service, at: At): Promise<At | undefined> {
  const gone = await goneFrom(service, at)
  if (gone === undefined) return at
  const now = await whereNow(service, at)
  if (now.installation !== at.installation) return now
  // an attempt that counts: what tells of the transfer may stand behind it, and passes it in time
  if (!gone.sure) throw new Error(`${gone.why} It may have been transferred.`)
  return (await isBack(service, at)) ? at : undefined
}

/** Something came from where nothing should come from any more: GitHub is asked once whether the App is back. */
async function isBack(service: Service, at: At): Promise<boolean> {
  try {
    if ((await service.forge(at).reader.about()).archived) return false
  } catch (error) {
    if (isFinal(codeOf(error)) || codeOf(error) === 'unauthorized') return false
    throw error
  }
  await service.store.transaction(async (tx) => {
    await putGone(tx, { installation: at.installation, why: '' })
    await putGone(tx, { installation: at.installation, repositories: [at.repository], why: '' })
  })
  return true
}
