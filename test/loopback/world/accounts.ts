// Owns who exists on the loopback GitHub: people, organizations, teams, Apps, installations and tokens.
import type { KeyObject } from 'node:crypto'

export type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin'
/** Higher may do all that lower may. Source: docs.github.com, "Repository roles for an organization". */
export const ROLES: readonly Role[] = ['read', 'triage', 'write', 'maintain', 'admin']

export interface Account {
  readonly id: number
  login: string
  readonly type: 'User' | 'Organization' | 'Bot'
  name: string | null
  readonly email: string | null
  readonly createdAt: string
  /** the account is gone; what it did stays, as that of `ghost` */
  deletedAt?: string
}

export interface Team {
  readonly id: number
  readonly slug: string
  readonly name: string
  readonly organization: Account
  /** its members also have what this one gives */
  readonly parent: Team | undefined
  readonly members: Set<number>
  /** repository id → role */
  readonly repositories: Map<number, Role>
}

export type Level = 'read' | 'write' | 'admin'
/** Permission name of GitHub's `app-permissions`, such as `pull_requests`. */
export type Permissions = Readonly<Record<string, Level>>

export interface App {
  readonly id: number
  readonly clientId: string
  readonly slug: string
  readonly name: string
  readonly owner: Account
  /** the account that its commits and comments carry: `slug[bot]` */
  readonly bot: Account
  permissions: Permissions
  events: readonly string[]
  readonly publicKey: KeyObject
  readonly createdAt: string
  webhook: {
    url: string | undefined
    secret: string | undefined
    active: boolean
    contentType: 'json' | 'form'
    /** `1` takes any certificate; kept and shown, without effect on 127.0.0.1 */
    insecureSsl: string
  }
  readonly hookId: number
}

/** What a manifest's code stands for: secrets that nobody can read a second time. */
export interface Conversion {
  readonly app: App
  readonly pem: string
  readonly clientSecret: string
  readonly expiresAt: number
}

export interface Installation {
  readonly id: number
  readonly app: App
  readonly account: Account
  /** repository ids, or all that the account owns */
  repositories: 'all' | Set<number>
  permissions: Permissions
  events: readonly string[]
  readonly createdAt: string
  suspendedAt: string | null
  suspendedBy: Account | null
}

export interface UserToken {
  readonly kind: 'user'
  readonly token: string
  readonly account: Account
}

export interface InstallationToken {
  readonly kind: 'installation'
  readonly token: string
  readonly installation: Installation
  readonly permissions: Permissions
  /** narrowed to these repository ids; undefined means all of the installation's */
  readonly repositories: ReadonlySet<number> | undefined
  readonly expiresAt: number
  /** a job's GITHUB_TOKEN: its events start no workflow; source: docs.github.com, "Automatic token authentication" */
  readonly job?: { readonly runId: number; readonly actor: Account }
  revoked: boolean
}

export type Token = UserToken | InstallationToken

export type Actor =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly account: Account }
  | { readonly kind: 'app'; readonly app: App }
  | {
      readonly kind: 'installation'
      readonly account: Account
      readonly app: App
      readonly token: InstallationToken
    }

/** The account that GitHub shows for what an actor did; undefined where nobody is signed in or an App itself asks. */
export function accountOf(actor: Actor): Account | undefined {
  switch (actor.kind) {
    case 'anonymous':
      return undefined
    case 'app':
      return actor.app.bot
    case 'user':
    case 'installation':
      return actor.account
  }
}
