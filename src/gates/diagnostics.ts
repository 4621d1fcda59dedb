// Owns how the output of linters and type checkers is read: errors with their place, and which of them are new.
import { pathProblem } from '../contracts/base.ts'

export interface Diagnostic {
  path: string
  line: number
  message: string
}

/** `a.ts(1,2): error TS1: text`, `a.js:1:2: text`, `at a.js:1:2`, `,-[a.js:1:2]` */
const PLACE = /(?:^|[\s[(])((?:[\w@.+-]+\/)*[\w@.+-]+\.\w+)[:(](\d+)[:,](\d+)\)?\]?:?\s*(.*)$/
/** eslint's default: the path on a line of its own, then indented rows. */
const ROW = /^\s+(\d+):(\d+)\s+(error|warning)\s+(.*)$/

/** Text of a tool → errors in order. Warnings are left out; what is no diagnostic is skipped. */
export function readDiagnostics(text: string): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  let header: string | undefined
  let before = ''
  for (const raw of text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '').split('\n')) {
    // Threat: one line of megabytes against an expression.
    const line = raw.slice(0, 2_000).replaceAll('/repo/', '').trimEnd()
    const row = ROW.exec(line)
    const place = row === null ? PLACE.exec(line) : null
    if (row !== null && header !== undefined) {
      if (row[3] === 'error') add(found, header, row[1], row[4])
    } else if (place !== null) {
      const message = place[4] === '' ? before : (place[4] ?? '')
      if (!/^\s*(\d+\s+)?(warning|warn|info)\b|^\s*[!⚠]/i.test(message))
        add(found, place[1], place[2], message)
    } else if (/^\S+\.\w+$/.test(line)) header = line.replace(/^\.\//, '')
    if (line.trim() !== '') before = line.trim()
  }
  return found
}

function add(
  found: Diagnostic[],
  path: string | undefined,
  line: string | undefined,
  message: string | undefined,
): void {
  const at = path?.replace(/^\.\//, '') ?? ''
  // What a tool says about installed packages is no answer about this repository.
  if (pathProblem(at) !== undefined || Number(line) < 1 || at.includes('node_modules/')) return
  found.push({ path: at, line: Number(line), message: (message ?? '').trim().slice(0, 300) || 'error' })
}

/** Those of `after` that `before` does not hold. Lines move with every edit, so only path and words are compared. */
export function newDiagnostics(
  after: readonly Diagnostic[],
  before: readonly Diagnostic[],
): readonly Diagnostic[] {
  const key = (one: Diagnostic): string => `${one.path}\0${one.message.replaceAll(/\d+/g, '#')}`
  const left = new Map<string, number>()
  for (const one of before) left.set(key(one), (left.get(key(one)) ?? 0) + 1)
  return after.filter((one) => {
    const known = left.get(key(one)) ?? 0
    if (known > 0) left.set(key(one), known - 1)
    return known === 0
  })
}
