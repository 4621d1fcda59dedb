// Owns which lines of a JavaScript or TypeScript file can run: not blanks, comments, imports, types,
// heads of declarations or closing brackets.
import { stripTypeScriptTypes } from 'node:module'

/** Lines that hold nothing but brackets and words that only open a block. */
const STRUCTURE = /^[\s{}()[\];,]*((else|try|finally|do|catch(\s*\([\w$]*\))?)[\s{}()[\];,]*)?$/
/** Head of a declaration whose body follows: it says that there is something, the body does something. */
const HEAD = /^(export\s+)?(default\s+)?((async\s+)?function\b|class\b).*\{$/
const DIRECTIVE = /^(['"])use [a-z]+\1;?$/

export interface CodeLine {
  /** From 1. */
  number: number
  /** Offsets (UTF-16 units) of the first and behind the last character of code. */
  start: number
  end: number
}

/** Text of a file → its lines that can run. Nothing of it is executed; what cannot be parsed counts as code. */
export function codeLines(path: string, text: string): readonly CodeLine[] {
  const code = withoutComments(withoutTypes(path, text))
  const lines: CodeLine[] = []
  let offset = 0
  let importing = false
  for (const [index, line] of code.split('\n').entries()) {
    const trimmed = line.trim()
    const start = offset + line.length - line.trimStart().length
    offset += line.length + 1
    // An import statement links files, and no test can skip it; `import(…)` and `import.meta` are expressions.
    importing ||= /^(import\b(?!\s*[(.])|export\s*[*{])/.test(trimmed)
    if (importing) {
      importing = !/['"})];?$|;$/.test(trimmed)
      continue
    }
    if (STRUCTURE.test(trimmed) || DIRECTIVE.test(trimmed) || HEAD.test(trimmed)) continue
    if (trimmed.startsWith('#!')) continue
    lines.push({ number: index + 1, start, end: start + trimmed.length })
  }
  return lines
}

/** Types become blanks of the same length, so that offsets stay; TSX and enums stay as they are. */
function withoutTypes(path: string, text: string): string {
  if (!/\.[cm]?ts$/.test(path)) return text
  try {
    return stripTypeScriptTypes(text, { mode: 'strip' })
  } catch {
    return text
  }
}

/** Words after which `/` starts a regular expression and no division. */
const BEFORE_REGEX =
  /(^|[^\w$.])(return|typeof|case|in|of|delete|void|throw|new|else|do|instanceof|yield|await)$/

/** Comments become blanks of the same length. Strings, templates and regular expressions stay. */
function withoutComments(text: string): string {
  const parts: string[] = []
  /** End of the code so far, enough to tell a division from a regular expression. */
  let tail = ''
  let i = 0
  /** Depth of brackets at which each open `${` of a template ends. */
  const templates: number[] = []
  let depth = 0
  const take = (end: number): void => {
    parts.push(text.slice(i, end))
    tail = (tail + text.slice(Math.max(i, end - 40), end)).slice(-40)
    i = end
  }
  while (i < text.length) {
    const char = text[i] ?? ''
    const pair = text.slice(i, i + 2)
    if (pair === '//' || pair === '/*') {
      const close = pair === '//' ? text.indexOf('\n', i) : text.indexOf('*/', i + 2) + 2
      const end = close < i + 2 ? text.length : close
      parts.push(text.slice(i, end).replaceAll(/[^\n]/g, ' '))
      i = end
    } else if (char === "'" || char === '"') take(endOfQuoted(text, i, char))
    else if (char === '/' && startsRegex(tail)) take(endOfRegex(text, i))
    else if (char === '`' || (char === '}' && templates.at(-1) === depth)) {
      if (char === '}') templates.pop()
      const end = endOfTemplate(text, i + 1)
      if (text[end - 1] === '{') templates.push(depth)
      take(end)
    } else {
      if (char === '{') depth++
      if (char === '}') depth--
      take(i + 1)
    }
  }
  return parts.join('')
}

function endOfQuoted(text: string, start: number, quote: string): number {
  let i = start + 1
  while (i < text.length && text[i] !== quote && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1
  return Math.min(i + 1, text.length)
}

/** Behind the closing backtick, or behind `${`. */
function endOfTemplate(text: string, start: number): number {
  let i = start
  while (i < text.length && text[i] !== '`') {
    if (text[i] === '$' && text[i + 1] === '{') return i + 2
    i += text[i] === '\\' ? 2 : 1
  }
  return Math.min(i + 1, text.length)
}

function endOfRegex(text: string, start: number): number {
  let i = start + 1
  let inClass = false
  while (i < text.length && text[i] !== '\n' && (inClass || text[i] !== '/')) {
    if (text[i] === '[') inClass = true
    if (text[i] === ']') inClass = false
    i += text[i] === '\\' ? 2 : 1
  }
  return Math.min(i + 1, text.length)
}

function startsRegex(before: string): boolean {
  const tail = before.trimEnd()
  const last = tail.at(-1)
  if (last === undefined || '(,=:[!&|?{};+-*%~^<>'.includes(last)) return true
  return BEFORE_REGEX.test(tail)
}
