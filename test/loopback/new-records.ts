// Owns how issues and pull requests come to be as records: numbered, stored, and told to nobody.
import type { Forge } from './forge.ts'
import type { Issue } from './world/issues.ts'
import type { Pull } from './world/pulls.ts'
import type { Repository } from './world/repository.ts'

/** An issue, or the issue's part of a pull request; open, and with nothing on it unless given. */
export function addIssue(
  { world, clock }: Pick<Forge, 'world' | 'clock'>,
  repository: Repository,
  given: Pick<Issue, 'title' | 'author'> & Partial<Issue>,
): Issue {
  const now = clock.iso()
  const issue: Issue = {
    id: world.nextId(),
    number: repository.nextNumber++,
    body: null,
    via: undefined,
    state: 'open',
    stateReason: null,
    labels: [],
    assignees: [],
    locked: false,
    lockReason: null,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    ...given,
  }
  repository.issues.set(issue.number, issue)
  return issue
}

/** What makes the issue of that number a pull request, from a branch of the repository itself unless given. */
export function addPull(
  { world }: Pick<Forge, 'world'>,
  repository: Repository,
  given: Pick<Pull, 'number' | 'headRef'> & Partial<Pull>,
): Pull {
  const from = given.headRepository ?? repository
  const pull: Pull = {
    id: world.nextId(),
    draft: false,
    headRepository: from,
    headOwner: from.owner,
    baseRef: repository.defaultBranch,
    merged: undefined,
    closedHead: undefined,
    maintainerCanModify: false,
    requestedReviewers: [],
    requestedTeams: [],
    lastPusher: from.owner,
    mergeability: null,
    queued: undefined,
    ...given,
  }
  repository.pulls.set(pull.number, pull)
  return pull
}
