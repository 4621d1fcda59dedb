// Owns which issues a text closes, and closing them.
import type { Forge } from './forge.ts'
import { closeIssue } from './issue-closing.ts'
import type { Pusher } from './pushes.ts'
import type { Repository } from './world/repository.ts'
import { fullName } from './world/repository.ts'

/** Source: docs.github.com, "Linking a pull request to an issue": nine words, each before a number of its own. */
const KEYWORDS = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+([\w-]+\/[\w.-]+)?#(\d+)\b/gi

export function closedBy(text: string, repository: Repository): number[] {
  const own = fullName(repository).toLowerCase()
  const numbers = [...text.matchAll(KEYWORDS)]
    .filter(([, name]) => name === undefined || name.toLowerCase() === own)
    .map(([, , number]) => Number(number))
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
