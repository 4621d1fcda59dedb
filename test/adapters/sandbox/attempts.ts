// Owns the list of all attempts to break out.
import type { Attempt } from './attempt.ts'
import { limitAttempts } from './limit-attempts.ts'
import { networkAttempts } from './network-attempts.ts'
import { powerAttempts } from './power-attempts.ts'
import { readingAttempts } from './reading-attempts.ts'

export const attempts: readonly Attempt[] = [
  ...readingAttempts,
  ...powerAttempts,
  ...limitAttempts,
  ...networkAttempts,
]
