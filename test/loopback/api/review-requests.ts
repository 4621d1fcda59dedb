// Owns the operations that ask people and teams for a review, and take it back.
import { pusherOf } from '../doings.ts'
import { pullNumbered } from '../pull-heads.ts'
import { request, unrequest } from '../reviews/requests.ts'
import { unprocessable } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { created, numberParam, ok } from '../server/call.ts'
import { requireTouch } from '../server/may-touch.ts'
import { simpleUser } from '../shapes/account.ts'
import { requestedTeam, simplePull } from '../shapes/pull.ts'
import type { Account, Team } from '../world/accounts.ts'
import { roleOf } from '../world/roles.ts'
import { accountNamed, teamNamed } from '../world/world.ts'

interface Wanted {
  readonly reviewers?: readonly string[]
  readonly team_reviewers?: readonly string[]
}

function collaborators(call: Pick<Call, 'forge' | 'repository'>, logins: readonly string[]): Account[] {
  const { world } = call.forge
  return logins.map((login) => {
    const account = accountNamed(world, login)
    if (account === undefined || roleOf(world, account, call.repository) === undefined) {
      throw unprocessable(
        'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the repository.',
      )
    }
    return account
  })
}

function teams(call: Pick<Call, 'forge' | 'repository'>, slugs: readonly string[]): Team[] {
  return slugs.map((slug) => {
    const team = teamNamed(call.forge.world, call.repository.owner, slug)
    if (team?.repositories.has(call.repository.id) !== true) {
      throw unprocessable(
        `Could not resolve to a node with the slug of '${slug}', or the team is not a collaborator.`,
      )
    }
    return team
  })
}

function asked(call: Pick<Call, 'forge' | 'repository'>, wanted: Wanted): (Account | Team)[] {
  return [...collaborators(call, wanted.reviewers ?? []), ...teams(call, wanted.team_reviewers ?? [])]
}

export const reviewRequestOperations: Operations = {
  'pulls/list-requested-reviewers': (call) => {
    const { pull } = pullNumbered(call.repository, numberParam(call, 'pull_number'))
    return ok({
      users: pull.requestedReviewers.map((account) => simpleUser(call.forge, account)),
      teams: pull.requestedTeams.map((team) => ({ ...requestedTeam(call.forge, team), parent: null })),
    })
  },
  'pulls/request-reviewers': async (call) => {
    const { forge, repository } = call
    const number = numberParam(call, 'pull_number')
    const { issue } = pullNumbered(repository, number)
    requireTouch(call, issue.author)
    const wanted = asked(call, call.body ?? {})
    if (wanted.length === 0) throw unprocessable('No reviewers or teams were given.')
    if (wanted.some(({ id }) => id === issue.author.id)) {
      throw unprocessable('Review cannot be requested from pull request author.')
    }
    if (issue.state === 'closed') throw unprocessable('Reviews cannot be requested on a closed pull request.')
    await request(forge, repository, number, pusherOf(call), wanted)
    return created(await simplePull(forge, repository, number))
  },
  'pulls/remove-requested-reviewers': async (call) => {
    const { forge, repository } = call
    const number = numberParam(call, 'pull_number')
    const { issue } = pullNumbered(repository, number)
    requireTouch(call, issue.author)
    await unrequest(forge, repository, number, pusherOf(call), asked(call, call.body))
    return ok(await simplePull(forge, repository, number))
  },
}
