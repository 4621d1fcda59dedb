// Owns the plain form of a value in a workflow or action file, in which expressions still wait to be evaluated.

/** The text between `${{` and `}}`; `a ${{ b }}` becomes `format('a {0}', b)`, as GitHub's parser has it. */
export class Expression {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Template = null | boolean | number | string | Expression | readonly Template[] | TemplateMap
export interface TemplateMap extends ReadonlyMap<string, Template> {}

const SEQUENCE = 1
const MAPPING = 2
const BASIC_EXPRESSION = 3

interface Serialized {
  readonly type?: number
  readonly seq?: readonly unknown[]
  readonly map?: readonly { readonly Key: unknown; readonly Value: unknown }[]
  readonly expr?: string
}

/** From what a token of GitHub's parser serializes to. */
export function templateOf(serialized: unknown): Template {
  if (serialized === null || serialized === undefined) return null
  if (typeof serialized !== 'object') return serialized as string | number | boolean
  const token = serialized as Serialized
  if (token.type === SEQUENCE) return (token.seq ?? []).map(templateOf)
  if (token.type === MAPPING) return mapOf(token.map ?? [])
  if (token.type === BASIC_EXPRESSION) return new Expression(token.expr ?? '')
  throw new Error('The loopback serves no ${{ insert }}: write the keys out.')
}

function mapOf(items: NonNullable<Serialized['map']>): TemplateMap {
  const map = new Map<string, Template>()
  for (const item of items) {
    const key = templateOf(item.Key)
    if (key instanceof Expression) {
      throw new Error(`The loopback serves no expression as a key: \${{ ${key.text} }}. Write the key out.`)
    }
    map.set(plainText(key), templateOf(item.Value))
  }
  return map
}

export function isMap(template: Template | undefined): template is TemplateMap {
  return template instanceof Map
}

export function isList(template: Template | undefined): template is readonly Template[] {
  return Array.isArray(template)
}

/** The mapping below `key`; empty where there is none. */
export function mapAt(map: TemplateMap, key: string): TemplateMap {
  const value = map.get(key)
  return isMap(value) ? value : new Map()
}

/** `key` as words: a single one or a list of them. */
export function wordsAt(map: TemplateMap, key: string): string[] | undefined {
  const value = map.get(key)
  if (value === undefined || value === null) return undefined
  return (isList(value) ? value : [value]).map(plainText)
}

export function textAt(map: TemplateMap, key: string): string | undefined {
  const value = map.get(key)
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value)
}

/** A scalar as text; an expression as it was written; nothing for lists and mappings. */
export function plainText(template: Template): string {
  if (template instanceof Expression) return `\${{ ${template.text} }}`
  return template === null || typeof template === 'object' ? '' : String(template)
}

/** Every expression below, so that it is known beforehand which secrets are asked for. */
export function expressionsIn(template: Template | undefined): string[] {
  if (template instanceof Expression) return [template.text]
  if (isMap(template)) return [...template.values()].flatMap(expressionsIn)
  return isList(template) ? template.flatMap(expressionsIn) : []
}

/** A default of our own: `${{ … }}` as a whole, or plain text. */
export function templateOfText(text: string): Template {
  const match = /^\$\{\{([^]*)\}\}$/.exec(text)
  return match === null ? text : new Expression((match[1] ?? '').trim())
}
