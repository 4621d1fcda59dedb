// Owns who counts as having write access, and whom a list of people, teams and Apps names.
import type { Forge } from './forge.ts'
import { ACTIONS_APP_ID } from './furnish/apps.ts'
import type { Account, App } from './world/accounts.ts'
import type { Allowed, Repository } from './world/repository.ts'
import { atLeast, roleOf } from './world/roles.ts'
import { installationOn } from './world/world.ts'

export function appOfBot(forge: Forge, account: Account): App | undefined {
  return [...forge.world.apps.values()].find((app) => app.bot.id === account.id)
}

/** A person by role; a bot by its App's installation. */
export function mayPush(forge: Forge, repository: Repository, account: Account): boolean {
  const app = appOfBot(forge, account)
  if (app === undefined) return atLeast(roleOf(forge.world, account, repository), 'write')
  return installationOn(forge.world, app, repository)?.permissions['contents'] === 'write'
}

export const isAdmin = (forge: Forge, repository: Repository, account: Account) =>
  atLeast(roleOf(forge.world, account, repository), 'admin')

/** An approval of Actions counts only where the repository lets it; source: "Set default workflow permissions". */
export function reviewCounts(forge: Forge, repository: Repository, account: Account): boolean {
  const byActions = appOfBot(forge, account)?.id === ACTIONS_APP_ID
  return mayPush(forge, repository, account) && (!byActions || repository.settings.actionsMayOpenPulls)
}

export function names(forge: Forge, repository: Repository, allowed: Allowed, account: Account): boolean {
  const same = (name: string) => name.toLowerCase() === account.login.toLowerCase()
  const app = appOfBot(forge, account)
  if (app !== undefined) return allowed.apps.includes(app.slug)
  return (
    allowed.users.some(same) ||
    [...forge.world.teams.values()].some(
      (team) =>
        team.organization.id === repository.owner.id &&
        allowed.teams.includes(team.slug) &&
        team.members.has(account.id),
    )
  )
}
