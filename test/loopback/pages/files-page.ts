// Owns the tab of changed files: each as a coloured table, with annotations and threads below the lines they are about.
import type { DiffFile } from '../git/diff-parse.ts'
import type { Annotation, CheckRun } from '../world/checks.ts'
import { annotationNote } from './annotations.ts'
import { checksOf } from './checks-of.ts'
import { diffLines } from './diff-lines.ts'
import type { DiffLine } from './diff-lines.ts'
import { diffTable } from './diff-table.ts'
import type { Html, Value } from './html.ts'
import { html } from './html.ts'
import type { Page } from './layout.ts'
import { plural } from './people.ts'
import type { PullFacts } from './pull-facts.ts'
import { pullTab } from './pull-page.ts'
import type { Thread } from './reviews.ts'
import { threadBox, threadsOf } from './reviews.ts'

interface Noted {
  readonly run: CheckRun
  readonly annotation: Annotation
}

interface Notes {
  readonly annotations: readonly Noted[]
  readonly threads: readonly Thread[]
}

const shownNotes = (noted: readonly Noted[]) =>
  noted.map(({ run, annotation }) => annotationNote(run, annotation))

/** A note stands below the last line that it is about. */
function notesBelow(facts: PullFacts, { annotations, threads }: Notes, line: DiffLine): Value {
  const noted = annotations.filter(({ annotation }) => annotation.endLine === line.right)
  const spoken = threads.filter(
    ([first]) => first.line !== null && first.line === (first.side === 'LEFT' ? line.left : line.right),
  )
  if (noted.length + spoken.length === 0) return undefined
  return [...shownNotes(noted), ...spoken.map((thread) => threadBox(facts.repository, thread, false))]
}

function whyNoDiff(file: DiffFile): string {
  if (file.binary) return 'A binary file: its content is not shown.'
  return file.status === 'renamed' ? 'Renamed without a change.' : 'No change of content.'
}

function fileBox(facts: PullFacts, file: DiffFile, notes: Notes): Html {
  const lines = file.patch === undefined ? [] : diffLines(file.patch)
  const shown = new Set(lines.map(({ right }) => right))
  const outside = notes.annotations.filter(({ annotation }) => !shown.has(annotation.endLine))
  const wholeFile = notes.threads.filter(([first]) => first.subjectType === 'file')
  const name = file.previousPath === undefined ? file.path : `${file.previousPath} → ${file.path}`
  return html`<section class="box" id="file-${file.path}">
    <header>
      <h2><code>${name}</code></h2>
      <span class="tag quiet">${file.status}</span>
      <span class="end"
        ><span class="plus">+${file.additions}</span> <span class="minus">-${file.deletions}</span></span
      >
    </header>
    ${
      outside.length > 0 &&
      html`<div class="inside">
        <p class="muted">On lines outside of the diff</p>
        ${shownNotes(outside)}
      </div>`
    }
    ${wholeFile.length > 0 && html`<div class="inside">${wholeFile.map((thread) => threadBox(facts.repository, thread, false))}</div>`}
    ${lines.length > 0 ? diffTable(`Diff of ${file.path}`, lines, (line) => notesBelow(facts, notes, line)) : html`<div class="inside muted">${whyNoDiff(file)}</div>`}
  </section>`
}

export function filesPage(facts: PullFacts): Page {
  const { repository, pull, diff, head } = facts
  if (diff === undefined)
    return pullTab(facts, 'files', html`<p class="muted">The commits of this pull request are gone.</p>`)
  const annotations = checksOf(repository, head).runs.flatMap((run) =>
    run.annotations.map((annotation) => ({ run, annotation })),
  )
  const threads = threadsOf(repository, pull.number)
  const { files } = diff
  const boxes = files.map((file) =>
    fileBox(facts, file, {
      annotations: annotations.filter(({ annotation }) => annotation.path === file.path),
      threads: threads.filter(([first]) => first.path === file.path),
    }),
  )
  const changed = new Set(files.map(({ path }) => path))
  const elsewhere = annotations.filter(({ annotation }) => !changed.has(annotation.path))
  return pullTab(
    facts,
    'files',
    html`<p class="muted">
        ${plural(diff.totalFiles, 'file')} changed, ${plural(diff.additions, 'addition')} and
        ${plural(diff.deletions, 'deletion')}${files.length < diff.totalFiles && `; the first ${files.length} are shown`}
      </p>
      ${boxes}${
        elsewhere.length > 0 &&
        html`<section class="box">
          <header><h2>Annotations of files without a change</h2></header>
          <div class="inside">${shownNotes(elsewhere)}</div>
        </section>`
      }`,
  )
}
