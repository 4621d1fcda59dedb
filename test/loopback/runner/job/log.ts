// Owns the log of a job: lines with GitHub's timestamps, secrets masked, and the annotations that steps print.
import type { Annotation, RunnerHost } from '../host.ts'
import type { Masks } from './masks.ts'

export interface StepLog {
  line(text: string): void
  annotate(annotation: Annotation): void
  /** an error of the step itself: a line and an annotation */
  error(message: string): void
  warning(message: string): void
  group(title: string, lines: readonly string[]): void
}

/** GitHub keeps ten annotations of a level and step. Assumed from practice: no page of GitHub's says so. */
const ANNOTATIONS = 10

export function makeStepLog(host: RunnerHost, masks: Masks, job: number, step: number): StepLog {
  const counts = new Map<Annotation['level'], number>()
  const line = (text: string) => {
    const time = new Date(host.now()).toISOString().replace('Z', '0000Z')
    for (const part of masks.apply(text).split('\n')) host.log(job, step, `${time} ${part}`)
  }
  const annotate = (annotation: Annotation) => {
    const count = (counts.get(annotation.level) ?? 0) + 1
    counts.set(annotation.level, count)
    if (count > ANNOTATIONS) return
    const title = annotation.title === null ? null : masks.apply(annotation.title)
    host.annotate(job, { ...annotation, title, message: masks.apply(annotation.message) })
  }
  return {
    line,
    annotate,
    error: (message) => {
      line(`##[error]${message}`)
      annotate(plain('failure', message))
    },
    warning: (message) => {
      line(`##[warning]${message}`)
      annotate(plain('warning', message))
    },
    group: (title, lines) => {
      line(`##[group]${title}`)
      for (const text of lines) line(text)
      line('##[endgroup]')
    },
  }
}

function plain(level: Annotation['level'], message: string): Annotation {
  const nowhere = { path: '.github', startLine: 1, endLine: 1, startColumn: null, endColumn: null }
  return { level, message, title: null, ...nowhere }
}
