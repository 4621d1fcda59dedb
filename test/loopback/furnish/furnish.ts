// Owns what a test says to furnish the loopback GitHub before its story begins.
import type { Forge } from '../forge.ts'
import type { Account, App, Installation, InstallationToken, Permissions, Team } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import type { NewTeam } from './accounts.ts'
import { makeOrganization, makeTeam, makeUser } from './accounts.ts'
import type { NewApp } from './apps.ts'
import { acceptPermissions, install, jobToken, keyPair, makeApp, uninstall } from './apps.ts'
import type { Deeds } from './deeds.ts'
import { makeDeeds } from './deeds.ts'
import type { NewRepository } from './repositories.ts'
import { makeRepository } from './repositories.ts'
import { setSecret, setVariable } from './secrets.ts'

export interface Furnish extends Deeds {
  user(login: string): { readonly account: Account; readonly token: string }
  organization(login: string, members?: Readonly<Record<string, 'admin' | 'member'>>): Account
  team(wanted: NewTeam): Team
  repository(wanted: NewRepository): Promise<Repository>
  app(wanted: NewApp): { readonly app: App; readonly privateKey: string }
  install(app: App, login: string, repositories?: 'all' | readonly string[]): Installation
  /** What the App asks for by now holds for the installation from here on. */
  acceptPermissions(installation: Installation): void
  uninstall(installation: Installation): void
  /** A secret of the repository, for its workflows alone. */
  secret(repository: Repository, name: string, value: string): void
  variable(repository: Repository, name: string, value: string): void
  jobToken(
    repository: Repository,
    permissions: Permissions,
    job: { readonly runId: number; readonly actor: Account },
  ): InstallationToken
}

export function makeFurnish(forge: Forge): Furnish {
  return {
    ...makeDeeds(forge),
    user: (login) => makeUser(forge, login),
    organization: (login, members = {}) => makeOrganization(forge, login, members),
    team: (wanted) => makeTeam(forge, wanted),
    repository: (wanted) => makeRepository(forge, wanted),
    app: (wanted) => ({ app: makeApp(forge, wanted), privateKey: keyPair().privateKey }),
    install: (app, login, repositories = 'all') => install(forge, app, login, repositories),
    acceptPermissions: (installation) => acceptPermissions(forge, installation),
    uninstall: (installation) => uninstall(forge, installation),
    secret: setSecret,
    variable: setVariable,
    jobToken: (repository, permissions, job) => jobToken(forge, repository, permissions, job),
  }
}
