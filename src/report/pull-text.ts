// Owns the text of a pull request beside what people have in it: the repository's template stays, our part is marked.
import { MOST_BODY } from './comment.ts'
import { escapeUpTo } from './escape.ts'
import { blocks, byteLength } from './markdown.ts'
import { closesText, renderPullBody, summaryText } from './pull-body.ts'
import type { PullBody } from './pull-body.ts'
import { qualityTree } from './quality-tree.ts'

type Part = 'summary' | 'closes' | 'checks' | 'report'

/** A template above this many bytes would leave no room for what must be said; it is left out. */
const LONGEST_TEMPLATE = 24_000

/** Heading of a template → what it asks for; each part is filled in once, under the first heading that fits. */
const HEADINGS: readonly (readonly [Part, RegExp])[] = [
  [
    'summary',
    /^(summary|description|describe|overview|purpose|motivation|proposed changes?|changes?\b|what\b)/i,
  ],
  ['closes', /\b(issues?|tickets?|fix(es)?|clos(es?|ing)|resolves?)\b/i],
  ['checks', /\b(test(s|ed|ing)?|verif\w*|validat\w*|qa)\b/i],
]

/** Text of a new pull request. `template`: the repository's own, from the default branch. At most `MOST_BODY` bytes. */
export function newPullText(pull: PullBody, template: string | null): string {
  const house = harmless(template ?? '')
  if (house === '' || byteLength(house) > LONGEST_TEMPLATE) return marked('report', renderPullBody(pull))
  const filled = fill(house, partsOf(pull))
  return withReport(pull, filled, `${filled.trimEnd()}\n\n## Autopilot\n\n${marked('report', '')}`)
}

/**
 * Text of an open pull request with our parts as they are now. What people wrote, moved or took out stays so; only the
 * report comes back when somebody took it out. Where people's text leaves no room, nothing of ours is changed.
 */
export function editedPullText(pull: PullBody, current: string): string {
  const parts = partsOf(pull)
  let text = current
  for (const part of ['summary', 'closes', 'checks'] as const) text = replacePart(text, part, parts[part])
  const place = has(text, 'report') ? text : `${text.trimEnd()}\n\n${marked('report', '')}`
  return withReport(pull, current, place)
}

/** Fills the marked report of `text`; `otherwise` when not even the shortest one fits. */
function withReport(pull: PullBody, otherwise: string, text: string): string {
  const omit = (['summary', 'closes'] as const).filter((part) => has(text, part))
  const empty = replacePart(text, 'report', '')
  const room = MOST_BODY - byteLength(empty) - 10
  const report = renderPullBody(pull, { room, omit })
  return byteLength(report) > room ? otherwise : replacePart(text, 'report', report)
}

function partsOf(pull: PullBody): Record<Exclude<Part, 'report'>, string> {
  const { reason } = qualityTree(pull.quality.gates.map((gate) => gate.verdict))
  const closes = closesText(pull.summary.closes)
  return {
    summary: summaryText(pull.summary),
    closes: closes.startsWith('Closes ') ? closes : '',
    checks: `${escapeUpTo(2_000, reason)} The figures are in the report of Autopilot below.`,
  }
}

function marked(part: Part, text: string): string {
  return blocks(`<!-- autopilot:${part} -->`, text, `<!-- /autopilot:${part} -->`)
}

function pattern(part: Part): RegExp {
  return new RegExp(String.raw`<!-- autopilot:${part} -->[^]*?<!-- /autopilot:${part} -->`)
}

function has(text: string, part: Part): boolean {
  return pattern(part).test(text)
}

/** The first such part; a text without it stays as it is. */
function replacePart(text: string, part: Part, by: string): string {
  return text.replace(pattern(part), () => marked(part, by))
}

/**
 * A template as text of this pull request. Threat: an example such as `Fixes #123` would close that issue with the
 * merge, and a marker of ours in it would be taken for our part.
 */
function harmless(template: string): string {
  return template
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/<!--\s*\/?autopilot:[^]*?-->/g, '')
    .replaceAll(/\b((?:clos|fix|resolv)\w*:?\s+(?:[\w./-]+)?)#(?=\d)/gi, '$1#&#8203;')
    .trim()
}

interface Heading {
  title: string
  /** Lines of the template: the heading's own, and the one behind its section. */
  at: number
  end: number
}

function fill(template: string, parts: Record<Exclude<Part, 'report'>, string>): string {
  const lines = template.split('\n')
  const done = new Set<Part>()
  // from the last to the first, so that the lines of those before stay where they are
  const chosen = headingsOf(lines).flatMap((heading) => {
    const part = HEADINGS.find(([name, words]) => !done.has(name) && words.test(heading.title))?.[0]
    if (part === undefined || part === 'report' || parts[part] === '') return []
    done.add(part)
    return [{ heading, text: marked(part, parts[part]) }]
  })
  for (const { heading, text } of chosen.toReversed()) {
    const section = lines.slice(heading.at + 1, heading.end)
    const isEmpty =
      section
        .join('\n')
        .replaceAll(/<!--[^]*?-->/g, '')
        .trim() === ''
    // what the template wants to be read before (its hints) stays above; boxes to tick come after
    insert(lines, isEmpty ? heading.end : heading.at + 1, text)
  }
  return lines.join('\n')
}

/** With an empty line on each side, where there is none. */
function insert(lines: string[], at: number, text: string): void {
  const before = (lines[at - 1] ?? '').trim() === '' ? [] : ['']
  const after = (lines[at] ?? '').trim() === '' ? [] : ['']
  lines.splice(at, 0, ...before, text, ...after)
}

/** Headings that people see: not in a fence and not in a comment. */
function headingsOf(lines: readonly string[]): Heading[] {
  const found: Heading[] = []
  let fence = false
  let comment = false
  for (const [at, line] of lines.entries()) {
    if (!comment && /^\s*(`{3,}|~{3,})/.test(line)) fence = !fence
    const title = fence || comment ? undefined : /^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/.exec(line)?.[1]
    if (!fence) comment = (comment || line.includes('<!--')) && !/-->(?![^]*<!--)/.test(line)
    if (title === undefined) continue
    const before = found.at(-1)
    if (before !== undefined) before.end = at
    found.push({ title: title.replace(/^[^\p{L}]+/u, ''), at, end: lines.length })
  }
  return found
}
