// Owns what every family of webhooks shares: a reader per action, and the parts of payloads that come again and again.
import { z } from 'zod'
import type { Actor } from '../../contracts/command.ts'
import { RepoRef } from '../../contracts/envelope.ts'
import { Timestamp } from '../../contracts/base.ts'
import type { Delivery, Touched } from './delivery.ts'

export interface Context {
  guid: string
  receivedAt: Timestamp
  /** Our own App; null where there is none (Action only). */
  appId: number | null
  /** The label that starts a task. */
  label: string
  /** Apps whose bots may ask as people do. */
  allowedApps: readonly number[]
  /** What the branches begin with that Autopilot makes. */
  branchPrefix: string
}

/** What a reader found; what is left out is nothing. `touched` is filled up. */
export type Parts = Partial<Omit<Delivery, 'touched'>> & { touched?: Partial<Touched> }

export interface Reader {
  /** Never throws: a payload of another shape is ignored with a sentence that names the field. */
  read(payload: unknown, context: Context): Parts
  /** Nothing ever follows from it: one that was lost is not missed. */
  readonly idle?: true
}

/** The schema names exactly what is read; whatever else GitHub sends is left alone. */
export function reader<S extends z.ZodType>(
  schema: S,
  read: (payload: z.infer<S>, context: Context) => Parts,
): Reader {
  return {
    read(payload, context) {
      const parsed = schema.safeParse(payload)
      if (parsed.success) return read(parsed.data, context)
      const [issue] = parsed.error.issues
      const where = issue === undefined || issue.path.length === 0 ? 'the payload' : issue.path.join('.')
      return ignored(`The delivery is not as GitHub describes it, at ${where}: ${issue?.message ?? 'wrong'}.`)
    },
  }
}

/** A reader that looks at nothing. */
export function ignoring(why: string): Reader {
  return { read: () => ignored(why), idle: true }
}

export function ignored(why: string): Parts {
  return { ignored: why }
}

export const Id = z.int().min(1)

/** GitHub's times have whole seconds and a zone; ours are UTC with milliseconds. */
export const Instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .pipe(Timestamp)

export const Account = z.object({ login: z.string().min(1), id: Id, type: z.string() })

/** `performed_via_github_app`: absent in old deliveries. */
export const Via = z.object({ id: Id }).nullish()

export const WithSender = z.object({ sender: Account })

// Threat: what is neither a person nor a bot by GitHub's word is taken for a bot, which may ask for nothing.
export function actorOf(account: z.infer<typeof Account>, via: z.infer<typeof Via> = null): Actor {
  const kind = account.type === 'User' ? 'user' : 'bot'
  return { login: account.login, id: account.id, kind, app_id: kind === 'bot' ? (via?.id ?? null) : null }
}

/** The API of issues shows pull requests too, with `pull_request` set. */
export function onOf(issue: { pull_request?: unknown }): 'issue' | 'pull' {
  return issue.pull_request === undefined || issue.pull_request === null ? 'issue' : 'pull'
}

/** Why nobody acts on what this one says; undefined for people and for the bots that may ask. */
export function silenceOf(by: Actor, via: z.infer<typeof Via>, context: Context): string | undefined {
  if (via !== null && via !== undefined && via.id === context.appId) return 'Autopilot said this itself.'
  if (by.kind === 'user' || (by.app_id !== null && context.allowedApps.includes(by.app_id))) return undefined
  // Threat: the suffix [bot] is a name; only the App's id tells which bot it is.
  return 'A bot said this, and its App is not among those that may ask.'
}

const Named = z.object({ id: Id, name: z.string(), owner: z.object({ login: z.string() }) })

/** A repository as webhooks show it. Names that no URL could hold are refused. */
export const Repository = Named.transform(({ id, name, owner }) => ({ id, owner: owner.login, name })).pipe(
  RepoRef,
)

/** A repository in the lists of an installation: with `full_name` only. */
export const ListedRepository = z
  .object({ id: Id, full_name: z.string() })
  .transform(({ id, full_name }) => {
    const [owner, name] = full_name.split('/')
    return { id, owner, name }
  })
  .pipe(RepoRef)

const Subject = z.object({ title: z.string(), body: z.string().nullable() })
const Subjects = z.object({
  issue: Subject.optional().catch(undefined),
  pull_request: Subject.optional().catch(undefined),
})

/** Title and body as GitHub knew them when it sent the delivery. */
export function subjectOf(payload: unknown): Delivery['subject'] {
  const parsed = Subjects.safeParse(payload)
  const found = parsed.data?.issue ?? parsed.data?.pull_request
  return found === undefined ? null : { title: found.title, body: found.body ?? '' }
}

/** What surrounds every delivery. */
export const Envelope = z.object({
  action: z.string().optional(),
  repository: Repository.optional(),
  installation: z.object({ id: Id }).nullish(),
})
