// Owns StoreError: the ways in which a store refuses or breaks, by code.

/**
 * conflict: somebody else was first (an entry of that number exists, a version moved); read again and decide anew.
 * fenced: the lease behind the token is lost; stop. corrupt: what is stored cannot be read. busy: another process held
 * the file longer than the wait. nested: a transaction or lease call inside a transaction. broken: everything else
 * (disk full, no permission, closed); `cause` holds the driver's error.
 */
export type StoreErrorCode = 'conflict' | 'fenced' | 'corrupt' | 'busy' | 'nested' | 'broken'

export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'StoreError'
    this.code = code
  }
}
