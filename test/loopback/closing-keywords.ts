// Owns which issues a text closes, and closing them.
import type { Forge } from './forge.ts'
import { closeIssue } from './issue-closing.ts'
import type { Pusher } from './pushes.ts'
import type { Repository } from './world/repository.ts'
import { fullName } from './world/repository.ts'

/** Source: docs.github.com, "Linking a pull request to an issue": nine words, each before a number of its own. */
const KEYWORDS = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+([\w-]+\/[\w.-]+)?#(\d+)\b/gi

export interface ClosingReference {
  /** owner/name; undefined for the repository of the text */
  readonly repository: string | undefined
  readonly number: number
}

/** Each once, in the order of the text. */
export function closingReferences(text: string): ClosingReference[] {
  const found = new Map<string, ClosingReference>()
  for (const [, repository, number] of text.matchAll(KEYWORDS)) {
    found.set(`${repository ?? ''}#${number}`.toLowerCase(), { repository, number: Number(number) })
  }
  return [...found.values()]
}

function closedBy(text: string, repository: Repository): number[] {
  const own = fullName(repository).toLowerCase()
  const numbers = closingReferences(text)
    .filter(({ repository: name }) => name === undefined || name.toLowerCase() === own)
    .map(({ number }) => number)
  return [...new Set(numbers)]
}

/** Closes what the text names and is open: issues only. */
export function closeIssues(
  forge: Forge,
  repository: Repository,
  by: Pusher,
  text: string,
  commitId: string,
): void {
  for (const number of closedBy(text, repository)) {
    const issue = repository.issues.get(number)
    if (issue === undefined || repository.pulls.has(number)) continue
    closeIssue(forge, repository, by, issue, { commitId })
  }
}
