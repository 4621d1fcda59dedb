// Owns how the place of an inline review comment stands in its text: one line before it, and how it is read again.

/** `At src/index.js, lines 14 to 16:`. Lines are null where GitHub no longer knows them: then the file alone is named. */
export function placeLine(path: string, line: number | null, first: number | null): string {
  const file = path.replaceAll(/[\r\n]+/g, ' ')
  if (line === null) return `At ${file}:`
  return first === null || first === line
    ? `At ${file}, line ${line}:`
    : `At ${file}, lines ${first} to ${line}:`
}

/** The place and the text behind it; `place` is undefined where the text has none. `src/index.js:14-16`. */
export function splitPlace(text: string): { place: string | undefined; rest: string } {
  const found = /^At ([^\n]{1,4096}?)(?:, lines? (\d{1,9})(?: to (\d{1,9}))?)?:(?:\n\n|$)/.exec(text)
  if (found === null) return { place: undefined, rest: text }
  const [whole, file = '', first, last] = found
  const lines = first === undefined ? '' : `:${first}${last === undefined ? '' : `-${last}`}`
  return { place: `${file}${lines}`, rest: text.slice(whole.length) }
}

/** A review as one text has many: each piece from its place to the next. Source of the shape: `placeLine`. */
export function splitPlaces(text: string): readonly { place: string | undefined; rest: string }[] {
  return text.split(/\n\n(?=At [^\n]{1,4096}?, lines? \d{1,9}(?: to \d{1,9})?:(?:\n\n|$))/).map(splitPlace)
}
