// Owns strict YAML: untrusted text → typed value, or every problem at once with its line and column.
import {
  constructFromEvents,
  EVENT_ID,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
} from 'js-yaml'
import type { Event } from 'js-yaml'
import { z } from 'zod'

/** Lines and columns count from 1. */
export interface YamlProblem {
  file: string
  line: number
  column: number
  message: string
}

export type YamlResult<T> = { ok: true; value: T } | { ok: false; problems: readonly YamlProblem[] }

/** Threat: a settings file of megabytes; ours have hundreds of lines. Code units. */
const LONGEST_FILE = 262_144
const DEEPEST = 32

type Path = readonly (string | number)[]
interface Place {
  key: number
  value: number
}

/** `noun` names what an unknown key is not: "setting", "key of a policy". */
export function parseStrictYaml<S extends z.ZodType>(
  schema: S,
  text: string,
  file: string,
  noun = 'known key',
): YamlResult<z.infer<S>> {
  const at = (offset: number, message: string): YamlProblem => ({ file, ...position(text, offset), message })
  if (text.length > LONGEST_FILE) {
    const message = `The file has ${text.length} characters; at most ${LONGEST_FILE} are read. Shorten it.`
    return { ok: false, problems: [at(0, message)] }
  }
  const read = eventsOf(text)
  if (!read.ok) return { ok: false, problems: [at(read.offset, `${read.reason}. Correct the YAML.`)] }
  const { places, refused } = walk(read.events, text)
  // Anchors, doubled keys and the like make the value itself doubtful: nothing else is said about it.
  if (refused.length > 0) return { ok: false, problems: sorted(refused.map((r) => at(r.offset, r.message))) }
  const value = constructFromEvents(read.events, { source: text, json: true, maxAliases: 0 })[0] ?? null
  const result = schema.safeParse(value)
  if (result.success) return { ok: true, value: result.data }
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape
  const problems = result.error.issues.flatMap((issue) => messagesOf(issue, value, shape, noun))
  return { ok: false, problems: sorted(problems.map((p) => at(offsetOf(places, p.path, p.key), p.message))) }
}

/** `.github/autopilot.yml:14:5  "bugdet" is not a setting. Did you mean "budget"?` */
export function renderYamlProblem(problem: YamlProblem): string {
  return `${problem.file}:${problem.line}:${problem.column}  ${problem.message}`
}

function eventsOf(
  text: string,
): { ok: true; events: Event[] } | { ok: false; offset: number; reason: string } {
  try {
    return { ok: true, events: parseEvents(text, { maxDepth: DEEPEST }) }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const reason = error.reason.charAt(0).toUpperCase() + error.reason.slice(1)
    return { ok: false, offset: error.mark?.position ?? 0, reason }
  }
}

interface Frame {
  path: Path
  kind: 'document' | 'sequence' | 'mapping'
  next: number
  key: { name: string; offset: number } | undefined
  seen: Map<string, number>
}

