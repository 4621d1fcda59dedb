// Owns the comment that shows one verdict: the answer, the table, and everything else below the fold.
import type { Verdict } from '../contracts/verdict.ts'
import { escapeMarkdown } from './escape.ts'
import { subjectText } from './figures.ts'
import { blocks, byteLength, details, fit, verdictDetails, verdictTable } from './markdown.ts'
import { LOOKS, answerOf, heldFirst } from './rows.ts'

/** GitHub takes 65,536 characters in a comment or pull request body; bytes are never fewer. */
export const MOST_BODY = 65_000

/** Markdown of one verdict tree, at most `MOST_BODY` bytes. `kind` names the rows: gate, judge, rule. */
export function renderComment(verdict: Verdict, kind = 'gate'): string {
  const answer = `**${LOOKS[verdict.status].mark} ${escapeMarkdown(answerOf(verdict))}**`
  const headline = `${answer} · ${escapeMarkdown(subjectText(verdict.subject))}`
  const parts = heldFirst(verdict.children)
  const table = verdictTable(parts, kind, MOST_BODY / 2)
  const room = MOST_BODY - byteLength(headline) - byteLength(table) - 200
  return blocks(headline, table, details('Details', verdictPages(parts, room)))
}

/** Details of many verdicts, what holds first, cut to `limit` bytes by whole verdicts. What cannot fit is not rendered. */
export function verdictPages(verdicts: readonly Verdict[], limit: number): string {
  let used = 0
  const pages = heldFirst(verdicts).map((verdict) => {
    const page = used > limit ? '' : verdictDetails(verdict)
    used += byteLength(page)
    return page
  })
  return fit(pages, '\n\n', limit, (n) => `… ${n} more`)
}
