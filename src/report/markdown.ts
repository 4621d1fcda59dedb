// Owns the pieces of Markdown that every page shares: tables, details, and texts cut to a limit by whole pieces.
import type { Verdict } from '../contracts/verdict.ts'
import { codeSpan, escapeMarkdown, escapeUpTo } from './escape.ts'
import { cleanLine } from './plain.ts'
import { LOOKS, placeOf, rowsOf, sortFindings } from './rows.ts'

/** Cells must be Markdown already; a table without rows is no table. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(titles), `|${'---|'.repeat(titles.length)}`, ...rows.map(line)].join('\n')
}

/** `summary` is ours, never untrusted: Markdown is not read inside it. */
export function details(summary: string, body: string): string {
  return body === '' ? '' : `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`
}

/** Blocks with an empty line between them; empty ones left out. */
export function blocks(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n')
}

export interface Link {
  text: string
  url: string
}

// Threat: an address could be `javascript:`, end the link early, or break a table; then the text stands alone.
export function link({ text, url }: Link): string {
  const label = escapeUpTo(100, text)
  return /^https?:\/\/[^\s()<>"'`\\|]{1,2000}$/.test(url) ? `[${label}](${url})` : label
}

/** A person's name, who is told by it; any other account's name is no mention. */
export function mention(login: string): string {
  return /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$/.test(login) ? `@${login}` : codeSpan(login)
}

/** Where pieces were left out, the place of the whole is said at the end. */
export function withRest(markdown: string, rest: Link | null): string {
  return rest === null || !/… \d+ more/.test(markdown) ? markdown : `${markdown}\n\nAll of it: ${link(rest)}.`
}

/** UTF-8 bytes: never fewer than the characters that GitHub counts. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}

/** As many whole pieces as fit into `limit` bytes; what is left out is said by `more(n)` as the last piece. */
export function fit(
  pieces: readonly string[],
  separator: string,
  limit: number,
  more: (n: number) => string,
): string {
  // Threat: thousands of findings come from a run; sizes are added up instead of joining again and again.
  const gap = byteLength(separator)
  const ends = [0]
  for (const piece of pieces) ends.push((ends.at(-1) ?? 0) + byteLength(piece) + gap)
  if ((ends.at(-1) ?? 0) - gap <= limit) return pieces.join(separator)
  for (let kept = pieces.length - 1; kept >= 0; kept -= 1) {
    const last = more(pieces.length - kept)
    if ((ends[kept] ?? 0) + byteLength(last) <= limit) return [...pieces.slice(0, kept), last].join(separator)
  }
  return ''
}

/** Name, value, threshold and verdict; long reasons and findings belong below. Cut to `limit` bytes by rows. */
export function verdictTable(verdicts: readonly Verdict[], title: string, limit: number): string {
  const rows = rowsOf(verdicts, 0).map((row) => {
    const verdict = `${row.look.mark} ${row.look.word}`
    return [
      '· '.repeat(row.depth) + escapeMarkdown(row.name),
      escapeMarkdown(row.value),
      escapeMarkdown(row.needs),
      row.look.word === 'pass' ? verdict : `${verdict}: ${escapeMarkdown(row.reason)}`,
    ]
  })
  const lines = markdownTable([title, 'value', 'needs', 'verdict'], rows).split('\n')
  return fit(lines, '\n', limit, (n) => `| … ${n} more | | | |`)
}

/** One verdict below the fold: its reason, its findings, and what its parts say. */
export function verdictDetails(verdict: Verdict): string {
  const rows = rowsOf(verdict.children, 1).map((row) => {
    const said = `${row.look.mark} ${codeSpan(row.name)}: ${escapeMarkdown(row.reason)}`
    const items = row.findings.length === 0 ? '' : `\n${findingList(row.findings, '  ')}`
    return `${'  '.repeat(row.depth)}- ${said}${items.replaceAll('\n', `\n${'  '.repeat(row.depth)}`)}`
  })
  const look = LOOKS[verdict.status]
  const heading = `**${look.mark} ${escapeMarkdown(verdict.name)}**${verdict.reported === true ? ' (reported)' : ''}: ${escapeMarkdown(verdict.reason)}`
  return blocks(heading, findingList(verdict.findings, ''), rows.join('\n'))
}

/** Findings shown of one verdict before `… n more`. */
const MOST_FINDINGS = 20

function findingList(findings: readonly Verdict['findings'][number][], indent: string): string {
  const shown = sortFindings(findings).slice(0, MOST_FINDINGS)
  const lines = shown.map((finding) => {
    const place = placeOf(finding)
    const fix = cleanLine(finding.fix ?? '')
    const where = place === undefined ? '' : `${codeSpan(place)} `
    const message = fix === '' ? finding.message : `${finding.message} · ${fix}`
    return `${indent}- ${where}${codeSpan(finding.rule)}: ${escapeMarkdown(message)}`
  })
  const more = findings.length - shown.length
  return [...lines, ...(more > 0 ? [`${indent}- … ${more} more`] : [])].join('\n')
}
