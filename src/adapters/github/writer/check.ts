// Owns one check run of ours on a commit: found by name, key and App, its annotations added fifty at a time.
import { z } from 'zod'
import { fitBytes, shorten } from '../../../contracts/text.ts'
import type { CheckWrite } from '../../../ports/forge.ts'
import type { Client } from '../client.ts'
import { unlessGone } from '../forge-error.ts'
import type { Identity } from '../identity.ts'
import { Via } from '../identity.ts'
import { CHECK_TEXT, capMarkdown } from './cap.ts'

/** Source: docs.github.com, "Create a check run": annotations of one request, their title and message. */
const ANNOTATIONS_A_REQUEST = 50
const MOST_TITLE = 255
const MOST_MESSAGE_BYTES = 64 * 1024

const Run = z.object({
  id: z.int().min(1),
  html_url: z.string().nullable(),
  name: z.string(),
  external_id: z.string().nullable(),
  details_url: z.string().nullable(),
  status: z.string(),
  conclusion: z.string().nullable(),
  app: Via.nullable(),
  output: z.object({
    title: z.string().nullable(),
    summary: z.string().nullable(),
    text: z.string().nullable(),
    annotations_count: z.int().min(0),
  }),
})
type Run = z.infer<typeof Run>

const Annotation = z.object({
  path: z.string(),
  start_line: z.int(),
  end_line: z.int(),
  annotation_level: z.string().nullable(),
  message: z.string().nullable(),
  title: z.string().nullish(),
})
type Annotation = z.infer<typeof Annotation>

export async function putCheck(
  client: Client,
  identity: Identity,
  check: CheckWrite,
  at?: number | 'fresh',
): Promise<{ id: number; url: string }> {
  const output = outputOf(check)
  const wanted = check.output.annotations.map(annotationOf)
  if (typeof at === 'number' && wanted.length === 0) {
    const params = { check_run_id: at, ...bodyOf(check, output, []) }
    const known = await unlessGone(client.write('checks/update', params, Run))
    if (known !== undefined) return { id: known.id, url: known.html_url ?? '' }
  }
  const { run: there, annotations } =
    at === 'fresh' ? { run: undefined, annotations: wanted } : await standing(client, identity, check, wanted)
  const [first = [], ...rest] = inParts(annotations)
  let run = there
  if (run === undefined) {
    run = await client.write('checks/create', { head_sha: check.head, ...bodyOf(check, output, first) }, Run)
  } else if (first.length > 0 || differs(run, check, output)) {
    run = await client.write('checks/update', { check_run_id: run.id, ...bodyOf(check, output, first) }, Run)
  }
  for (const part of rest) {
    // the whole output each time: what is left out might count as taken away
    const more = { check_run_id: run.id, output: { ...output, annotations: part } }
    await client.write('checks/update', more, Run)
  }
  return { id: run.id, url: run.html_url ?? '' }
}

/** The run to write to with the annotations that it lacks; no run: it is to be made. */
async function standing(
  client: Client,
  identity: Identity,
  check: CheckWrite,
  wanted: readonly Annotation[],
): Promise<{ run: Run | undefined; annotations: readonly Annotation[] }> {
  const run = await findRun(client, identity, check)
  // a run that has ended is not begun again: that is another run of the same name
  if (run === undefined || (run.status === 'completed' && check.status !== 'completed')) {
    return { run: undefined, annotations: wanted }
  }
  if (run.output.annotations_count === 0) return { run, annotations: wanted }
  const { items: there } = await client.list('checks/list-annotations', { check_run_id: run.id }, Annotation)
  const missing = wanted.map(keyOf)
  for (const key of there.map(keyOf)) {
    const at = missing.indexOf(key)
    // what is said once cannot be taken back, so what no longer holds stands on an older run
    if (at < 0) return { run: undefined, annotations: wanted }
    missing.splice(at, 1)
  }
  return { run, annotations: missing.map((key) => JSON.parse(key) as Annotation) }
}

async function findRun(client: Client, identity: Identity, check: CheckWrite): Promise<Run | undefined> {
  const params = {
    ref: check.head,
    check_name: check.name,
    filter: 'all',
    ...(identity.appId !== null && { app_id: identity.appId }),
  }
  const { items } = await client.list('checks/list-for-ref', params, Run, { of: 'check_runs' })
  return items
    .filter((run) => run.name === check.name && run.external_id === check.key && identity.ours(run.app))
    .toSorted((a, b) => b.id - a.id)[0]
}

type Output = ReturnType<typeof outputOf>

function outputOf({ output }: CheckWrite) {
  const { title, summary, text } = output
  return {
    title: shorten(title, MOST_TITLE),
    summary: capMarkdown(summary, CHECK_TEXT, 'bytes'),
    ...(text !== undefined && { text: capMarkdown(text, CHECK_TEXT, 'bytes') }),
  }
}

function bodyOf(check: CheckWrite, output: Output, annotations: readonly Annotation[]) {
  return {
    name: check.name,
    external_id: check.key,
    status: check.status,
    ...(check.conclusion !== undefined && { conclusion: check.conclusion }),
    ...(check.detailsUrl !== undefined && { details_url: check.detailsUrl }),
    output: { ...output, ...(annotations.length > 0 && { annotations }) },
  }
}

function differs(run: Run, check: CheckWrite, output: Output): boolean {
  const same = (a: string | null | undefined, b: string | null | undefined) =>
    (a ?? '').replaceAll('\r\n', '\n').trimEnd() === (b ?? '').replaceAll('\r\n', '\n').trimEnd()
  return !(
    run.status === check.status &&
    same(run.conclusion, check.conclusion) &&
    (check.detailsUrl === undefined || run.details_url === check.detailsUrl) &&
    same(run.output.title, output.title) &&
    same(run.output.summary, output.summary) &&
    same(run.output.text, output.text)
  )
}

function annotationOf(one: CheckWrite['output']['annotations'][number]): Annotation {
  const start = Math.max(1, one.start_line)
  return {
    path: one.path,
    start_line: start,
    end_line: Math.max(start, one.end_line),
    annotation_level: one.level,
    message: fitBytes(one.message, MOST_MESSAGE_BYTES),
    ...(one.title !== undefined && { title: shorten(one.title, MOST_TITLE) }),
  }
}

function keyOf(one: Annotation): string {
  const { path, start_line, end_line, annotation_level, message, title } = one
  const named = title === null || title === undefined ? {} : { title }
  return JSON.stringify({ path, start_line, end_line, annotation_level, message, ...named })
}

function inParts(all: readonly Annotation[]): Annotation[][] {
  const parts: Annotation[][] = []
  for (let at = 0; at < all.length; at += ANNOTATIONS_A_REQUEST)
    parts.push(all.slice(at, at + ANNOTATIONS_A_REQUEST))
  return parts
}
