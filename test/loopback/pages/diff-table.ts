// Owns the coloured table of a diff, with what was said of its lines below them.
import type { DiffLine } from './diff-lines.ts'
import type { Html, Value } from './html.ts'
import { html } from './html.ts'

const SIGNS: Readonly<Record<DiffLine['kind'], string>> = {
  hunk: '',
  add: '+',
  del: '-',
  same: ' ',
  word: '',
}

/** `below` gives what follows a line; undefined for most. */
export function diffTable(
  name: string,
  lines: readonly DiffLine[],
  below: (line: DiffLine) => Value = () => undefined,
): Html {
  const rows = lines.map((line) => {
    const { kind, left, right, text } = line
    const code =
      kind === 'hunk' || kind === 'word'
        ? html`<td class="text" colspan="3">${text}</td>`
        : html`<td class="at">${left}</td>
            <td class="at">${right}</td>
            <td class="text">${SIGNS[kind]} ${text}</td>`
    const note = below(line)
    return html`<tr class="${kind}">
        ${code}
      </tr>
      ${
        note !== undefined &&
        html`<tr class="note">
          <td colspan="3">${note}</td>
        </tr>`
      }`
  })
  return html`<table class="diff code">
    <caption class="unseen">
      ${name}
    </caption>
    <colgroup>
      <col class="at" />
      <col class="at" />
      <col />
    </colgroup>
    <thead class="slim">
      <tr>
        <th scope="col">Old line</th>
        <th scope="col">New line</th>
        <th scope="col">Text</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`
}
