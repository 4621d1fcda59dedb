// Owns what people do to whole repositories by the web page only: giving one to another account, and deleting one.
import type { Forge } from '../forge.ts'
import { emit } from '../server/call.ts'
import { simpleUser } from '../shapes/account.ts'
import { simpleOrganization } from '../shapes/organization.ts'
import type { Account } from '../world/accounts.ts'
import { accountOf } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'
import { accountCalled } from './accounts.ts'
import type { Deed } from './acting.ts'
import { sceneOf } from './acting.ts'
import { repositoryCame, repositoryLeft } from './selection.ts'

const ownerShape = (forge: Forge, owner: Account) =>
  owner.type === 'Organization'
    ? { organization: simpleOrganization(forge, owner) }
    : { user: simpleUser(forge, owner) }

/** Teams belong to an organization, so their roles stay behind. */
function leaveTeams({ world }: Forge, repository: Repository): void {
  for (const team of world.teams.values()) team.repositories.delete(repository.id)
}

/** Source: docs.github.com, "Transferring a repository"; accepted at once. */
export async function transferRepository(
  forge: Forge,
  { to, ...deed }: Deed & { to: string },
): Promise<void> {
  const scene = sceneOf(forge, deed)
  const { repository } = scene
  const from = repository.owner
  const owner = accountCalled(forge.world, to)
  const sender = accountOf(scene.actor) ?? from
  await forge.git.rename(fullName(repository), `${owner.login}/${repository.name}`)
  repository.owner = owner
  forge.world.names.set(fullName(repository).toLowerCase(), repository)
  leaveTeams(forge, repository)
  repositoryLeft(forge, repository, from, sender)
  repositoryCame(forge, repository, sender)
  emit(scene, 'repository', 'transferred', { changes: { owner: { from: ownerShape(forge, from) } } })
}

/** Source: docs.github.com, "Deleting a repository". */
export async function deleteRepository(forge: Forge, deed: Deed): Promise<void> {
  const scene = sceneOf(forge, deed)
  const { repository } = scene
  forge.world.repositories.delete(repository.id)
  emit(scene, 'repository', 'deleted', {})
  leaveTeams(forge, repository)
  repositoryLeft(forge, repository, repository.owner, accountOf(scene.actor) ?? repository.owner)
  await forge.git.remove(fullName(repository))
}
