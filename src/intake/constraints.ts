// Owns reading what a person asks for in a reply, by rules: bullets, imperative sentences and obligations.
import { shorten } from '../contracts/text.ts'
import { readBlocks } from './blocks.ts'

const MOST = 20
const LONGEST = 300

/** Base forms that begin a request about code. A sentence that begins otherwise is talk, unless it says must or should. */
const VERBS = new Set(
  (
    'accept add align allow avoid bump call catch change check clean close convert copy cover cut delete describe ' +
    'document drop emit ensure escape expect explain export extend extract factor fix follow guard handle hide ' +
    'ignore import include inline keep leave limit log make mark match merge mention move name narrow pass pin ' +
    'prefer print put raise read rebase reduce refactor reject remove rename reorder replace restore retry return ' +
    'reuse revert rewrite run set show simplify skip sort split start stick stop store swap switch take test throw ' +
    'treat trim try undo update upgrade use validate wrap write'
  ).split(' '),
)
const OBLIGATION =
  /\b(must|should|shall|has to|have to|needs? to|ought to|may not|can ?not be|is required|are required)\b/i
const NEVER = /^(please )?(do not|don['’]t|never|always|no longer|only|no) \S/i

export function constraintsIn(text: string): string[] {
  const asked = statementsIn(text).filter(({ bullet, text }) => bullet || isAsked(text))
  return [...new Set(asked.map((one) => shorten(one.text, LONGEST)))].slice(0, MOST)
}

function isAsked(sentence: string): boolean {
  if (sentence.endsWith('?')) return false
  if (NEVER.test(sentence) || OBLIGATION.test(sentence)) return true
  const words = sentence.toLowerCase().match(/[a-z]+/g) ?? []
  const first = words.find((word) => !['please', 'and', 'also', 'then', 'just', 'instead'].includes(word))
  return first !== undefined && VERBS.has(first)
}

/** Bullets and sentences of the prose; what is quoted or code is another's. */
function statementsIn(text: string): { bullet: boolean; text: string }[] {
  const found: { bullet: boolean; text: string }[] = []
  let paragraph: string[] = []
  let bullet: string[] | undefined
  const flush = (): void => {
    if (bullet !== undefined) push(found, true, bullet.join(' '))
    for (const one of paragraph.join(' ').split(/(?<=[.!?])\s+/)) push(found, false, one)
    bullet = undefined
    paragraph = []
  }
  for (const line of readBlocks(text).lines) {
    const item = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/.exec(line.text)
    if (line.kind !== 'prose' || /^\s*$/.test(line.text) || /^ {0,3}(>|#)/.test(line.text)) flush()
    else if (item !== null) {
      flush()
      bullet = [item[1] ?? '']
    } else if (bullet !== undefined && /^\s/.test(line.text)) bullet.push(line.text.trim())
    else {
      if (bullet !== undefined) flush()
      paragraph.push(line.text.trim())
    }
  }
  flush()
  return found
}

function push(found: { bullet: boolean; text: string }[], bullet: boolean, raw: string): void {
  const text = raw.replaceAll(/\s+/g, ' ').trim()
  if (/[\p{L}\p{N}]/u.test(text)) found.push({ bullet, text })
}
