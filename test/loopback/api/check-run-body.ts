// Owns what may be said of a check run: the limits of "Create a check run" that GitHub's schema does not hold.
import type { RunChange } from '../checks/runs.ts'
import type { Annotation, CheckStatus, Conclusion } from '../world/checks.ts'
import { invalid, unprocessable } from '../server/api-error.ts'

interface AnnotationBody {
  path: string
  start_line: number
  end_line: number
  start_column?: number
  end_column?: number
  annotation_level: Annotation['level']
  message: string
  title?: string
  raw_details?: string
}

interface RunBody {
  name?: string
  external_id?: string
  details_url?: string
  status?: CheckStatus
  conclusion?: Conclusion
  started_at?: string
  completed_at?: string
  output?: { title?: string; summary?: string; text?: string; annotations?: AnnotationBody[] }
  actions?: { label: string; description: string; identifier: string }[]
}

/** Source: docs.github.com, "Create a check run": 50 annotations a request; text in bytes. */
const MOST_ANNOTATIONS = 50
const MOST_TITLE = 255
const MOST_MESSAGE_BYTES = 64 * 1024
/** Source: the same page: only GitHub Actions sets these. */
const OF_ACTIONS: readonly CheckStatus[] = ['waiting', 'pending', 'requested']

const refuse = (field: string, message: string) => invalid('CheckRun', field, 'invalid', message)

function parseAnnotation(one: AnnotationBody): Annotation {
  const { start_line: start, end_line: end } = one
  const columns = one.start_column !== undefined || one.end_column !== undefined
  if (start < 1 || end < start) throw refuse('annotations', 'end_line must not be before start_line')
  if (columns && start !== end) {
    throw refuse('annotations', 'columns are supported only where start_line and end_line are the same')
  }
  if ((one.title ?? '').length > MOST_TITLE) throw refuse('annotations', 'title is too long')
  for (const text of [one.message, one.raw_details ?? '']) {
    if (Buffer.byteLength(text) > MOST_MESSAGE_BYTES) throw refuse('annotations', 'text is larger than 64 KB')
  }
  return {
    path: one.path,
    startLine: start,
    endLine: end,
    startColumn: one.start_column ?? null,
    endColumn: one.end_column ?? null,
    level: one.annotation_level,
    message: one.message,
    title: one.title ?? null,
    rawDetails: one.raw_details ?? null,
  }
}

function refuseWrongEnd({ status, conclusion, completed_at: completedAt }: RunBody): void {
  if (conclusion === 'stale') throw refuse('conclusion', 'only GitHub can mark a check run as stale')
  if (status !== undefined && OF_ACTIONS.includes(status)) {
    throw refuse('status', `only GitHub Actions can set the status ${status}`)
  }
  if (conclusion === undefined && (status === 'completed' || completedAt !== undefined)) {
    throw unprocessable('Invalid request.\n\n"conclusion" wasn\'t supplied.')
  }
}

/** @throws {ApiError} 422 */
export function parseRunChange(body: RunBody): RunChange {
  refuseWrongEnd(body)
  const { output } = body
  const annotations = output?.annotations ?? []
  if (annotations.length > MOST_ANNOTATIONS) {
    throw refuse('annotations', `at most ${MOST_ANNOTATIONS} annotations may be sent in one request`)
  }
  return {
    name: body.name,
    externalId: body.external_id,
    detailsUrl: body.details_url,
    status: body.status,
    conclusion: body.conclusion,
    startedAt: body.started_at,
    completedAt: body.completed_at,
    output: output === undefined ? undefined : parseOutput(output),
    annotations: annotations.map(parseAnnotation),
    actions: body.actions,
  }
}

function parseOutput({ title, summary, text }: NonNullable<RunBody['output']>): RunChange['output'] {
  return {
    ...(title === undefined ? {} : { title }),
    ...(summary === undefined ? {} : { summary }),
    ...(text === undefined ? {} : { text }),
  }
}
