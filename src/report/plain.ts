// Owns plain text for people: cleaned of what can steer a terminal or hide, measured and wrapped in columns.

// Threat: escape sequences move the cursor and rewrite lines; bidi and invisible characters make text read as another.
const STEERING = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

/** One line of untrusted text: no control, bidi or invisible character, single spaces, trimmed. */
export function cleanLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(STEERING, ' ')
    .replaceAll(INVISIBLE, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** One line that ends as a sentence does, so that another can follow. */
export function sentence(text: string): string {
  const line = cleanLine(text)
  return line === '' || /[.!?…:;]$/.test(line) ? line : `${line}.`
}

/** Several lines of untrusted text, each cleaned but keeping its spaces; tabs become two spaces. */
export function cleanBlock(text: string): string {
  return text
    .toWellFormed()
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replaceAll('\t', '  ').replaceAll(STEERING, ' ').replaceAll(INVISIBLE, '').trimEnd())
    .join('\n')
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const MARK_ONLY = /^\p{M}+$/u
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Columns that `text` takes in a terminal with a fixed-width font. */
export function displayWidth(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length
  return split(text).reduce((sum, piece) => sum + pieceWidth(piece), 0)
}

function split(text: string): string[] {
  return Array.from(graphemes.segment(text), (piece) => piece.segment)
}

function pieceWidth(piece: string): number {
  if (MARK_ONLY.test(piece)) return 0
  return WIDE.test(piece) ? 2 : 1
}

/** As many whole characters from the start as fit in `width` columns. */
function head(text: string, width: number): string {
  let used = 0
  let kept = ''
  for (const piece of split(text)) {
    used += pieceWidth(piece)
    if (used > width) break
    kept += piece
  }
  return kept
}

/** At most `width` columns; what is cut is shown by `…`. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  return width < 1 ? '' : `${head(text, width - 1).trimEnd()}…`
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text
}

/** Lines of at most `width` columns, broken at spaces; a word longer than a line is broken where it must be. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (displayWidth(joined) <= width) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (displayWidth(line) > width) {
      const start = head(line, width) || split(line)[0] || ''
      lines.push(start)
      line = line.slice(start.length)
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line]
}
