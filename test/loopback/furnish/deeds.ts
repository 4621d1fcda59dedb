// Owns the list of deeds of people that a test of an App needs and the API has no operation for.
import type { Forge } from '../forge.ts'
import type { Installation, Role } from '../world/accounts.ts'
import type { Deed } from './acting.ts'
import { addCollaborator, removeCollaborator } from './collaborators.ts'
import { deleteUser } from './departure.ts'
import type { IssueDeed } from './issues.ts'
import { deleteIssue, transfer } from './issues.ts'
import { deleteRepository, transferRepository } from './ownership.ts'
import { selectRepositories } from './selection.ts'

export interface Deeds {
  /** Gives the number in the repository `to`. */
  transferIssue(deed: IssueDeed & { readonly to: string }): number
  deleteIssue(deed: IssueDeed): void
  /** `to` is the login of the new owner. */
  transferRepository(deed: Deed & { readonly to: string }): Promise<void>
  deleteRepository(deed: Deed): Promise<void>
  addCollaborator(deed: Deed & { readonly login: string; readonly role: Role }): void
  removeCollaborator(deed: Deed & { readonly login: string }): void
  /** The person's account is gone, and `ghost` stands for it. */
  deleteUser(login: string): void
  /** Full names of all that the installation has from now on; `by` is a login. */
  selectRepositories(installation: Installation, repositories: 'all' | readonly string[], by: string): void
}

export function makeDeeds(forge: Forge): Deeds {
  return {
    transferIssue: (deed) => transfer(forge, deed),
    deleteIssue: (deed) => deleteIssue(forge, deed),
    transferRepository: (deed) => transferRepository(forge, deed),
    deleteRepository: (deed) => deleteRepository(forge, deed),
    addCollaborator: (deed) => addCollaborator(forge, deed),
    removeCollaborator: (deed) => removeCollaborator(forge, deed),
    deleteUser: (login) => deleteUser(forge, login),
    selectRepositories: (installation, repositories, by) =>
      selectRepositories(forge, installation, repositories, by),
  }
}
