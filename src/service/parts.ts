// Owns what the service is made of: the engine of task chains, the durable queues, and the forge it speaks to.
import type { RepoRef } from '../contracts/envelope.ts'
import type { TaskEngine } from '../pipeline/engine.ts'
import type { Forge, Permission } from '../ports/forge.ts'
import type { Inbox, Notes, Outbox, Wakes } from '../ports.ts'

/** Where something is said or done: a repository as one installation of the App sees it. */
export interface At {
  installation: number
  repository: RepoRef
}

export interface Service extends TaskEngine {
  inbox: Inbox
  outbox: Outbox
  wakes: Wakes
  notes: Notes
  app: { id: number; slug: string }
  forge(at: At): Forge
  /** Texts that come with the program: the policies, and the workflow that people copy. */
  shipped: { policy: string; constitution: string; workflow: string }
  version: string
  /** Label that makes a task of an issue. */
  label: string
  /** The workflow's file in users' repositories. */
  workflow: string
  limits: {
    /** Installations and repositories (`owner` or `owner/name`) in which nothing is started or merged; `*`: all. */
    stopped: readonly string[]
    /** US dollars a calendar month and installation may reserve; null: no cap. */
    moneyMonthUsd: number | null
    /** How often a run that no webhook speaks of is looked at. Milliseconds. */
    pollMs: number
    /** How long after a merge checks of the default branch may begin. Milliseconds. */
    monitorMs: number
  }
}

/** `a.github/workflows/x.yml` of the template; what a run's path must be. */
export function workflowPath(service: Pick<Service, 'workflow'>): string {
  return `.github/workflows/${service.workflow}`
}

/** Login of the App's own account. */
export function botOf(service: Pick<Service, 'app'>): string {
  return `${service.app.slug}[bot]`
}

/** R15: who may ask for work may write to the repository. */
export function mayAsk(permission: Permission): boolean {
  return ['admin', 'maintain', 'write'].includes(permission)
}
