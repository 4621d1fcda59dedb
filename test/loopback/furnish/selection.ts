// Owns which repositories an installation has, as they come and go, and the events of it.
import type { Forge } from '../forge.ts'
import { installationRepository, installationShape } from '../shapes/account.ts'
import type { Account, Installation } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { repositoriesOf } from '../world/world.ts'
import { accountCalled, repositoryCalled } from './accounts.ts'
import { ACTIONS_APP_ID, actionsApp, installApp } from './apps.ts'

export function saySelection(
  forge: Forge,
  installation: Installation,
  sender: Account,
  action: 'added' | 'removed',
  repositories: readonly Repository[],
): void {
  if (repositories.length === 0) return
  const shapes = repositories.map(installationRepository)
  forge.emit({
    name: 'installation_repositories',
    action,
    sender,
    installation,
    only: installation.app,
    payload: {
      installation: installationShape(forge, installation),
      repository_selection: installation.repositories === 'all' ? 'all' : 'selected',
      repositories_added: action === 'added' ? shapes : [],
      repositories_removed: action === 'removed' ? shapes : [],
      requester: null,
    },
    byJob: false,
  })
}

/** `repositories` are full names; from now on these are all that the installation has. */
export function selectRepositories(
  forge: Forge,
  installation: Installation,
  repositories: 'all' | readonly string[],
  by: string,
): void {
  const { world } = forge
  const before = repositoriesOf(world, installation)
  installation.repositories =
    repositories === 'all' ? 'all' : new Set(repositories.map((name) => repositoryCalled(world, name).id))
  const after = repositoriesOf(world, installation)
  const sender = accountCalled(world, by)
  const gone = before.filter((repository) => !after.includes(repository))
  const come = after.filter((repository) => !before.includes(repository))
  saySelection(forge, installation, sender, 'removed', gone)
  saySelection(forge, installation, sender, 'added', come)
}

/** Installations on the account other than that of Actions, which comes and goes with the repository itself. */
function installationsOn({ world }: Forge, account: Account): Installation[] {
  return [...world.installations.values()].filter(
    ({ app, account: on }) => app.id !== ACTIONS_APP_ID && on.id === account.id,
  )
}

/** A repository that has just come to its owner: Actions works in it, and who has all repositories has it too. */
export function repositoryCame(forge: Forge, repository: Repository, sender: Account): void {
  installApp(forge, actionsApp(forge), repository.owner, new Set([repository.id]))
  for (const installation of installationsOn(forge, repository.owner)) {
    if (installation.repositories === 'all') {
      saySelection(forge, installation, sender, 'added', [repository])
    }
  }
}

/** A repository that has left `owner`: no installation there has it any more. */
export function repositoryLeft(forge: Forge, repository: Repository, owner: Account, sender: Account): void {
  const { world } = forge
  for (const { app, id, repositories } of world.installations.values()) {
    const only = repositories !== 'all' && repositories.has(repository.id) && repositories.size === 1
    if (app.id === ACTIONS_APP_ID && only) world.installations.delete(id)
  }
  for (const installation of installationsOn(forge, owner)) {
    const { repositories } = installation
    const had = repositories === 'all' || repositories.delete(repository.id)
    if (had) saySelection(forge, installation, sender, 'removed', [repository])
  }
}
