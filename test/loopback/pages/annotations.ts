// Owns how annotations of check runs are shown: each with its place, and all of a run in a table.
import type { Annotation, CheckRun } from '../world/checks.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'

export function placeOf({ path, startLine, endLine }: Annotation): string {
  return startLine === endLine ? `${path}:${startLine}` : `${path}:${startLine}-${endLine}`
}

function shown({ level, title, message, rawDetails }: Annotation, by: string): Html {
  const about = [title === null ? '' : level, by].filter((part) => part !== '').join(' ')
  return html`<div class="annotation ${level}">
    <p><b>${title ?? level}</b> <span class="muted">${about}</span></p>
    <p>${message}</p>
    ${rawDetails !== null && html`<pre>${rawDetails}</pre>`}
  </div>`
}

export function annotationNote(run: CheckRun, annotation: Annotation): Html {
  return shown(annotation, `by ${run.app.name}, ${run.name}, at ${placeOf(annotation)}`)
}

export function annotationTable(run: CheckRun): Html | false {
  if (run.annotations.length === 0) return false
  const rows = run.annotations.map(
    (annotation) =>
      html`<tr>
        <td><code>${placeOf(annotation)}</code></td>
        <td>${shown(annotation, '')}</td>
      </tr>`,
  )
  return html`<table class="list">
    <caption class="unseen">
      Annotations of ${run.name}
    </caption>
    <thead>
      <tr>
        <th scope="col" class="place">Place</th>
        <th scope="col">Annotation</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`
}
