// Owns text over several lines with expressions in it: GitHub's parser hands on the lines as the file has them,
// indented and unfolded, and they are made what YAML means by them.
import { templateOf } from './template.ts'
import type { Template } from './template.ts'

/** What a token of the parser has beside what it serializes to. */
interface SourcedToken {
  readonly blockScalarHeader?: string
  readonly source?: string
}

/** The parser's own form of text with expressions: `format('…', …)`. */
const FORMAT = /^format\('((?:[^']|'')*)'/

/** The template of a token of GitHub's parser. */
export function templateOfToken(root: unknown): Template {
  const text = JSON.stringify(root, function (this: Record<string, unknown>, key: string, plain: unknown) {
    const token = this[key]
    if (!isObject(plain) || typeof plain['expr'] !== 'string' || !isObject(token)) return plain
    return { ...plain, expr: meant(plain['expr'], token) }
  })
  return templateOf(JSON.parse(text))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function meant(expression: string, { blockScalarHeader: header, source }: SourcedToken): string {
  const literal = FORMAT.exec(expression)?.[1]
  if (literal === undefined || !literal.includes('\n')) return expression
  if (header === undefined && /^['"]/.test(source ?? '')) {
    throw new Error('The loopback serves no expression in a quoted text over several lines.')
  }
  const text = header === undefined ? folded(literal.trim()) : blockText(literal, header)
  return `format('${text}'${expression.slice(`format('${literal}'`.length)}`
}

/** Source: yaml.org/spec/1.2.2, "Block Scalar Styles": `|` keeps lines, `>` folds them; `-` and `+` say how it ends. */
function blockText(literal: string, header: string): string {
  const indented = /^(?: *\n)*( *)/.exec(literal)?.[1] ?? ''
  const lines = literal
    .split('\n')
    .map((line) => (line.startsWith(indented) ? line.slice(indented.length) : ''))
  const text = lines.join('\n')
  const end = header.includes('+') ? (/\n*$/.exec(text)?.[0] ?? '') : header.includes('-') ? '' : '\n'
  const body = text.replace(/\n*$/, '')
  return (header.startsWith('>') ? folded(body) : body) + end
}

/** A line's end is a space, and an empty line is a line's end. */
function folded(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  return lines.reduce((whole, line) => {
    if (line === '') return `${whole}\n`
    return whole === '' || whole.endsWith('\n') ? whole + line : `${whole} ${line}`
  }, '')
}
