// Owns the shape of what happens on the loopback GitHub: from it webhooks are made and workflows are started.
import type { Account, App, Installation } from './world/accounts.ts'
import type { Repository } from './world/repository.ts'

export interface ForgeEvent {
  /** GitHub's event name, such as `pull_request` */
  readonly name: string
  readonly action?: string
  readonly repository?: Repository
  readonly sender: Account
  /** everything but action, repository, organization, installation and sender, which the webhook adds */
  readonly payload: Readonly<Record<string, unknown>>
  /** done with a GITHUB_TOKEN: starts no workflow (two dispatches excepted) */
  readonly byJob: boolean
  /** only this App hears of it: re-requested runs, its own installation */
  readonly only?: App
  readonly installation?: Installation
  /** the ref whose workflow file counts, for the runner; undefined means the default branch */
  readonly ref?: { readonly name: string; readonly sha: string }
}
