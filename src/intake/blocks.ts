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
  for (const raw of text.split('\n')) {
    if (fence !== undefined) {
      const indent = indentOf(raw)
      // Leaving the list item closes its fence, as in CommonMark: what follows is prose again.
      if (fence.list > 0 && raw.trim() !== '' && indent < fence.list) fence = undefined
      else {
        const closes = isClosing(raw, fence)
        const kind = closes ? 'fence' : 'code'
        lines.push({ text: raw, kind, block, info: fence.info, indent: fence.indent })
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
    if (fence === undefined) lines.push({ text: line, kind: 'prose', block: 0, info: '', indent: 0 })
    else lines.push({ text: line, kind: 'fence', block: ++block, info: fence.info, indent: fence.indent })
  }
  return { lines, comments }
}

/** The line without its comments; `text` undefined when nothing but a comment stood there. */
function withoutComments(
  raw: string,
  wasOpen: boolean,
): { text: string | undefined; comments: number; open: boolean } {
  let rest = raw
  let text = ''
  let comments = 0
  let open = wasOpen
  let cut = wasOpen
  while (rest !== '') {
    if (open) {
      const end = rest.indexOf('-->')
      if (end === -1) break
      rest = rest.slice(end + 3)
      open = false
      continue
    }
    const start = commentStart(rest)
    if (start === -1) {
      text += rest
      break
    }
    text += rest.slice(0, start)
    rest = rest.slice(start + 4)
    comments++
    open = true
    cut = true
    // `<!-->` and `<!--->` are whole comments.
    const short = /^-?>/.exec(rest)
    if (short !== null) {
      rest = rest.slice(short[0].length)
      open = false
    }
  }
  return { text: cut && text.trim() === '' ? undefined : text, comments, open }
}

/** Where a comment opens outside inline code, or -1. */
function commentStart(text: string): number {
  for (let from = 0; ;) {
    const start = text.indexOf('<!--', from)
    if (start === -1) return -1
    const span = codeSpans(text).find(([begin, end]) => begin < start && start < end)
    if (span === undefined) return start
    from = span[1]
  }
}

function codeSpans(text: string): readonly (readonly [number, number])[] {
  const runs = [...text.matchAll(/`+/g)]
  const spans: [number, number][] = []
  for (let i = 0; i < runs.length; i++) {
    const open = runs[i]
    const close = runs.findIndex((run, j) => j > i && run[0].length === open?.[0].length)
    if (open === undefined || close === -1) continue
    spans.push([open.index, (runs[close]?.index ?? 0) + open[0].length])
    i = close
  }
  return spans
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
