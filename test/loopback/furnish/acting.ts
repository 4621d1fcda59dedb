// Owns how a test says who does what where, for deeds of people that no operation of the API offers.
import type { Scene } from '../api/issue-finding.ts'
import type { Forge } from '../forge.ts'
import { accountCalled, repositoryCalled } from './accounts.ts'

export interface Deed {
  /** full name */
  readonly repository: string
  /** login of the person who does it */
  readonly by: string
}

export function sceneOf(forge: Forge, { repository, by }: Deed): Scene {
  return {
    forge,
    actor: { kind: 'user', account: accountCalled(forge.world, by) },
    repository: repositoryCalled(forge.world, repository),
  }
}
