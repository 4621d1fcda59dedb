// Owns versioning: a contract is a zod schema with a `schema` tag, and its reader takes this version and the previous.
import { z } from 'zod'

export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: readonly string[] }

export interface Contract<S extends z.ZodType> {
  readonly name: string
  readonly version: number
  readonly schema: S
  /** Untrusted → typed. Never throws; problems say where and what. */
  parse(input: unknown): Parsed<z.infer<S>>
}

interface Previous {
  readonly schema: z.ZodType
  /** Turns a value of the previous version into one of this version (still parsed afterwards). */
  upgrade(old: unknown): unknown
}

/** `schema` tag of a contract: `autopilot/intent@1`. */
export function tag<N extends string, V extends number>(
  name: N,
  version: V,
): z.ZodLiteral<`autopilot/${N}@${V}`> {
  return z.literal(`autopilot/${name}@${version}`)
}

/** Makes the versioned reader. `schema` must carry `schema: tag(name, version)`. */
export function contract<S extends z.ZodType>(
  name: string,
  version: number,
  schema: S,
  previous?: Previous,
): Contract<S> {
  const current = `autopilot/${name}@${version}`
  const older = `autopilot/${name}@${version - 1}`
  return {
    name,
    version,
    schema,
    parse(input) {
      const found = schemaTagOf(input)
      if (found === older && previous !== undefined) {
        const old = previous.schema.safeParse(input)
        if (!old.success) return { ok: false, problems: problemsOf(old.error) }
        return read(schema, previous.upgrade(old.data))
      }
      if (found !== current) {
        const reads = previous === undefined ? current : `${current} or ${older}`
        return {
          ok: false,
          problems: [`schema: is ${JSON.stringify(found) ?? 'missing'}; this reader takes ${reads}`],
        }
      }
      return read(schema, input)
    },
  }
}

function read<S extends z.ZodType>(schema: S, input: unknown): Parsed<z.infer<S>> {
  const result = schema.safeParse(input)
  return result.success ? { ok: true, value: result.data } : { ok: false, problems: problemsOf(result.error) }
}

function schemaTagOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'schema' in input ? input.schema : undefined
}

/** One line a problem: `path.to.field: what is wrong`. */
export function problemsOf(error: z.ZodError): readonly string[] {
  return error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`)
}
