// Owns turning untrusted words into one plain line that renders as itself: no code, mention, link or reference acts.
import { CONTROL, INVISIBLE, shorten } from '../contracts/text.ts'

/** Longest plain line kept of one statement of an issue, in UTF-16 code units. */
const LONGEST = 300

export function plainText(text: string, longest: number = LONGEST): string {
  const line = text
    .toWellFormed()
    .replaceAll(INVISIBLE, '')
    .replaceAll(CONTROL, ' ')
    .normalize('NFC')
    // [words](target) and ![alt](target) keep their words
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', "'")
    .replaceAll(/~{2,}/g, '~')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('[', '(')
    .replaceAll(']', ')')
    // GitHub links a bare address by its scheme or by `www.`
    .replaceAll(/(?:\b[a-z][a-z0-9+.-]*)?:\/\/+/gi, '')
    .replaceAll(/\bwww\./gi, 'www ')
    // `#12`, `GH-12` refer to issues and write into their timelines; a bare `#` at the start is a heading
    .replaceAll(/#(?=\d)/g, 'no. ')
    .replaceAll(/\bGH-(?=\d)/gi, 'no. ')
    .replaceAll('**', '')
    // Last of all, since what is taken out above may put a name behind the sign.
    .replaceAll(/@(?=[\w-])/g, '(at)')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return shorten(line, longest)
}
