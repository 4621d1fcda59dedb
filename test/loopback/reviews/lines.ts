// Owns where in a file's patch a review comment stands: sides, line numbers, positions and hunks.

export type Side = 'LEFT' | 'RIGHT'

export interface DiffLine {
  /** null where the side has no such line: an addition has no left, a deletion no right */
  readonly left: number | null
  readonly right: number | null
  /** with its first character: a space, `+` or `-` */
  readonly text: string
  /** 1 for the line below the first `@@`, counted on through further hunks; source: "Create a review comment" */
  readonly position: number
  /** the header of its hunk and the lines up to this one */
  readonly hunk: string
}

export function diffLines(patch: string): DiffLine[] {
  const lines: DiffLine[] = []
  let [left, right, position] = [0, 0, -1]
  let hunk = ''
  for (const text of patch.split('\n')) {
    position += 1
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text)
    if (header !== null) {
      left = Number(header[1])
      right = Number(header[2])
      hunk = text
      continue
    }
    hunk += `\n${text}`
    const mark = text.charAt(0)
    if (mark === '\\') continue
    lines.push({
      left: mark === '+' ? null : left++,
      right: mark === '-' ? null : right++,
      text,
      position,
      hunk,
    })
  }
  return lines
}

/** The line on that side; undefined where the diff does not show it. */
export function lineAt(lines: readonly DiffLine[], side: Side, number: number): DiffLine | undefined {
  return lines.find((line) => (side === 'LEFT' ? line.left : line.right) === number)
}

export const numberOn = (line: DiffLine, side: Side) => (side === 'LEFT' ? line.left : line.right)

/** Where a line that was commented stands now: the nearest with the same text, or nowhere. */
export function findAgain(
  lines: readonly DiffLine[],
  side: Side,
  hunk: string,
  number: number,
): DiffLine | undefined {
  const text = hunk.slice(hunk.lastIndexOf('\n') + 1)
  const distance = (line: DiffLine) => Math.abs((numberOn(line, side) ?? 0) - number)
  return lines
    .filter((line) => line.text === text && numberOn(line, side) !== null)
    .toSorted((a, b) => distance(a) - distance(b))[0]
}
