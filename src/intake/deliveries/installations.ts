// Owns the webhooks of installations and repositories: where the App may work, and under which names.
import { z } from 'zod'
import { RepoRef } from '../../contracts/envelope.ts'
import type { Reader } from './reader.ts'
import { ListedRepository, Repository, ignored, ignoring, reader } from './reader.ts'

const Installed = z.object({ repositories: z.array(ListedRepository).optional() })

const Selected = z.object({
  repositories_added: z.array(ListedRepository),
  repositories_removed: z.array(ListedRepository),
})

const selected = reader(Selected, ({ repositories_added: added, repositories_removed: gone }) => ({
  added,
  gone,
}))

const uninstalled = reader(Installed, ({ repositories }) => ({ uninstalled: true, gone: repositories ?? [] }))

const Here = z.object({ repository: Repository })
const gone = reader(Here, ({ repository }) => ({ gone: [repository] }))
const added = reader(Here, ({ repository }) => ({ added: [repository] }))

const Renamed = Here.extend({
  changes: z.object({ repository: z.object({ name: z.object({ from: RepoRef.shape.name }) }) }),
})

const Owner = z.object({ login: RepoRef.shape.owner })
const Transferred = Here.extend({
  changes: z.object({
    owner: z.object({ from: z.object({ user: Owner.nullish(), organization: Owner.nullish() }) }),
  }),
})

export const INSTALLATIONS: Readonly<Record<string, Reader>> = {
  'installation.created': reader(Installed, ({ repositories }) => ({ added: repositories ?? [] })),
  'installation.deleted': uninstalled,
  'installation.suspend': uninstalled,
  'installation.unsuspend': reader(Installed, ({ repositories }) => ({ added: repositories ?? [] })),
  'installation.new_permissions_accepted': ignoring('Permissions are seen when they are used.'),
  'installation_repositories.added': selected,
  'installation_repositories.removed': selected,
  'repository.renamed': reader(Renamed, ({ repository, changes }) => ({
    moved: { from: { ...repository, name: changes.repository.name.from }, to: repository },
  })),
  'repository.transferred': reader(Transferred, ({ repository, changes }) => {
    const owner = changes.owner.from.user ?? changes.owner.from.organization
    if (owner === null || owner === undefined)
      return ignored('A transfer that does not name the former owner.')
    return { moved: { from: { ...repository, owner: owner.login }, to: repository } }
  }),
  'repository.deleted': gone,
  'repository.archived': gone,
  'repository.unarchived': added,
}
