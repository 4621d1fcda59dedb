// Owns cutting a text that is longer than GitHub takes, so that what is left still reads well.

/** Source: docs.github.com, "Create a check run": summary and text; said of characters, and held in bytes here. */
export const CHECK_TEXT = 65_535
/** Source: the API's own error message for comments, issues and pull requests. */
export const COMMENT_BODY = 65_536

/** At most `most` characters and, for `bytes`, bytes. Cut between lines; what was open is closed; the end says so. */
export function capMarkdown(
  text: string,
  most: number,
  measure: 'characters' | 'bytes' = 'characters',
): string {
  const size = measure === 'bytes' ? (part: string) => Buffer.byteLength(part) : (part: string) => part.length
  if (size(text) <= most) return text
  const ending = `\n\n… shortened: GitHub takes ${most.toLocaleString('en-US')} ${measure} here.`
  let kept = ''
  let room = most - size(ending)
  for (const line of text.split(/(?<=\n)/)) {
    const needed = size(line)
    // a line beyond all bounds is cut itself, when nothing would be left without it
    if (needed > room && kept === '') kept = cutLine(line, room, size)
    if (needed > room) break
    kept += line
    room -= needed
  }
  for (;;) {
    const whole = kept.trimEnd() + closing(kept) + ending
    if (size(whole) <= most || kept === '') return whole
    kept = kept.slice(0, Math.max(0, kept.lastIndexOf('\n', kept.length - 2) + 1))
  }
}

function cutLine(line: string, room: number, size: (text: string) => number): string {
  let end = Math.min(line.length, Math.max(0, room))
  while (end > 0 && size(line.slice(0, end).toWellFormed()) > room) end = Math.floor(end * 0.9)
  return line
    .slice(0, end)
    .toWellFormed()
    .replace(/\ufffd$/, '')
}

/** Ends a fence and every `<details>` that the cut left open. */
function closing(text: string): string {
  const fence = openFence(text)
  const count = (tag: RegExp) => text.match(tag)?.length ?? 0
  const open = count(/<details\b/gi) - count(/<\/details>/gi)
  return (fence === undefined ? '' : `\n${fence}`) + '\n</details>'.repeat(Math.max(0, open))
}

function openFence(text: string): string | undefined {
  let open: string | undefined
  for (const line of text.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (mark === undefined) continue
    if (open === undefined) open = mark
    else if (mark.startsWith(open)) open = undefined
  }
  return open
}
