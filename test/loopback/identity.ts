// Owns who stands in a commit: the name and e-mail of an account, and which account an e-mail belongs to.
import type { Forge } from './forge.ts'
import type { Identity } from './git/commit-object.ts'
import type { Account } from './world/accounts.ts'
import type { World } from './world/world.ts'
import { accountNamed } from './world/world.ts'

/** Source: docs.github.com, "Setting your commit email address": id and login before this host. */
const NO_REPLY = 'users.noreply.github.com'
/** The account that commits made by GitHub itself carry; its e-mail is the same on every GitHub. */
const WEB_FLOW = { login: 'web-flow', name: 'GitHub', email: 'noreply@github.com' } as const

export function emailOf(account: Account): string {
  return account.email ?? `${account.id}+${account.login}@${NO_REPLY}`
}

/** Bots have no e-mail of their own: `ID+SLUG[bot]@users.noreply.github.com`. */
export function identityOf({ clock }: Pick<Forge, 'clock'>, account: Account): Identity {
  return { name: account.name ?? account.login, email: emailOf(account), date: clock.iso() }
}

/** The committer of what GitHub commits on somebody's behalf: merges, and the signed commits of bots. */
export function webFlow({ world, clock }: Pick<Forge, 'world' | 'clock'>): Identity {
  if (accountNamed(world, WEB_FLOW.login) === undefined) {
    const made: Account = { ...WEB_FLOW, id: world.nextShortId(), type: 'User', createdAt: clock.iso() }
    world.accounts.set(made.id, made)
  }
  return { name: WEB_FLOW.name, email: WEB_FLOW.email, date: clock.iso() }
}

/** The account that GitHub shows beside a commit; undefined where nobody has added the e-mail. */
export function accountByEmail(world: World, email: string): Account | undefined {
  const wanted = email.toLowerCase()
  return [...world.accounts.values()].find(
    (account) =>
      account.type !== 'Organization' &&
      [emailOf(account), `${account.id}+${account.login}@${NO_REPLY}`, `${account.login}@${NO_REPLY}`].some(
        (own) => own.toLowerCase() === wanted,
      ),
  )
}