/** Where every key and value stands, and what strict YAML refuses whatever the schema says. */
function walk(
  events: readonly Event[],
  text: string,
): { places: Map<string, Place>; refused: { offset: number; message: string }[] } {
  const places = new Map<string, Place>()
  const refused: { offset: number; message: string }[] = []
  const frames: Frame[] = []
  let documents = 0
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      frames.pop()
      continue
    }
    if (event.type === EVENT_ID.DOCUMENT) {
      documents++
      if (documents === 2) refused.push({ offset: 0, message: 'The file holds several documents. Keep one.' })
      frames.push({ path: [], kind: 'document', next: 0, key: undefined, seen: new Map() })
      continue
    }
    const offset = startOf(event)
    if (event.type === EVENT_ID.ALIAS || event.anchorStart >= 0) {
      // Threat: aliases of aliases grow without bound, and hide where a value comes from.
      refused.push({ offset, message: 'Anchors and aliases are not read here. Write the value out.' })
    } else if (event.tagStart >= 0) {
      refused.push({ offset, message: 'Tags are not read here. Write a plain value.' })
    }
    const frame = frames.at(-1)
    if (frame === undefined) continue
    if (frame.kind === 'mapping' && frame.key === undefined) {
      if (event.type !== EVENT_ID.SCALAR) {
        refused.push({ offset, message: 'A key must be plain text.' })
        frame.key = { name: '', offset }
        if (event.type !== EVENT_ID.ALIAS) frames.push(opened(event, [...frame.path, '']))
        continue
      }
      const name = getScalarValue(text, event)
      const first = frame.seen.get(name)
      if (first !== undefined) {
        const line = position(text, first).line
        refused.push({
          offset,
          message: `"${name}" stands here a second time, first on line ${line}. Keep one.`,
        })
      } else if (name === '__proto__') {
        refused.push({ offset, message: '"__proto__" cannot be a key. Remove it.' })
      }
      frame.seen.set(name, first ?? offset)
      frame.key = { name, offset }
      continue
    }
    const step = frame.kind === 'sequence' ? [frame.next++] : frame.key === undefined ? [] : [frame.key.name]
    const path = [...frame.path, ...step]
    places.set(JSON.stringify(path.map(String)), { key: frame.key?.offset ?? offset, value: offset })
    frame.key = undefined
    if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) frames.push(opened(event, path))
  }
  return { places, refused }
}

function opened(event: Event, path: Path): Frame {
  const kind = event.type === EVENT_ID.MAPPING ? 'mapping' : 'sequence'
  return { path, kind, next: 0, key: undefined, seen: new Map() }
}

function startOf(event: Exclude<Event, { type: typeof EVENT_ID.POP | typeof EVENT_ID.DOCUMENT }>): number {
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart
  if (event.type !== EVENT_ID.SCALAR) return event.start
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED
  return quoted ? event.valueStart - 1 : event.valueStart
}

/** The place of a path, or of the nearest parent that stands in the file (a missing key is missed there). */
function offsetOf(places: Map<string, Place>, path: Path, key: boolean): number {
  for (let length = path.length; length >= 0; length--) {
    const place = places.get(JSON.stringify(path.slice(0, length).map(String)))
    if (place !== undefined) return key || length < path.length ? place.key : place.value
  }
  return 0
}

function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, Math.max(0, offset)).split(/\r\n|\n|\r/)
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

function sorted(problems: readonly YamlProblem[]): readonly YamlProblem[] {
  return problems.toSorted(
    (a, b) => a.line - b.line || a.column - b.column || (a.message < b.message ? -1 : 1),
  )
}

// ---------------------------------------------------------------- sentences

interface Shape {
  type?: string
  const?: unknown
  enum?: readonly unknown[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  pattern?: string
  properties?: Readonly<Record<string, Shape>>
  additionalProperties?: Shape | boolean
  propertyNames?: Shape
  items?: Shape
  anyOf?: readonly Shape[]
  oneOf?: readonly Shape[]
}

interface Sentence {
  path: Path
  key: boolean
  message: string
}

function messagesOf(
  issue: z.core.$ZodIssue,
  value: unknown,
  shape: Shape,
  noun: string,
): readonly Sentence[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part))
  const shapes = shapesAt([shape], path, value)
  if (issue.code === 'unrecognized_keys') {
    const known = shapes.flatMap((s) => [
      ...Object.keys(s.properties ?? {}),
      ...(s.propertyNames?.enum ?? []).map(String),
    ])
    return issue.keys.map((key) => ({
      path: [...path, key],
      key: true,
      message: unknownKey(key, known, noun),
    }))
  }
  const name = path.length === 0 ? 'The file' : `"${nameOf(path)}"`
  if (issue.code === 'custom') return [{ path, key: false, message: `${name} ${issue.message}.` }]
  if (issue.code === 'invalid_key') {
    const last = path.at(-1)
    return [{ path, key: true, message: `"${String(last)}" cannot be a key here.` }]
  }
  const wanted = describeAll(shapes)
  const found = valueAt(value, path)
  if (found === undefined) return [{ path, key: false, message: `${name} is missing. It must be ${wanted}.` }]
  return [{ path, key: false, message: `${name} must be ${wanted}, not ${show(found)}.` }]
}

