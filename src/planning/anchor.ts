// Owns the intent anchor: the task in at most 2 KB of plain text, the same bytes for the same words, safe in any prompt.
import { fitBytes } from '../contracts/text.ts'
import { plainText } from './plain-text.ts'

/** R10. UTF-8 bytes. */
export const ANCHOR_BYTES = 2_048

export interface AnchorParts {
  title: string
  criteria: readonly string[]
  nonGoals: readonly string[]
  constraints: readonly string[]
  facts: readonly string[]
}

/** What must be true comes before what is told: when room ends, facts go first. */
export function anchorOf(parts: AnchorParts): string {
  const head = `Goal: ${plainText(parts.title) || 'not said'}\n`
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Must hold:', parts.criteria],
    ['Not wanted:', parts.nonGoals],
    ['Constraints:', parts.constraints],
    ['Facts:', parts.facts],
  ]
  let text = fitBytes(head, ANCHOR_BYTES)
  for (const [title, items] of sections) {
    let section = `${title}\n`
    let any = false
    for (const item of items) {
      const line = `- ${plainText(item)}\n`
      if (line === '- \n') continue
      if (bytesOf(text) + bytesOf(section) + bytesOf(line) > ANCHOR_BYTES) break
      section += line
      any = true
    }
    if (any) text += section
  }
  return text
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}
