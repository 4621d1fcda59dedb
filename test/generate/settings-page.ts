// Owns docs/settings.md: the reference of `.github/autopilot.yml`, made from the Settings schema.
import { Settings } from '../../src/contracts/settings.ts'
import { type JsonSchema, toJsonSchema } from './schemas.ts'

interface Row {
  key: string
  takes: string
  byDefault: string
  meaning: string
}

export function settingsPage(): string {
  const rows = rowsOf(toJsonSchema(Settings, { io: 'input' }), '')
  return `# Settings

Generated from \`src/contracts/settings.ts\` by \`npm run generate\`; do not edit by hand.

\`.github/autopilot.yml\` is read from the base commit, strictly: an unknown key or a wrong value is refused
with file, line and column, all of them at once. Every key but \`version\` may be left out.

| key | takes | default | meaning |
|---|---|---|---|
${rows.map((row) => `| \`${row.key}\` | ${row.takes} | ${row.byDefault} | ${row.meaning} |`).join('\n')}

The smallest file is \`version: 1\`.
`
}

function rowsOf(schema: JsonSchema, prefix: string): Row[] {
  const required = new Set(schema.required)
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const key = `${prefix}${name}`
    if (part.properties !== undefined) return rowsOf(part, `${key}.`)
    const meaning = (part.description ?? '').replaceAll('|', '\\|')
    return [{ key, takes: takes(part), byDefault: byDefault(part, required.has(name)), meaning }]
  })
}

function byDefault(part: JsonSchema, required: boolean): string {
  if (required) return 'must be given'
  return part.default === undefined ? 'found in the repository' : `\`${JSON.stringify(part.default)}\``
}

function takes(part: JsonSchema): string {
  if (part.const !== undefined) return `\`${JSON.stringify(part.const)}\``
  if (part.enum !== undefined) return part.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (part.anyOf !== undefined) return part.anyOf.map(takes).join(', ')
  if (part.type === 'array') return `list of ${takes(part.items ?? {})}`
  if (typeof part.additionalProperties === 'object') {
    const name = part.propertyNames?.enum === undefined ? 'name' : takes(part.propertyNames)
    return `${name}: ${takes(part.additionalProperties)}`
  }
  if (part.type === 'integer' || part.type === 'number') return numberRange(part)
  return [part.type ?? 'anything'].flat().join(' or ')
}

function numberRange(part: JsonSchema): string {
  const word = part.type === 'integer' ? 'whole number' : 'number'
  const most = part.maximum === Number.MAX_SAFE_INTEGER ? undefined : part.maximum
  if (part.minimum === undefined) return word
  return most === undefined ? `${word}, at least ${part.minimum}` : `${word}, ${part.minimum} to ${most}`
}
