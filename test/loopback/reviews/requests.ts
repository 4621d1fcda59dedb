// Owns requests for review: made, taken back, met by a review, and made for code owners.
import { sayPull } from '../api/pull-events.ts'
import { ownersFor, readCodeowners } from '../codeowners.ts'
import { mark } from '../doings.ts'
import type { Forge } from '../forge.ts'
import { pullNumbered, standOf } from '../pull-heads.ts'
import type { Pusher } from '../pushes.ts'
import { requestedTeam, shortTeam } from '../shapes/pull.ts'
import { simpleUser } from '../shapes/account.ts'
import type { Account, Team } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'

type Asked = Account | Team

function named(forge: Forge, asked: Asked) {
  return 'members' in asked
    ? { requested_team: { ...shortTeam(requestedTeam(forge, asked)), parent: null } }
    : { requested_reviewer: simpleUser(forge, asked) }
}

const reviewer = (asked: Asked) => ('members' in asked ? {} : { reviewRequested: asked })

/** Each new one is told by an event of its own. */
export async function request(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
  asked: readonly Asked[],
): Promise<void> {
  const { pull } = pullNumbered(repository, number)
  for (const one of asked) {
    const list: Asked[] = 'members' in one ? pull.requestedTeams : pull.requestedReviewers
    if (list.some(({ id }) => id === one.id)) continue
    list.push(one)
    mark(forge, repository, number, by, 'review_requested', reviewer(one))
    await sayPull(forge, repository, by, 'review_requested', number, named(forge, one))
  }
}

export async function unrequest(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
  asked: readonly Asked[],
): Promise<void> {
  const { pull } = pullNumbered(repository, number)
  for (const one of asked) {
    const list: Asked[] = 'members' in one ? pull.requestedTeams : pull.requestedReviewers
    const at = list.findIndex(({ id }) => id === one.id)
    if (at < 0) continue
    list.splice(at, 1)
    mark(forge, repository, number, by, 'review_request_removed', reviewer(one))
    await sayPull(forge, repository, by, 'review_request_removed', number, named(forge, one))
  }
}

/** Whoever submitted a review is no longer asked, nor are the teams of that person. */
export function metBy(repository: Repository, number: number, account: Account): void {
  const { pull } = pullNumbered(repository, number)
  pull.requestedReviewers = pull.requestedReviewers.filter(({ id }) => id !== account.id)
  pull.requestedTeams = pull.requestedTeams.filter((team) => !team.members.has(account.id))
}

/** Owners of what is changed, by the file of the base branch; a draft asks nobody. Source: "About code owners". */
export async function requestOwners(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
): Promise<void> {
  const { pull, issue } = pullNumbered(repository, number)
  if (pull.draft) return
  const { head, base, mergeBase } = await standOf(repository, pull)
  const file = await readCodeowners(repository, base)
  if (file === undefined) return
  const diff = await repository.git.diff(mergeBase, head, { maxPatchBytes: 0 })
  const owners = (diff?.files ?? []).flatMap(({ path }) => ownersFor(forge, repository, file, path).named)
  const others = [...new Set(owners)].filter(({ id }) => id !== issue.author.id)
  await request(forge, repository, number, by, others)
}
