// Owns the output of a check run: the answer as title, the table as summary, details, annotations on changed lines.
import type { Finding, Verdict } from '../contracts/verdict.ts'
import type { CheckOutput } from '../ports/forge.ts'
import { verdictPages } from './comment.ts'
import { escapeMarkdown } from './escape.ts'
import { subjectText } from './figures.ts'
import { blocks, byteLength, verdictTable } from './markdown.ts'
import { cleanLine, cut } from './plain.ts'
import { answerOf, heldFirst, sortFindings } from './rows.ts'

/** Limits of GitHub's checks API: characters of summary and text, annotations of one request. */
const MOST_TEXT = 65_535
const MOST_ANNOTATIONS = 50
const MOST_TITLE = 120

/**
 * `kind` names the rows of the table: gate, judge, rule. `title` stands for the answer that the table would give;
 * `lead` stands before the table and `foot` behind it: Markdown of ours, which the table gives way to.
 */
export function renderCheckOutput(
  verdict: Verdict,
  kind = 'gate',
  own: { title?: string; lead?: string; foot?: string } = {},
): CheckOutput & { text: string } {
  const parts = heldFirst(verdict.children)
  const placed = sortFindings(allFindings(verdict)).filter(hasLine)
  const left = placed.length - MOST_ANNOTATIONS
  const note = left > 0 ? `… ${left} more findings than annotations can show; they are listed above.` : ''
  const { lead = '', foot = '' } = own
  const on = `Verdict on ${escapeMarkdown(subjectText(verdict.subject))}.`
  const table = verdictTable(parts, kind, MOST_TEXT - 200 - byteLength(lead + foot))
  const pages = parts.length === 0 ? [verdict] : parts
  return {
    title: cut(own.title === undefined ? answerOf(verdict) : cleanLine(own.title), MOST_TITLE),
    summary: blocks(lead === '' ? on : `${lead} ${on}`, table, foot),
    text: blocks(verdictPages(pages, MOST_TEXT - 200), note),
    annotations: placed.slice(0, MOST_ANNOTATIONS).map(annotationOf),
  }
}

function allFindings(verdict: Verdict): Finding[] {
  return [...verdict.findings, ...verdict.children.flatMap(allFindings)]
}

type Placed = Finding & { location: { path: string; line: number; end_line?: number | undefined } }

function hasLine(finding: Finding): finding is Placed {
  return finding.location?.line !== undefined
}

const LEVELS = { error: 'failure', warning: 'warning', info: 'notice' } as const

// GitHub shows annotations as plain text: cleaned, not escaped.
function annotationOf(finding: Placed): CheckOutput['annotations'][number] {
  const { path, line, end_line: end } = finding.location
  const fix = cleanLine(finding.fix ?? '')
  return {
    path,
    start_line: line,
    end_line: Math.max(line, end ?? line),
    level: LEVELS[finding.severity],
    title: cut(cleanLine(finding.rule), 200),
    message: cut(fix === '' ? cleanLine(finding.message) : `${cleanLine(finding.message)} · ${fix}`, 4_000),
  }
}
