// Owns reading a comment for its command: the first line that begins with `/name`, as a person sees the comment.
import { CommandName, LATER_COMMANDS } from '../contracts/command.ts'
import { readBlocks } from './blocks.ts'
import type { Line } from './blocks.ts'

export type LaterCommand = (typeof LATER_COMMANDS)[number]

/** `answer` is a text of ours, for Markdown: nothing of the comment is in it but a known or harmless word. */
export type Said =
  /** `text` is raw: what follows the name, to the comment's end. `further` are commands in it that begin a line. */
  | { kind: 'command'; name: CommandName; text: string; further: readonly CommandName[] }
  | { kind: 'later'; name: LaterCommand; answer: string }
  /** No command, but so near to one that silence would be taken for an answer. */
  | { kind: 'hint'; word: string; answer: string }

const LATER: Readonly<Record<LaterCommand, string>> = {
  'request-changes':
    'Submit a review with “Request changes”, or comment `/reply` followed by what should change.',
  reject: 'Comment `/abort` to stop the work, then close the pull request.',
  escalate: 'Comment `/pause` followed by a reason, and assign the person who should decide.',
  apply: 'A change that passes its review becomes a pull request by itself; merging is up to the policy.',
  progress: 'Comment `/status` to see how far the work is.',
}

const NAMES: readonly string[] = [...CommandName.options, ...LATER_COMMANDS]

// At most three spaces: four make it code. `/status.` and `/retry, please` are commands; `/status/x` and `/a.b` are paths.
const LINE = /^ {0,3}\/([a-z][a-z-]{1,30})(?:[.,:;!?]+(?=\s|$)|(?=\s|$))[ \t]*/i

interface Slash {
  word: string
  /** Index of its line in the text, and where on that line the rest begins. */
  at: number
  rest: number
  quoted: boolean
}

export function readCommand(comment: string): Said | undefined {
  const lines = comment.split(/\r\n|\n|\r/)
  const slashes = slashesOf(lines)
  const open = slashes.filter((slash) => !slash.quoted)
  const first = open.find(({ word }) => NAMES.includes(word))
  if (first === undefined) return hintFor(slashes)
  const later = LATER_COMMANDS.find((name) => name === first.word)
  if (later !== undefined) {
    return { kind: 'later', name: later, answer: `\`/${later}\` is not there yet. ${LATER[later]}` }
  }
  const text = [(lines[first.at] ?? '').slice(first.rest), ...lines.slice(first.at + 1)].join('\n').trim()
  const further = open.flatMap(({ word, at }) => (at > first.at && isCommand(word) ? [word] : []))
  return { kind: 'command', name: CommandName.parse(first.word), text, further }
}

function isCommand(word: string): word is CommandName {
  return CommandName.safeParse(word).success
}

/**
 * Lines of the source that begin with a slash and a word and that a person sees as text: not in a fence, an HTML
 * comment, `<pre>` or a quote. The source line itself begins with it, so no hidden part can be its beginning.
 */
function slashesOf(source: readonly string[]): Slash[] {
  const found: Slash[] = []
  let quote = false
  let pre = false
  for (const line of readBlocks(source.join('\n')).lines) {
    if (/<pre\b/i.test(line.text)) pre = true
    if (!pre) {
      quote = inQuote(line, quote)
      const match = LINE.exec(source[line.at] ?? '')
      if (match !== null && line.kind === 'prose' && LINE.test(line.text)) {
        const word = (match[1] ?? '').toLowerCase()
        found.push({ word, at: line.at, rest: match[0].length, quoted: quote })
      }
    }
    if (/<\/pre>/i.test(line.text)) pre = false
  }
  return found
}

/** A quote goes on over lines without `>` until an empty one: so the page shows it. */
function inQuote(line: Line, before: boolean): boolean {
  const quoted = /^ {0,3}>\s?(.*)$/.exec(line.text)
  if (quoted !== null)
    return /\S/.test(quoted[1] ?? '') && !/^\s{0,3}(#{1,6}\s|`{3}|~{3})/.test(quoted[1] ?? '')
  return before && line.kind === 'prose' && line.text.trim() !== ''
}

function hintFor(slashes: readonly Slash[]): Said | undefined {
  for (const { word, quoted } of slashes) {
    if (quoted && NAMES.includes(word)) {
      const answer = `\`/${word}\` stands inside a quote, so it was not read. Leave an empty line above it and comment again.`
      return { kind: 'hint', word, answer }
    }
    const near = quoted ? undefined : NAMES.find((name) => oneEditApart(word, name))
    if (near !== undefined) {
      return { kind: 'hint', word, answer: `\`/${word}\` is not a command. Did you mean \`/${near}\`?` }
    }
  }
  return undefined
}

/** One letter too many, missing, another, or two neighbours swapped. */
function oneEditApart(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  if (long.length - short.length > 1) return false
  let i = 0
  while (i < short.length && short[i] === long[i]) i++
  if (long.length > short.length) return short.slice(i) === long.slice(i + 1)
  const swapped =
    short[i] === long[i + 1] && short[i + 1] === long[i] && short.slice(i + 2) === long.slice(i + 2)
  return i < short.length && (swapped || short.slice(i + 1) === long.slice(i + 1))
}
