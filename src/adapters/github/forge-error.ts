// Owns ForgeError: how GitHub failed a call, by the codes of the port, without anything secret in it.
import type { Timestamp } from '../../contracts/base.ts'
import type { ForgeErrorCode } from '../../ports/forge.ts'

export class ForgeError extends Error {
  readonly code: ForgeErrorCode
  /** GitHub's name of the operation (`pulls/merge`), or `graphql NAME`. */
  readonly operation: string
  /** HTTP status; null where there was no reply. */
  readonly status: number | null
  /** GitHub's own sentence, one line; '' where it gave none. */
  readonly said: string
  /** When the same call may be made again; null: GitHub did not say. */
  readonly retryAt: Timestamp | null

  constructor(
    code: ForgeErrorCode,
    x: {
      operation: string
      message: string
      status?: number
      said?: string
      retryAt?: Timestamp
      cause?: unknown
    },
  ) {
    super(x.message, x.cause === undefined ? undefined : { cause: x.cause })
    this.name = 'ForgeError'
    this.code = code
    this.operation = x.operation
    this.status = x.status ?? null
    this.said = x.said ?? ''
    this.retryAt = x.retryAt ?? null
  }
}

/** undefined: GitHub does not know what was asked for. */
export async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not_found') return undefined
    throw error
  }
}
