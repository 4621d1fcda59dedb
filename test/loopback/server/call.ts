// Owns what an operation's handler gets and gives: one typed call in, one reply out.
import type { operations } from '@octokit/openapi-types'
import type { RequestFault } from '../faults/faults.ts'
import type { Forge } from '../forge.ts'
import type { Account, Actor } from '../world/accounts.ts'
import { accountOf } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { ApiError } from './api-error.ts'

export type OperationId = keyof operations

/** The JSON body that GitHub's description gives an operation; the oracle has checked it before the handler runs. */
export type BodyOf<K extends OperationId> = operations[K] extends {
  requestBody: { content: { 'application/json': infer Body } }
}
  ? Body
  : operations[K] extends { requestBody?: { content: { 'application/json': infer Body } } }
    ? Body | undefined
    : undefined

export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** the media type by which GitHub describes a JSON body that is sent as `application/json` all the same */
  readonly described?: string
  /** for the media types that are not JSON */
  readonly raw?: { readonly contentType: string; readonly bytes: Buffer | string }
}

export interface Call<K extends OperationId = OperationId> {
  readonly operation: K
  readonly forge: Forge
  readonly actor: Actor
  /** path parameters, decoded */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: BodyOf<K>
  readonly accept: string
  /** the path and query as sent, for Link headers */
  readonly url: URL
  /** the repository that `{owner}` and `{repo}` name; the pipeline has checked that the actor may see it */
  readonly repository: Repository
  /** the fault that strikes this call, for the kinds that only a handler can play */
  readonly fault: RequestFault | undefined
  /** the caller's budget of this hour, which asking does not spend */
  rateLimit(): { limit: number; used: number; remaining: number; reset: number }
}

export type Handler<K extends OperationId> = (call: Call<K>) => Reply | Promise<Reply>
export type Operations = { readonly [K in OperationId]?: Handler<K> }

export const ok = (body: unknown): Reply => ({ status: 200, body })
export const created = (body: unknown, location?: string): Reply => ({
  status: 201,
  body,
  ...(location === undefined ? {} : { headers: { location } }),
})
export const accepted = (body: unknown): Reply => ({ status: 202, body })
export const noContent = (): Reply => ({ status: 204 })

/** A path parameter that the description declares as a number. */
export function numberParam(call: Pick<Call, 'params'>, name: string): number {
  return Number(call.params[name])
}

/** The signed-in account; the permission table let nobody else through. */
export function accountIn(call: { readonly actor: Actor }): Account {
  const account = accountOf(call.actor)
  if (account === undefined) throw new ApiError(401, 'Requires authentication')
  return account
}

/** The App through which something was done, as `performed_via_github_app` shows it. */
export function viaOf(call: { readonly actor: Actor }) {
  return call.actor.kind === 'installation' ? call.actor.app : undefined
}

/** Says what happened, with the caller as sender. */
export function emit(
  call: { readonly forge: Forge; readonly actor: Actor; readonly repository?: Repository },
  name: string,
  action: string | undefined,
  payload: Readonly<Record<string, unknown>>,
): void {
  call.forge.emit({
    name,
    ...(action === undefined ? {} : { action }),
    ...(call.repository === undefined ? {} : { repository: call.repository }),
    sender: accountIn(call),
    payload,
    byJob: isJob(call.actor),
  })
}

export const isJob = (actor: Actor) => actor.kind === 'installation' && actor.token.job !== undefined
