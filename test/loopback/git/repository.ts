// Owns one bare repository of the loopback GitHub: everything that can be asked of it and done to it.
import type { RepositoryContext } from './context.ts'
import { makeDiffs } from './diff.ts'
import type { Diffs } from './diff.ts'
import { makeHistory } from './history.ts'
import type { History } from './history.ts'
import type { Exclusive } from './lock.ts'
import { makeMerging } from './merging.ts'
import type { Merging } from './merging.ts'
import { makeObjects } from './objects.ts'
import type { Objects } from './objects.ts'
import { makePulls } from './pulls.ts'
import type { Pulls } from './pulls.ts'
import { changesBetween, makeRefs } from './refs.ts'
import type { Ref, RefChange, Refs } from './refs.ts'

export interface GitRepository extends Refs, Objects, History, Diffs, Merging, Pulls {
  /** As it was created or renamed. */
  fullName(): string
  /** The bare repository on disk. */
  folder(): string
  /** One writer at a time; work that already holds the lock runs at once. */
  exclusive: Exclusive
  /** Hold the lock from the first listing to this call. */
  changesSince(before: readonly Ref[]): Promise<RefChange[]>
}

export function makeRepository(context: RepositoryContext, fullName: () => string): GitRepository {
  const objects = makeObjects(context)
  const refs = makeRefs(context)
  const merging = makeMerging(context, objects)
  return {
    ...refs,
    ...objects,
    ...merging,
    ...makeHistory(context, objects),
    ...makeDiffs(context, objects),
    ...makePulls(context, { ...refs, ...merging, commit: objects.commit }),
    fullName,
    folder: context.folder,
    exclusive: context.exclusive,
    changesSince: async (before) => changesBetween(context, before, await refs.refs('refs/')),
  }
}
