// Owns who did something on GitHub, and whether that was us: by the ids of App and account, never by a name.
import { z } from 'zod'
import type { Actor } from '../../contracts/command.ts'

export const User = z.object({ login: z.string().min(1), id: z.int().min(1), type: z.string() })
export type User = z.infer<typeof User>

export const Via = z.object({ id: z.int().min(1), slug: z.string().nullish() })
export type Via = z.infer<typeof Via>

/** Whoever did something and is gone; source: docs.github.com, "The sender property": github.com/ghost. */
export const GHOST: Actor = { login: 'ghost', id: 10_137, kind: 'user', app_id: null }

/** The App of every job token; its slug is reserved, its id differs from one GitHub to another. */
const ACTIONS_SLUG = 'github-actions'

export interface Identity {
  readonly appId: number | null
  /** Whether the App is ours. */
  ours(app: Via | null | undefined): boolean
  /** Whether we did it: through our App, by its bot. */
  did(user: User | null, via: Via | null | undefined): Promise<boolean>
  actor(user: User | null): Promise<Actor>
}

/** `botId`: asked for at most when somebody must be told from our bot. */
export function appIdentity(appId: number, botId: () => Promise<number>): Identity {
  const isBot = async (user: User | null) => user?.type === 'Bot' && user.id === (await botId())
  return {
    appId,
    ours: (app) => app?.id === appId,
    async did(user, via) {
      // Threat: a person who signed in through our App would stand there with our App's id
      if (user?.type !== 'Bot') return false
      return via === null || via === undefined ? isBot(user) : via.id === appId
    },
    actor: async (user) => actorOf(user, (await isBot(user)) ? appId : null),
  }
}

/** A workflow's token: everything by any workflow of the repository looks as if we did it. */
export function jobIdentity(): Identity {
  const ours = (app: Via | null | undefined) => app?.slug === ACTIONS_SLUG
  return {
    appId: null,
    ours,
    did: async (user, via) =>
      user?.type === 'Bot' &&
      (via === null || via === undefined ? user.login === `${ACTIONS_SLUG}[bot]` : ours(via)),
    actor: async (user) => actorOf(user, null),
  }
}

export function actorOf(user: User | null, appId: number | null): Actor {
  if (user === null) return GHOST
  const bot = user.type === 'Bot'
  return { login: user.login, id: user.id, kind: bot ? 'bot' : 'user', app_id: bot ? appId : null }
}
