// Owns the list of fields where GitHub's description is wrong about what GitHub sends: at most 20.

export interface Tolerance {
  /** Id of an operation, or the name of a webhook. */
  of: string
  part: 'request' | 'reply' | 'webhook'
  /** Pointer of exactly one field; `*` stands for the index of a list. */
  field: string
  /** What GitHub sends instead, and where GitHub itself shows it. */
  reason: string
}

export const TOLERANCES: readonly Tolerance[] = []

export function tolerates(tolerance: Tolerance, pointer: string): boolean {
  const wanted = tolerance.field.split('/')
  const given = pointer.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((name, at) => (name === '*' ? /^\d+$/.test(given[at] ?? '') : name === given[at]))
  )
}
