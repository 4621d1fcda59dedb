// Owns reading a patch, or the hunk of a review comment, into numbered lines.

export interface DiffLine {
  readonly kind: 'hunk' | 'add' | 'del' | 'same' | 'word'
  /** undefined where that side has no such line */
  readonly left: number | undefined
  readonly right: number | undefined
  /** without the sign before it */
  readonly text: string
}

export function diffLines(patch: string): DiffLine[] {
  let [left, right] = [0, 0]
  return patch.split('\n').map((line): DiffLine => {
    const start = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line)
    if (start !== null) {
      left = Number(start[1])
      right = Number(start[2])
      return { kind: 'hunk', left: undefined, right: undefined, text: line }
    }
    const text = line.slice(1)
    // "\ No newline at end of file"
    if (line.startsWith('\\')) return { kind: 'word', left: undefined, right: undefined, text: line }
    if (line.startsWith('+')) return { kind: 'add', left: undefined, right: right++, text }
    if (line.startsWith('-')) return { kind: 'del', left: left++, right: undefined, text }
    return { kind: 'same', left: left++, right: right++, text }
  })
}