function unknownKey(key: string, known: readonly string[], noun: string): string {
  const near = known
    .map((candidate) => ({ candidate, distance: distance(key.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance: d, candidate }) => d <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0]
  const all = known.length === 0 ? 'No key is known here.' : `Known here: ${known.toSorted().join(', ')}.`
  const hint = near === undefined ? all : `Did you mean "${near.candidate}"?`
  return `"${key}" is not a ${noun}. ${hint}`
}

/** What may stand at `path`. Of alternatives those that the value's own constants (`use: labels`) choose. */
function shapesAt(shapes: readonly Shape[], path: Path, value: unknown): readonly Shape[] {
  const all = shapes.flatMap((s) => s.anyOf ?? s.oneOf ?? [s])
  const chosen = all.filter((s) => !contradicts(s, value))
  const open = chosen.length > 0 ? chosen : all
  const [head, ...rest] = path
  if (head === undefined) return open
  const next = open.flatMap((s) => {
    if (typeof head === 'number') return s.items ?? []
    const property = s.properties?.[head]
    if (property !== undefined) return property
    return typeof s.additionalProperties === 'object' ? s.additionalProperties : []
  })
  return shapesAt(next, rest, valueAt(value, [head]))
}

function contradicts(shape: Shape, value: unknown): boolean {
  return Object.entries(shape.properties ?? {}).some(([name, part]) => {
    const found = valueAt(value, [name])
    return part.const !== undefined && found !== undefined && found !== part.const
  })
}

function describeAll(shapes: readonly Shape[]): string {
  const words = shapes.map((shape) => shape.const).filter((word) => typeof word === 'string')
  if (words.length > 1 && words.length === shapes.length) return describe({ enum: words })
  return [...new Set(shapes.map(describe))].join(' or ')
}

function describe(shape: Shape): string {
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  if (shape.enum !== undefined) return `one of ${shape.enum.map(String).join(', ')}`
  if (shape.type === 'integer' || shape.type === 'number') {
    const base = shape.type === 'integer' ? 'a whole number' : 'a number'
    const low = bound(shape.minimum)
    const high = bound(shape.maximum)
    if (low !== undefined && high !== undefined) return `${base} from ${low} to ${high}`
    return low === undefined ? base : `${base} of at least ${low}`
  }
  if (shape.type === 'boolean') return 'true or false'
  if (shape.type === 'array') return (shape.minItems ?? 0) > 0 ? 'a list with at least one entry' : 'a list'
  if (shape.type === 'object') return 'a mapping'
  if (shape.pattern !== undefined) return `text that matches ${shape.pattern}`
  return (shape.minLength ?? 0) > 0 ? 'text that is not empty' : 'text'
}

// zod writes the safe-integer bounds when none was asked for.
function bound(limit: number | undefined): number | undefined {
  return limit === undefined || Math.abs(limit) === Number.MAX_SAFE_INTEGER ? undefined : limit
}

function show(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a mapping'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text
}

function nameOf(path: Path): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join('')
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, part) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined
    return (at as Record<string | number, unknown>)[part]
  }, value)
}

/** Edits between two words, a swap of neighbours counting as one (optimal string alignment). */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 8 || a.length > 64) return 99
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(
        (rows[i - 1]?.[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (rows[i - 1]?.[j - 1] ?? 0) + cost,
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1)
      }
      row.push(best)
    }
    rows.push(row)
  }
  return rows[a.length]?.[b.length] ?? 99
}
