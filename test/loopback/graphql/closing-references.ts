// Owns which issues a pull request's text says that it closes.

/** Source: docs.github.com, "Linking a pull request to an issue using a keyword". */
const KEYWORD = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+\/[\w.-]+))?#(\d+)\b/gi

export interface ClosingReference {
  /** owner/name; undefined for the pull request's own repository */
  readonly repository: string | undefined
  readonly number: number
}

export function closingReferences(text: string): ClosingReference[] {
  const found = new Map<string, ClosingReference>()
  for (const [, repository, number] of text.matchAll(KEYWORD)) {
    found.set(`${repository ?? ''}#${number}`.toLowerCase(), { repository, number: Number(number) })
  }
  return [...found.values()]
}
