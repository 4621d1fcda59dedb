// Owns CODEOWNERS: where it is read, its syntax with its errors, and who owns a path.
import type { Forge } from './forge.ts'
import { mayPush } from './who-may.ts'
import type { Account, Team } from './world/accounts.ts'
import type { Repository } from './world/repository.ts'
import { atLeast } from './world/roles.ts'
import { accountNamed, teamNamed } from './world/world.ts'

/** Source: docs.github.com, "About code owners": the first of these that is found, up to 3 MB. */
const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const
const MOST_BYTES = 3_000_000

export interface OwnerRule {
  readonly line: number
  readonly pattern: RegExp
  /** `@login`, `@organization/team` or an e-mail; none frees what the pattern matches */
  readonly owners: readonly string[]
}

export interface OwnerError {
  readonly line: number
  readonly column: number
  readonly kind: string
  readonly source: string
  readonly suggestion: string | null
  readonly message: string
}

export interface Codeowners {
  readonly path: string
  readonly rules: readonly OwnerRule[]
  readonly errors: readonly OwnerError[]
}

/** undefined where there is none, or it is too large. */
export async function readCodeowners(repository: Repository, rev: string): Promise<Codeowners | undefined> {
  for (const path of PLACES) {
    const found = await repository.git.blobAt(rev, path)
    if (found?.kind !== 'file') continue
    if (found.content.length > MOST_BYTES) return undefined
    return { path, ...parseCodeowners(found.content.toString('utf8')) }
  }
  return undefined
}

export function parseCodeowners(text: string): Pick<Codeowners, 'rules' | 'errors'> {
  const rules: OwnerRule[] = []
  const errors: OwnerError[] = []
  for (const [index, source] of text.split('\n').entries()) {
    const words = source.replace(/(?:^|\s)#.*$/, '').trim()
    if (words === '') continue
    const [pattern = '', ...owners] = words.split(/(?<!\\)\s+/)
    const line = index + 1
    const fail = (word: string, kind: string, suggestion: string | null) => {
      const column = source.indexOf(word) + 1
      const message = `${kind} on line ${line}:\n\n  ${source}\n  ${'-'.repeat(column - 1)}^`
      errors.push({ line, column, kind, source, suggestion, message })
    }
    // source: "About code owners", Syntax exceptions: negation, ranges and an escaped # do not work
    if (/^!|[[\]]|\\#/.test(pattern)) {
      fail(pattern, 'Invalid pattern', 'Remove what the syntax of CODEOWNERS does not know')
      continue
    }
    const wrong = owners.find((owner) => !/^@[\w-]+(?:\/[\w.-]+)?$|^[^@\s]+@[^@\s]+$/.test(owner))
    if (wrong !== undefined) {
      fail(wrong, 'Invalid owner', null)
      continue
    }
    rules.push({ line, pattern: expressionOf(pattern), owners })
  }
  return { rules, errors }
}

/** As gitignore has it: a slash at the front or in the middle anchors, `*` stays within a folder. */
function expressionOf(pattern: string): RegExp {
  const anchored = pattern.replace(/\/$/, '').includes('/')
  const bare = pattern.replace(/^\//, '').replaceAll(String.raw`\ `, ' ')
  const body = bare
    .split(/(\/\*\*\/|^\*\*\/|\/\*\*$|\*|\?)/)
    .map((part) => {
      if (part === '/**/') return '/(?:.*/)?'
      if (part === '**/') return '(?:.*/)?'
      if (part === '/**') return '/.*'
      if (part === '*') return '[^/]*'
      if (part === '?') return '[^/]'
      return part.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    })
    .join('')
  // a name without a wildcard at its end may be a folder; `docs/*` is not deep
  const end = pattern.endsWith('/') ? '.*' : pattern.endsWith('/*') ? '' : '(?:/.*)?'
  return new RegExp(`^${anchored ? '' : '(?:.*/)?'}${body}${end}$`)
}

export interface Owners {
  readonly named: readonly (Account | Team)[]
  /** everyone who may approve for it, with the members of teams */
  readonly people: readonly Account[]
}

/** Those without write access own nothing; source: "About code owners". */
export function ownersFor(
  forge: Forge,
  repository: Repository,
  file: Codeowners | undefined,
  path: string,
): Owners {
  const rule = file?.rules.findLast(({ pattern }) => pattern.test(path))
  const named = (rule?.owners ?? []).flatMap((owner) => ownerNamed(forge, repository, owner) ?? [])
  const people = named.flatMap((owner) =>
    'members' in owner ? [...owner.members].flatMap((id) => forge.world.accounts.get(id) ?? []) : [owner],
  )
  return { named, people: [...new Set(people)] }
}

function ownerNamed(forge: Forge, repository: Repository, owner: string): Account | Team | undefined {
  const { world } = forge
  const [login = '', slug] = owner.replace(/^@/, '').split('/')
  const organization = slug === undefined ? undefined : accountNamed(world, login)
  if (slug !== undefined) {
    const team = organization === undefined ? undefined : teamNamed(world, organization, slug)
    return atLeast(team?.repositories.get(repository.id), 'write') ? team : undefined
  }
  const account = owner.startsWith('@')
    ? accountNamed(world, login)
    : [...world.accounts.values()].find(({ email }) => email === owner)
  return account !== undefined && mayPush(forge, repository, account) ? account : undefined
}
