// Owns the compiled validators: made when first asked for, and kept for the process, since compiling is slow.
import type { ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import ajvFormats from 'ajv-formats'
import type { Variant } from './close.ts'
import { closeSchema } from './close.ts'
import type { Json } from './convert.ts'
import type { Half } from './description.ts'
import { definitions } from './description.ts'
import type { Problem } from './problems.ts'
import { problemsOf } from './problems.ts'

const ajv = new Ajv2019({
  strict: false,
  // a tolerated problem must not hide the next one
  allErrors: true,
  verbose: true,
  validateSchema: false,
  meta: false,
  // not formats of JSON Schema: owner/name, and what only push's timestamps are
  formats: { 'repo.nwo': /^[^/]+\/[^/]+$/, timestamp: true },
})
ajvFormats.default(ajv, ['date-time', 'uri', 'uri-template', 'int64'])
const plainEmail = ajvFormats.default.get('email') as RegExp
// a bot's address, `1+slug[bot]@users.noreply.github.com`, has brackets that the format's own grammar wants quoted
ajv.addFormat('email', (text: string) => plainEmail.test(text.replace('[bot]@', '@')))

const added = new Set<string>()
const compiled = new Map<string, ValidateFunction>()

export interface Judged {
  half: Half
  variant: Variant
  /** Names the schema in the cache: the same key is always the same schema. */
  key: string
  schema: Json
}

export function problemsIn(judged: Judged, value: unknown): Problem[] {
  return problemsBy(validatorOf(judged), value)
}

function problemsBy(validate: ValidateFunction, value: unknown): Problem[] {
  if (validate(value)) return []
  // ajv keeps what it compiled by the identity of the schema
  return problemsOf(validate.errors ?? [], (branch, part) => problemsBy(ajv.compile(branch as object), part))
}

function validatorOf({ half, variant, key, schema }: Judged): ValidateFunction {
  const known = compiled.get(key)
  if (known !== undefined) return known
  const closed = closeSchema(schema, variant, (name, of) => addDefinition(half, name, of))
  const validate = ajv.compile(closed as object)
  compiled.set(key, validate)
  return validate
}

/** Gives the address of the definition, which is added with all that it refers to. */
function addDefinition(half: Half, name: string, variant: Variant): string {
  const address = `loopback:/${half}/${variant}/${encodeURIComponent(name)}`
  if (added.has(address)) return address
  // before its own references are followed: a schema may refer to itself
  added.add(address)
  const schema = definitions(half)[name]
  if (schema === undefined)
    throw new Error(`The subset of GitHub's description lacks ${name}; regenerate it.`)
  const closed = closeSchema(schema, variant, (inner, of) => addDefinition(half, inner, of))
  ajv.addSchema({ $id: address, ...(closed as object) })
  return address
}
