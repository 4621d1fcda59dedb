// Owns reading an issue's prose: which part of it says what happens, what should, how to see it, and what to leave alone.
import { plainText } from './plain-text.ts'

export type SectionKind =
  | 'acceptance'
  | 'expected'
  | 'actual'
  | 'steps'
  | 'non_goals'
  | 'constraints'
  | 'environment'
  | 'other'

export interface Statement {
  section: SectionKind
  /** One bullet or one sentence, as a plain line. */
  text: string
}

/** First match wins, so that "Expected behaviour" is not read as a behaviour that was observed. */
const HEADINGS: readonly (readonly [SectionKind, RegExp])[] = [
  ['non_goals', /\bnon[- ]?goals?\b|out of scope|not in scope|leave alone|do(es)? not need/],
  ['acceptance', /\baccept|\bcriteria\b|\bdone when\b|definition of done|^requirements?\b/],
  ['expected', /\bexpect|should happen|desired|wanted/],
  ['steps', /\bsteps?\b|\brepro|proof of concept|\bpoc\b|how to see/],
  ['actual', /\bactual|current behaviou?r|what happens|observed|\bproblem\b|\bimpact\b|\bsymptoms?\b/],
  ['constraints', /\bconstraints?\b|\blimits?\b|\bbudget\b|compatib/],
  ['environment', /\benvironment\b|\bversions?\b|\bsystem\b/],
]
const LONGEST_HEADING_WORDS = 6

export function readStatements(prose: string): readonly Statement[] {
  const statements: Statement[] = []
  let section: SectionKind = 'other'
  let paragraph: string[] = []
  let bullet: string[] | undefined
  let fence: string | undefined
  const flush = () => {
    if (bullet !== undefined) push(statements, section, bullet.join(' '))
    for (const sentence of sentencesOf(paragraph.join(' '))) push(statements, section, sentence)
    bullet = undefined
    paragraph = []
  }
  for (const line of prose.split('\n')) {
    const mark = /^\s*(?:[-*+]\s+|\d{1,9}[.)]\s+)?(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence !== undefined) {
      if (mark !== undefined && mark.startsWith(fence)) fence = undefined
      continue
    }
    if (mark !== undefined) {
      flush()
      fence = mark
      continue
    }
    const heading = headingOf(line)
    if (heading !== undefined) {
      flush()
      section = kindOf(heading.title)
      if (heading.rest !== '') paragraph.push(heading.rest)
      continue
    }
    const item = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/.exec(line)
    if (item !== null) {
      flush()
      bullet = [item[1] ?? '']
    } else if (line.trim() === '') flush()
    else if (bullet !== undefined && /^\s/.test(line)) bullet.push(line.trim())
    else {
      if (bullet !== undefined) flush()
      paragraph.push(line.trim())
    }
  }
  flush()
  return statements
}

/** `## Expected`, `**Expected**`, `Expected:` alone, or `Expected: words`. */
function headingOf(line: string): { title: string; rest: string } | undefined {
  const hash = /^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$/.exec(line)
  if (hash !== null) return { title: hash[1] ?? '', rest: '' }
  const bold = /^\s*(?:\*\*|__)([^*_]{2,60})(?:\*\*|__):?\s*(.*)$/.exec(line)
  if (bold !== null && isKnown(bold[1] ?? '')) return { title: bold[1] ?? '', rest: bold[2] ?? '' }
  const plain = /^\s*([A-Z][A-Za-z' -]{2,50}):(?:\s+(.*))?$/.exec(line)
  if (plain !== null && isKnown(plain[1] ?? '')) return { title: plain[1] ?? '', rest: plain[2] ?? '' }
  return undefined
}

function isKnown(title: string): boolean {
  return title.split(/\s+/).length <= LONGEST_HEADING_WORDS && kindOf(title) !== 'other'
}

function kindOf(title: string): SectionKind {
  const lower = title.toLowerCase()
  return HEADINGS.find(([, words]) => words.test(lower))?.[0] ?? 'other'
}

function sentencesOf(paragraph: string): readonly string[] {
  return paragraph.split(/(?<=[.!?])\s+(?=[A-Z`"'([])/)
}

function push(statements: Statement[], section: SectionKind, raw: string): void {
  const text = plainText(raw)
  if (/[\p{L}\p{N}]/u.test(text)) statements.push({ section, text })
}
