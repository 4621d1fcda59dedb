// Owns reading Markdown line by line as GitHub does: what is prose, what is a fenced block, what is a hidden comment.

/** One line of a cleaned text. `info` is the fence's first word, lower case, for the lines of a fenced block. */
export interface Line {
  text: string
  kind: 'prose' | 'fence' | 'code'
  /** Ordinal of the fenced block that the line belongs to; 0 for prose. */
  block: number
  info: string
  /** Columns before the fence: so many leading spaces of a code line are not the code's own. */
  indent: number
  /** Which line of the text it is, from 0. */
  at: number
}

export interface Blocks {
  lines: readonly Line[]
  /** Number of HTML comments taken out. A comment inside a fence is visible to people and stays. */
  comments: number
}

interface Fence {
  mark: string
  length: number
  indent: number
  info: string
  list: number
}

const LIST_ITEM = /^(\s*)([-*+]|\d{1,9}[.)])(\s+)/

export function readBlocks(text: string): Blocks {
  const lines: Line[] = []
  let comments = 0
  let block = 0
  let inComment = false
  let fence: Fence | undefined
  let listIndent = 0
  for (const [at, raw] of text.split('\n').entries()) {
    if (fence !== undefined) {
      const indent = indentOf(raw)
      // Leaving the list item closes its fence, as in CommonMark: what follows is prose again.
      if (fence.list > 0 && raw.trim() !== '' && indent < fence.list) fence = undefined
      else {
        const closes = isClosing(raw, fence)
        const kind = closes ? 'fence' : 'code'
        lines.push({ text: raw, kind, block, info: fence.info, indent: fence.indent, at })
        if (closes) fence = undefined
        continue
      }
    }
    const visible = withoutComments(raw, inComment)
    comments += visible.comments
    inComment = visible.open
    const line = visible.text
    if (line === undefined) continue
    listIndent = nextListIndent(line, listIndent)
    fence = opening(line, listIndent)
    if (fence === undefined) lines.push({ text: line, kind: 'prose', block: 0, info: '', indent: 0, at })
    else lines.push({ text: line, kind: 'fence', block: ++block, info: fence.info, indent: fence.indent, at })
  }
  return { lines, comments }
}

/**
 * The line without its comments; `text` undefined when nothing but a comment stood there. What begins first counts:
 * a comment in inline code is code. One pass: a line of a comment may have 65,536 characters.
 */
function withoutComments(
  raw: string,
  wasOpen: boolean,
): { text: string | undefined; comments: number; open: boolean } {
  if (!wasOpen && !raw.includes('<!--')) return { text: raw, comments: 0, open: false }
  const closing = closingRuns(raw)
  let text = ''
  let comments = 0
  let open = wasOpen
  let cut = wasOpen
  for (let i = 0; i < raw.length;) {
    if (open) {
      const end = raw.indexOf('-->', i)
      if (end === -1) break
      i = end + 3
      open = false
    } else if (raw.startsWith('<!--', i)) {
      // `<!-->` and `<!--->` are whole comments.
      const short = /^<!---?>/.exec(raw.slice(i, i + 6))
      i += short?.[0].length ?? 4
      comments++
      open = short === null
      cut = true
    } else {
      const end = raw[i] === '`' ? closing(i) : next(raw, i)
      text += raw.slice(i, end)
      i = end
    }
  }
  return { text: cut && text.trim() === '' ? undefined : text, comments, open }
}

/** Where the next backtick or comment may begin. */
function next(raw: string, from: number): number {
  let at = from + 1
  while (at < raw.length && raw[at] !== '`' && raw[at] !== '<') at++
  return at
}

/** For a run of backticks, where the code span ends that it opens; its own end when no run of its length follows. */
function closingRuns(raw: string): (at: number) => number {
  const starts = new Map<number, number[]>()
  for (const run of raw.matchAll(/`+/g)) {
    const length = run[0].length
    const same = starts.get(length)
    if (same === undefined) starts.set(length, [run.index])
    else same.push(run.index)
  }
  // Asked from left to right, so each list is walked once.
  const walked = new Map<number, number>()
  return (at) => {
    let length = 1
    while (raw[at + length] === '`') length++
    const same = starts.get(length) ?? []
    let k = walked.get(length) ?? 0
    while (k < same.length && (same[k] ?? 0) <= at) k++
    walked.set(length, k)
    const close = same[k]
    return close === undefined ? at + length : close + length
  }
}

/** Content column of the list item that a line belongs to; 0 outside lists. */
function nextListIndent(line: string, current: number): number {
  if (line.trim() === '') return current
  const item = LIST_ITEM.exec(line)
  const indent = indentOf(line)
  if (item !== null && indent < current + 4) return item[0].length
  return indent >= current ? current : 0
}

function opening(line: string, listIndent: number): Fence | undefined {
  // A fence may stand right behind a list marker: "- ```diff".
  const item = LIST_ITEM.exec(line)
  const rest = item === null ? line : line.slice(item[0].length)
  const match = /^( *)(`{3,}|~{3,})\s*([^`]*)$/.exec(rest) ?? /^( *)(~{3,})(.*)$/.exec(rest)
  if (match === null) return undefined
  const indent = (item?.[0].length ?? 0) + (match[1] ?? '').length
  // Threat: four spaces make it indented code, which opens nothing; text after it would be hidden from the cleaning.
  if (indent > listIndent + 3) return undefined
  const mark = match[2] ?? ''
  const info = (match[3] ?? '').trim().split(/[\s,{]/)[0] ?? ''
  const list = indent >= listIndent ? listIndent : 0
  return { mark: mark.charAt(0), length: mark.length, indent, info: info.toLowerCase(), list }
}

function isClosing(line: string, fence: Fence): boolean {
  const match = /^( *)(`{3,}|~{3,})\s*$/.exec(line)
  if (match === null) return false
  const mark = match[2] ?? ''
  const deep = (match[1] ?? '').length > fence.list + 3
  return !deep && mark.charAt(0) === fence.mark && mark.length >= fence.length
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}
