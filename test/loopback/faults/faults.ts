// Owns what goes wrong on purpose: which call of which operation or delivery gets which fault.

export type RequestFault =
  /** `after`: the write took effect and the caller is told that it failed */
  | {
      readonly kind: 'status'
      readonly status: 401 | 403 | 404 | 409 | 422 | 429 | 500 | 502 | 503
      readonly when?: 'before' | 'after'
      /** seconds, for 403 and 429 */
      readonly retryAfter?: number
    }
  /**
   * The connection ends in the middle of the reply's body, after the write took effect. Octokit then gives the
   * status with an empty text as data, and throws nothing.
   */
  | { readonly kind: 'cut' }
  /** the connection ends before anything is done, after so many milliseconds */
  | { readonly kind: 'refuse'; readonly ms?: number }
  | { readonly kind: 'slow'; readonly ms: number }
  /** a read answers as its last one did; a list never read before is empty, anything else is 404 */
  | { readonly kind: 'stale' }
  /** the token is refused as if it had expired */
  | { readonly kind: 'expired_token' }
  /** a body that is not JSON, as a proxy between would send: exempt from validation */
  | { readonly kind: 'malformed' }
  /** a pull request's mergeability is not worked out yet */
  | { readonly kind: 'mergeable_null' }
  /** the artifact or its signed address is gone: 410 */
  | { readonly kind: 'gone' }

export type DeliveryFault =
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'late'; readonly ms: number }
  /** never sent; the log has it as a failure */
  | { readonly kind: 'lost' }
  /** sent only after the next delivery to the same App */
  | { readonly kind: 'swapped' }
  /** before it come an event and an action that no description knows yet: exempt from validation */
  | { readonly kind: 'novel' }

/**
 * `on` is an operation id, `*` for all of them and GraphQL, `graphql`, `git`, a page such as `artifact`, or
 * `webhook:issues.labeled` / `webhook:*`.
 */
export interface FaultSetting {
  readonly on: string
  /** from this matching call on, 1 for the first */
  readonly nth?: number
  /** for so many calls, 1 unless told */
  readonly times?: number
  readonly fault: RequestFault | DeliveryFault
}

export interface Faults {
  add(setting: FaultSetting): void
  clear(): void
  /** The fault due for this call; each asking counts as one call. */
  request(operation: string): RequestFault | undefined
  delivery(event: string): DeliveryFault | undefined
  /** Operations that a `stale` fault may still hit: their replies are remembered. */
  mayBeStale(operation: string): boolean
  /** How often each kind struck. */
  struck(): Readonly<Record<string, number>>
  /** What could have been struck so far, in order: operations, and deliveries as `webhook:issues.labeled`. */
  asked(): readonly string[]
}

const DELIVERY: readonly string[] = ['duplicate', 'late', 'lost', 'swapped', 'novel']

/** Git and downloads speak no JSON, and could not play every fault. */
const isApi = (operation: string) => operation.includes('/') || operation === 'graphql'

export function makeFaults(): Faults {
  let settings: { setting: FaultSetting; seen: number }[] = []
  const struck: Record<string, number> = {}
  const asked: string[] = []

  function due(matches: (on: string) => boolean) {
    let found: FaultSetting['fault'] | undefined
    for (const entry of settings) {
      if (!matches(entry.setting.on)) continue
      entry.seen += 1
      const nth = entry.setting.nth ?? 1
      const hit = entry.seen >= nth && entry.seen < nth + (entry.setting.times ?? 1)
      if (hit && found === undefined) found = entry.setting.fault
    }
    if (found !== undefined) struck[found.kind] = (struck[found.kind] ?? 0) + 1
    return found
  }

  return {
    add(setting) {
      if (setting.on.startsWith('webhook:') !== DELIVERY.includes(setting.fault.kind)) {
        throw new Error(`fault "${setting.fault.kind}" cannot strike "${setting.on}"`)
      }
      settings.push({ setting, seen: 0 })
    },
    clear() {
      settings = []
    },
    request(operation) {
      asked.push(operation)
      return due((on) => on === operation || (on === '*' && isApi(operation))) as RequestFault | undefined
    },
    delivery(event) {
      asked.push(`webhook:${event}`)
      return due((on) => on === `webhook:${event}` || on === 'webhook:*') as DeliveryFault | undefined
    },
    mayBeStale: (operation) =>
      settings.some(({ setting }) => setting.fault.kind === 'stale' && [operation, '*'].includes(setting.on)),
    struck: () => ({ ...struck }),
    asked: () => [...asked],
  }
}
