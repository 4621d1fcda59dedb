// Owns how untrusted text gets into Markdown: it cannot ping, link, close an issue, open HTML or break a table.
import { shorten } from '../contracts/text.ts'
import { cleanBlock, cleanLine } from './plain.ts'

// A zero-width space as entity: it stays in the text, so that a mention or reference does not form after parsing.
const BREAK = '&#8203;'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '`': '&#96;',
  '|': '&#124;',
  $: '&#36;',
}

// What stays inert between single backticks in every place we write to, table cells included.
const CODE = /(`[^`|\\]+`)/

/**
 * Untrusted text as one line of inline Markdown that reads as it was written. Text between single backticks stays
 * code, where nothing pings or links.
 */
export function escapeMarkdown(untrusted: string): string {
  return cleanLine(untrusted)
    .split(CODE)
    .map((part, at) => (at % 2 === 1 ? part : escapeText(part, at === 0)))
    .join('')
    .replaceAll('``', `\`${BREAK}\``)
}

/** The same in at most `bytes`, ending in an ellipsis where something was cut: one text alone never fills a page. */
export function escapeUpTo(bytes: number, untrusted: string): string {
  const text = cleanLine(untrusted)
  for (let length = bytes; ;) {
    const escaped = escapeMarkdown(shorten(text, length))
    const size = Buffer.byteLength(escaped)
    if (size <= bytes) return escaped
    // what is escaped may be eight times as long as what was written
    length = Math.max(1, Math.floor((length * bytes) / size) - 1)
    if (length === 1) return '…'
  }
}

function escapeText(text: string, first: boolean): string {
  const inline = text
    .replaceAll(/[&<>`|$]/g, (sign) => ENTITIES[sign] ?? '')
    .replaceAll(/[\\*_[\]~]/g, String.raw`\$&`)
    // what GitHub makes of plain text: mentions, issue and commit references, addresses; `_` before one
    // is a word's end for the parser that links, so no `\b` here
    .replaceAll('@', `@${BREAK}`)
    .replaceAll(/(?<!&)#(?=\d)/g, `#${BREAK}`)
    .replaceAll(/(GH)-(?=\d)/gi, `$1-${BREAK}`)
    .replaceAll('://', `:${BREAK}//`)
    .replaceAll(/(www)\./gi, `$1${BREAK}.`)
    .replaceAll(/(mailto|xmpp):/gi, `$1${BREAK}:`)
    .replaceAll(/(?<![0-9a-z])(?:sha256:)?[0-9a-f]{7,64}(?![0-9a-z])/gi, inertHex)
  // headings, lists, rules and table lines begin a line
  return first
    ? inline.replace(/^(\d{1,9})([.)])/, String.raw`$1\$2`).replace(/^[-+=#:]/, String.raw`\$&`)
    : inline
}

// An object id becomes code, which can be read and copied; another word that GitHub could take for one is broken.
function inertHex(word: string): string {
  const isId = /\d/.test(word) && /[a-f]/.test(word.replace('sha256:', ''))
  return isId ? `\`${word}\`` : word.replaceAll(/.{6}(?=.)/g, `$&${BREAK}`)
}

/** A name, path or id as code; as escaped text where code could be left. */
export function codeSpan(untrusted: string): string {
  const text = cleanLine(untrusted)
  return /^[^`|\\]+$/.test(text) ? `\`${text}\`` : escapeMarkdown(text)
}

/** Several lines as they are, in a fence longer than any run of backticks inside. `language` is ours. */
export function fence(untrusted: string, language = ''): string {
  const text = cleanBlock(untrusted)
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), (run) => run[0].length))
  const marks = '`'.repeat(longest + 1)
  return `${marks}${language}\n${text}\n${marks}`
}
