// Owns how people, organizations and teams come to be on the loopback GitHub.
import { randomBytes } from 'node:crypto'
import type { Forge } from '../forge.ts'
import type { Account, Role, Team } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import type { World } from '../world/world.ts'
import { accountNamed, repositoryNamed } from '../world/world.ts'

/** A token in GitHub's form: `ghp_` for a person, `ghs_` for an installation. */
export const secretToken = (prefix: 'ghp' | 'ghs') => `${prefix}_${randomBytes(30).toString('hex')}`

export function accountCalled(world: World, login: string): Account {
  const found = accountNamed(world, login)
  if (found === undefined) throw new Error(`no account "${login}" on this loopback; make it first`)
  return found
}

export function repositoryCalled(world: World, name: string): Repository {
  const [owner = '', short = ''] = name.split('/')
  const found = repositoryNamed(world, owner, short)
  if (found === undefined) throw new Error(`no repository "${name}" on this loopback; make it first`)
  return found.repository
}

export function makeAccount(forge: Forge, login: string, type: Account['type']): Account {
  const made: Account = {
    id: forge.world.nextShortId(),
    login,
    type,
    name: null,
    email: type === 'User' ? `${login}@example.test` : null,
    createdAt: forge.clock.iso(),
  }
  forge.world.accounts.set(made.id, made)
  return made
}

/** What GitHub appends to the slug of an App, and no person can have in a login. */
const BOT = /\[bot\]$/i

/** @throws {Error} for a login that only an App's bot may have */
export function makeUser(forge: Forge, login: string): { readonly account: Account; readonly token: string } {
  if (BOT.test(login)) throw new Error(`"${login}" is the login of an App's bot; no person may take it`)
  const account = makeAccount(forge, login, 'User')
  const token = secretToken('ghp')
  forge.world.tokens.set(token, { kind: 'user', token, account })
  return { account, token }
}

export function makeOrganization(
  forge: Forge,
  login: string,
  members: Readonly<Record<string, 'admin' | 'member'>>,
): Account {
  const made = makeAccount(forge, login, 'Organization')
  const ids = Object.entries(members).map(
    ([member, role]) => [accountCalled(forge.world, member).id, role] as const,
  )
  forge.world.members.set(made.id, new Map(ids))
  return made
}

export interface NewTeam {
  readonly organization: string
  readonly slug: string
  readonly members: readonly string[]
  readonly parent?: Team
  /** full name of a repository → role */
  readonly on?: Readonly<Record<string, Role>>
}

export function makeTeam({ world }: Forge, { organization, slug, members, parent, on = {} }: NewTeam): Team {
  const team: Team = {
    id: world.nextId(),
    slug,
    name: slug,
    organization: accountCalled(world, organization),
    parent,
    members: new Set(members.map((login) => accountCalled(world, login).id)),
    repositories: new Map(Object.entries(on).map(([name, role]) => [repositoryCalled(world, name).id, role])),
  }
  world.teams.set(team.id, team)
  return team
}
