// Owns docs/settings.md: the reference of `.github/autopilot.yml`, made from the Settings schema.
import { Environment } from '../../app/settings.ts'
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

Generated from \`src/contracts/settings.ts\` and \`app/settings.ts\` by \`npm run generate\`; do not edit by hand.

## A repository

\`.github/autopilot.yml\` is read from the base commit, strictly: an unknown key or a wrong value is refused
with file, line and column, all of them at once. Every key but \`version\` may be left out.

| key | takes | default | meaning |
|---|---|---|---|
${rows.map((row) => `| \`${row.key}\` | ${row.takes} | ${row.byDefault} | ${row.meaning} |`).join('\n')}

The smallest file is \`version: 1\`.

## The App

Variables of the environment, or lines of \`.env\`, which [.env.example](../.env.example) describes too. What the
environment says wins. Every missing or wrong one is named at once, and the App does not start.

| variable | default | meaning |
|---|---|---|
${appRows().join('\n')}
`
}

function appRows(): string[] {
  const { properties = {}, required = [] } = toJsonSchema(Environment, { io: 'input' })
  return Object.entries(properties).map(([name, part]) => {
    // one of the two names the key
    const isNeeded = required.includes(name) && name !== 'PRIVATE_KEY_PATH'
    const unset = isNeeded ? 'must be given' : '–'
    const value = typeof part.default === 'string' ? `\`${part.default}\`` : unset
    return `| \`${name}\` | ${value} | ${(part.description ?? '').replaceAll('|', '\\|')} |`
  })
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
