// Owns where our webhooks differ from Octokit's recorded examples, each with the reason that makes it right.

export interface KnownDifference {
  /** event name, or `*` */
  readonly event: string
  readonly kind: 'ours' | 'theirs' | 'type'
  /** the path, or its end after any prefix */
  readonly path: string
  readonly reason: string
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = []
