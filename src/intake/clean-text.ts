// Owns cleaning an issue's text: what a person cannot see is taken out and said, then the text is pinned by digest.
import { digestOf } from '../contracts/canonical.ts'
import type { Digest } from '../contracts/canonical.ts'
import { CONTROL, INVISIBLE } from '../contracts/text.ts'
import type { Problem } from '../ports.ts'
import { readBlocks } from './blocks.ts'

export type Cleaned =
  | { ok: true; title: string; body: string; rawDigest: Digest; removed: readonly string[] }
  | { ok: false; problem: Problem }

/** GitHub's own limit of an issue body, in UTF-16 code units. */
const LONGEST = 65_536
const LONGEST_TITLE = 300

// Threat: without bounds a text of `![` or `http://` repeated takes seconds.
const IMAGE =
  /!\[[^\]]{0,500}\]\([^)]{0,2000}\)|<img\b[^>]{0,2000}>|https?:\/\/\S{1,500}?\.(?:png|jpe?g|gif|webp|svg|mp4|mov)\b\S*|https?:\/\/\S{0,500}?\/(?:user-attachments|user-images|assets)\/\S+/gi
/** Link definitions that render as nothing: the usual way to hide a remark. */
const HIDDEN_DEFINITION = /^ {0,3}\[(?:\/\/|comment|hidden|_|#)\]:\s.*$/i

export function cleanIssue(raw: Uint8Array): Cleaned {
  if (raw.byteLength > LONGEST * 4) return tooLong(`${raw.byteLength} bytes`)
  const decoded = decode(raw)
  if (decoded === undefined) {
    return problem('issue-not-utf8', 'The issue is no UTF-8 text.', 'Save the file as UTF-8 and run again.')
  }
  if (decoded.length > LONGEST) return tooLong(`${decoded.length} characters`)

  const { text, removed } = cleanMarkdown(decoded)
  if (text.length > LONGEST) return tooLong(`${text.length} characters after normalisation`)
  const { title, body, cut } = splitTitle(text)
  const empty = emptiness(title, body)
  if (empty !== undefined) return { ok: false, problem: empty }
  return {
    ok: true,
    title,
    body,
    rawDigest: digestOf(raw),
    removed: cut ? [...removed, `the title's end, past ${LONGEST_TITLE} characters`] : removed,
  }
}

/** What a person sees of a Markdown text, and what was taken out, in words. */
export function cleanMarkdown(raw: string): { text: string; removed: readonly string[] } {
  const unix = raw.replaceAll(/\r\n?/g, '\n')
  const invisible = unix.match(INVISIBLE)?.length ?? 0
  const controls = unix.replaceAll(INVISIBLE, '').match(CONTROL)?.length ?? 0
  const plain = unix.replaceAll(INVISIBLE, '').replaceAll(CONTROL, '')
  const { lines, comments } = readBlocks(plain)
  const kept = lines.filter((line) => line.kind !== 'prose' || !HIDDEN_DEFINITION.test(line.text))
  return {
    // Code keeps its code points: a patch must still match the file it was made from.
    text: kept.map((line) => (line.kind === 'code' ? line.text : line.text.normalize('NFC'))).join('\n'),
    removed: [
      said(comments, 'HTML comment'),
      said(lines.length - kept.length, 'hidden link definition'),
      said(invisible, 'invisible or direction-changing character'),
      said(controls, 'control character'),
    ].filter((line) => line !== undefined),
  }
}

/**
 * An issue or pull request of a forge: its title is one line of plain text, its body Markdown. `said`: a person said
 * more with the request, so title and body need not be enough alone. The digest is that of title, an empty line and
 * body, as a file with that text has it.
 */
export function cleanSubject(raw: { title: string; body: string; said?: boolean }): Cleaned {
  const size = raw.title.length + raw.body.length
  if (size > LONGEST + LONGEST_TITLE) return tooLong(`${size} characters`)
  const { text, removed } = cleanMarkdown(raw.body)
  // Threat: `<!--` in a title is text that everybody sees; read as Markdown it would hide the body.
  const line = raw.title.replaceAll(INVISIBLE, '').replaceAll(CONTROL, ' ').replaceAll(/\s+/g, ' ').trim()
  const title = cutTitle(line.normalize('NFC'))
  const body = text.trim()
  if (body.length > LONGEST) return tooLong(`${body.length} characters after normalisation`)
  if (title === '') {
    return problem(
      'issue-title-empty',
      'The title has no text.',
      'Give it a title that says what should change.',
    )
  }
  const empty = raw.said === true ? undefined : emptiness(title, body)
  if (empty !== undefined) return { ok: false, problem: empty }
  return { ok: true, title, body, rawDigest: digestOf(`${raw.title}\n\n${raw.body}`), removed }
}

function cutTitle(whole: string): string {
  return whole
    .slice(0, LONGEST_TITLE)
    .toWellFormed()
    .replace(/\ufffd$/, '')
}

/** First heading or line of text; an image or a fence is no title. */
function splitTitle(text: string): { title: string; body: string; cut: boolean } {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => titleOf(line) !== '')
  const fence = lines.findIndex((line) => /^\s*(`{3,}|~{3,})/.test(line))
  if (at === -1 || (fence !== -1 && fence <= at)) return { title: '', body: text.trim(), cut: false }
  const whole = titleOf(lines[at] ?? '')
  const title = cutTitle(whole)
  // What does not fit the title is not lost: the whole line stays in the body.
  const cut = title.length < whole.length
  const rest = cut ? lines.slice(at) : lines.slice(at + 1)
  const body = [...lines.slice(0, at), ...rest]
    .join('\n')
    .replace(/^(\s*\n)+/, '')
    .trimEnd()
  return { title, body, cut }
}

function titleOf(line: string): string {
  return line
    .replaceAll(IMAGE, '')
    .replace(/^\s*#{1,6}\s+/, '')
    .replace(/\s+#+\s*$/, '')
    .replace(/^\s*[=-]{3,}\s*$/, '')
    .trim()
}

function emptiness(title: string, body: string): Problem | undefined {
  const words = `${title}\n${body}`.replaceAll(IMAGE, ' ').match(/[\p{L}\p{N}]+/gu) ?? []
  const bodyWords = body.replaceAll(IMAGE, ' ').match(/[\p{L}\p{N}]+/gu) ?? []
  const images = `${title}\n${body}`.match(IMAGE)?.length ?? 0
  // A picture below a title of one or two words says no more than the picture alone.
  if (images > 0 && bodyWords.length === 0 && words.length < 3) {
    return {
      rule: 'issue-only-image',
      message: 'The issue holds only an image, which cannot be read here.',
      fix: 'Write in text what happens, what should happen, and which file or command it concerns.',
    }
  }
  if (words.length === 0) {
    return {
      rule: 'issue-empty',
      message: 'The issue has no text.',
      fix: 'Write a first line that says what should change, then the details.',
    }
  }
  if (title === '') {
    return {
      rule: 'issue-no-title',
      message: 'The issue starts with a code block and has no first line of text.',
      fix: 'Write one line above the block that says what should change.',
    }
  }
  return undefined
}

function decode(raw: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw)
  } catch {
    return undefined
  }
}

function tooLong(size: string): Cleaned {
  return problem(
    'issue-too-long',
    `The issue has ${size}; at most ${LONGEST} characters are read.`,
    'Shorten it: keep the description and the patch, link to logs.',
  )
}

function problem(rule: string, message: string, fix: string): Cleaned {
  return { ok: false, problem: { rule, message, fix } }
}

function said(count: number, what: string): string | undefined {
  return count === 0 ? undefined : `${count} ${what}${count === 1 ? '' : 's'}`
}
