// Owns everything that exists on the loopback GitHub, and how it is found: by id, login, full name, number, token.
import type { Account, App, Conversion, Installation, Team, Token } from './accounts.ts'
import { GHOST } from './ghost.ts'
import type { Repository } from './repository.ts'

/** One server's world. Logins and names are compared as GitHub does: without regard to case. */
export interface World {
  readonly accounts: Map<number, Account>
  readonly members: Map<number, Map<number, 'admin' | 'member'>>
  readonly teams: Map<number, Team>
  readonly apps: Map<number, App>
  readonly installations: Map<number, Installation>
  readonly tokens: Map<string, Token>
  /** codes of the manifest flow that were not exchanged yet */
  readonly conversions: Map<string, Conversion>
  readonly repositories: Map<number, Repository>
  /** lower-cased full name → repository, also names from before a rename or transfer: these redirect */
  readonly names: Map<string, Repository>
  nextId(): number
  /** For accounts, Apps and repositories: the GraphQL schema has no other id of theirs than one of 32 bits. */
  nextShortId(): number
}

/** Beyond 32 bits, as GitHub's newer records are: no client may keep an id in less, or take it for a number. */
const FIRST_ID = 2 ** 33
const FIRST_SHORT_ID = 200_000_000

export function makeWorld(): World {
  let last = FIRST_ID
  let lastShort = FIRST_SHORT_ID
  return {
    accounts: new Map([[GHOST.id, GHOST]]),
    members: new Map(),
    teams: new Map(),
    apps: new Map(),
    installations: new Map(),
    tokens: new Map(),
    conversions: new Map(),
    repositories: new Map(),
    names: new Map(),
    nextId: () => ++last,
    nextShortId: () => ++lastShort,
  }
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

export function accountNamed(world: World, login: string): Account | undefined {
  return [...world.accounts.values()].find((account) => same(account.login, login))
}

export function appNamed(world: World, slug: string): App | undefined {
  return [...world.apps.values()].find((app) => app.slug === slug)
}

export function teamNamed(world: World, organization: Account, slug: string): Team | undefined {
  return [...world.teams.values()].find(
    (team) => team.organization.id === organization.id && same(team.slug, slug),
  )
}

/** `moved` when the name is one from before a rename or transfer. */
export function repositoryNamed(
  world: World,
  owner: string,
  name: string,
): { repository: Repository; moved: boolean } | undefined {
  const repository = world.names.get(`${owner}/${name}`.toLowerCase())
  if (repository === undefined || !world.repositories.has(repository.id)) return undefined
  return { repository, moved: !same(repository.owner.login, owner) || !same(repository.name, name) }
}

/** An App's installation on a repository; undefined where the repository is not selected. */
export function installationOn(world: World, app: App, repository: Repository): Installation | undefined {
  return [...world.installations.values()].find(
    (installation) => installation.app.id === app.id && covers(installation, repository),
  )
}

export function covers(installation: Installation, repository: Repository): boolean {
  return (
    installation.account.id === repository.owner.id &&
    (installation.repositories === 'all' || installation.repositories.has(repository.id))
  )
}

/** Repositories of an installation, oldest first. */
export function repositoriesOf(world: World, installation: Installation): Repository[] {
  return [...world.repositories.values()].filter((repository) => covers(installation, repository))
}
