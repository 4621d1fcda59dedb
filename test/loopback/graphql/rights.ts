// Owns who may see and do what through GraphQL; a refusal never tells that something hidden exists.
import type { Account, Level, Role } from '../world/accounts.ts'
import { accountOf } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { atLeast, mayRead, roleOf, tokenAllows, tokenCovers } from '../world/roles.ts'
import type { GraphqlContext } from './context.ts'
import { forbidden, GraphqlRefusal } from './graphql-error.ts'

type Asking = Pick<GraphqlContext, 'forge' | 'actor'>

export function maySee({ forge, actor }: Asking, repository: Repository): boolean {
  if (actor.kind === 'user') return mayRead(forge.world, actor.account, repository)
  if (actor.kind === 'installation') return !repository.private || tokenCovers(actor.token, repository)
  return false
}

/** @throws {GraphqlRefusal} FORBIDDEN where an App lacks the permission on a private repository */
export function requireRead({ actor }: Asking, repository: Repository, permission: string): void {
  if (actor.kind !== 'installation' || !repository.private) return
  if (!tokenAllows(actor.token, permission, 'read')) throw forbidden()
}

export interface MutationRow {
  /** What an App's token needs, all of it. */
  readonly app: Readonly<Record<string, Level>>
  readonly person: Role
  /** Whether the author may without the role. */
  readonly author: boolean
  /** Page that says so, or that it is assumed. */
  readonly source: string
}

const PULLS = { pull_requests: 'write' } as const
/** The reference names no permissions of mutations; where more than one is plausible all are asked for. */
const ASSUMED_APP = 'assumed for Apps: the GraphQL reference names no permissions'

export const MUTATIONS: Readonly<Record<string, MutationRow>> = {
  enablePullRequestAutoMerge: {
    app: { ...PULLS, contents: 'write' },
    person: 'write',
    author: false,
    source: `https://docs.github.com/en/graphql/reference/pulls; ${ASSUMED_APP}`,
  },
  disablePullRequestAutoMerge: {
    app: { ...PULLS, contents: 'write' },
    person: 'write',
    author: true,
    source: `https://docs.github.com/en/graphql/reference/pulls; ${ASSUMED_APP}`,
  },
  markPullRequestReadyForReview: {
    app: PULLS,
    person: 'write',
    author: true,
    source: `https://docs.github.com/en/graphql/reference/pulls; ${ASSUMED_APP}`,
  },
  convertPullRequestToDraft: {
    app: PULLS,
    person: 'write',
    author: true,
    source: `https://docs.github.com/en/graphql/reference/pulls; ${ASSUMED_APP}`,
  },
  resolveReviewThread: {
    app: { ...PULLS, contents: 'write' },
    person: 'write',
    author: true,
    source: `https://docs.github.com/en/graphql/reference/pulls; ${ASSUMED_APP}`,
  },
  unresolveReviewThread: {
    app: { ...PULLS, contents: 'write' },
    person: 'write',
    author: true,
    source: `https://docs.github.com/en/graphql/reference/pulls; ${ASSUMED_APP}`,
  },
  addPullRequestReviewThreadReply: {
    app: PULLS,
    person: 'read',
    author: true,
    source: `https://docs.github.com/en/graphql/reference/pulls; ${ASSUMED_APP}`,
  },
  minimizeComment: {
    app: { ...PULLS, issues: 'write' },
    person: 'write',
    author: true,
    source: `https://docs.github.com/en/communities/moderating-comments-and-conversations/managing-disruptive-comments; ${ASSUMED_APP}`,
  },
  transferIssue: {
    app: { issues: 'write' },
    person: 'write',
    author: false,
    source: `https://docs.github.com/en/issues/tracking-your-work-with-issues/administering-issues/transferring-an-issue-to-another-repository; ${ASSUMED_APP}`,
  },
}

/** @throws {GraphqlRefusal} FORBIDDEN, in the words of GitHub */
export function requireMutation(
  asking: Asking,
  mutation: string,
  repository: Repository,
  author: Account | undefined,
): void {
  const row = MUTATIONS[mutation]
  if (row === undefined) throw new Error(`the mutation ${mutation} has no row in rights.ts`)
  const { actor, forge } = asking
  if (actor.kind === 'installation') {
    const held = Object.entries(row.app).every(([name, level]) => tokenAllows(actor.token, name, level))
    if (!held || !tokenCovers(actor.token, repository)) throw forbidden()
  } else {
    const account = accountOf(actor)
    if (account === undefined) throw forbidden()
    const own = row.author && author?.id === account.id
    const anyone = row.person === 'read' && mayRead(forge.world, account, repository)
    if (!own && !anyone && !atLeast(roleOf(forge.world, account, repository), row.person)) {
      const words = mutation.charAt(0).toUpperCase() + mutation.slice(1)
      throw forbidden(`${account.login} does not have the correct permissions to execute \`${words}\``)
    }
  }
  if (repository.archived)
    throw new GraphqlRefusal('UNPROCESSABLE', 'Repository was archived so is read-only.')
}
