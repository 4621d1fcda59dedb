// Owns where a pull request stands: its record, its head and base commits, and where they parted.
import { notFound } from './server/api-error.ts'
import type { Issue } from './world/issues.ts'
import type { Pull } from './world/pulls.ts'
import type { Repository } from './world/repository.ts'

export interface Stand {
  readonly head: string
  readonly base: string
  /** undefined when head and base have no common history */
  readonly mergeBase: string | undefined
}

/** @throws {ApiError} 404 for a number that is no pull request */
export function pullNumbered(repository: Repository, number: number): { pull: Pull; issue: Issue } {
  const pull = repository.pulls.get(number)
  const issue = repository.issues.get(number)
  if (pull === undefined || issue === undefined) throw notFound()
  return { pull, issue }
}

/** `refs/pull/N/head` is the truth while it is open; afterwards it is what it was at the end. */
export async function headOf(repository: Repository, pull: Pull): Promise<string> {
  if (pull.closedHead !== undefined) return pull.closedHead.head
  const found = await repository.git.ref(`refs/pull/${pull.number}/head`)
  if (found === undefined) throw new Error(`pull request ${pull.number} has lost its head ref`)
  return found.sha
}

export async function baseOf(repository: Repository, pull: Pull): Promise<string> {
  if (pull.closedHead !== undefined) return pull.closedHead.base
  const found = await repository.git.ref(`refs/heads/${pull.baseRef}`)
  if (found === undefined) throw new Error(`pull request ${pull.number} has lost its base branch`)
  return found.sha
}

export async function standOf(repository: Repository, pull: Pull): Promise<Stand> {
  const [head, base] = await Promise.all([headOf(repository, pull), baseOf(repository, pull)])
  return { head, base, mergeBase: await repository.git.mergeBase(base, head) }
}

/** Open pull requests, oldest first. */
export function openPulls(repository: Repository): { pull: Pull; issue: Issue }[] {
  return [...repository.pulls.values()].flatMap((pull) => {
    const issue = repository.issues.get(pull.number)
    return issue?.state === 'open' ? [{ pull, issue }] : []
  })
}
