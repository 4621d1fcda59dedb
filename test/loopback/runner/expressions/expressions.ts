// Owns evaluating expressions: contexts, status functions, conditions and interpolated text.
import { data, Evaluator, Lexer, Parser } from '@actions/expressions'
import type { Expr } from '@actions/expressions'
import { Expression, isList, isMap } from '../workflow/template.ts'
import type { Template, TemplateMap } from '../workflow/template.ts'
import { withSingleQuotes } from './quotes.ts'
import { dictionary, fromData, toData } from './values.ts'

export type ContextName =
  | 'github'
  | 'env'
  | 'vars'
  | 'secrets'
  | 'inputs'
  | 'needs'
  | 'steps'
  | 'job'
  | 'runner'
  | 'matrix'
  | 'strategy'

/** How things stand, for success(), failure() and cancelled(). */
export interface Standing {
  readonly success: boolean
  readonly failure: boolean
  readonly cancelled: boolean
}

export interface Scope {
  /** plain values; Maps and objects are both mappings */
  readonly contexts: Readonly<Partial<Record<ContextName, unknown>>>
  readonly standing?: Standing
  readonly hashFiles?: (patterns: readonly string[]) => string
}

const CONTEXTS: readonly ContextName[] = [
  'github',
  'env',
  'vars',
  'secrets',
  'inputs',
  'needs',
  'steps',
  'job',
  'runner',
  'matrix',
  'strategy',
]

const STATUS_FUNCTIONS = ['always', 'success', 'failure', 'cancelled']
const FUNCTIONS = [
  ...STATUS_FUNCTIONS.map((name) => ({ name, minArgs: 0, maxArgs: 255 })),
  { name: 'hashFiles', minArgs: 1, maxArgs: 255 },
]

/** An expression that cannot be parsed or computed: on GitHub the step or job fails with it. */
export class ExpressionProblem extends Error {}

const parsed = new Map<string, Expr>()

function parse(text: string): Expr {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const tree = new Parser(new Lexer(withSingleQuotes(text)).lex().tokens, [...CONTEXTS], FUNCTIONS).parse()
  parsed.set(text, tree)
  return tree
}

function compute(text: string, scope: Scope): data.ExpressionData {
  try {
    const contexts = dictionary(CONTEXTS.map((name) => [name, scope.contexts[name] ?? null]))
    return new Evaluator(parse(text), contexts, functionsOf(scope)).evaluate()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ExpressionProblem(`The expression ${text} cannot be evaluated: ${why}`, { cause })
  }
}

function functionsOf(scope: Scope) {
  const standing = scope.standing ?? { success: true, failure: false, cancelled: false }
  const answers: Record<string, (...args: data.ExpressionData[]) => unknown> = {
    always: () => true,
    success: () => standing.success,
    failure: () => standing.failure,
    cancelled: () => standing.cancelled,
    hashfiles: (...patterns) => scope.hashFiles?.(patterns.map((pattern) => pattern.coerceString())) ?? '',
  }
  return new Map(
    Object.entries(answers).map(([name, answer]) => [
      name,
      {
        name,
        minArgs: 0,
        maxArgs: 255,
        call: (...args: data.ExpressionData[]) => toData(answer(...args)),
      },
    ]),
  )
}

/** The plain value; mappings come as Maps. */
export function evaluate(text: string, scope: Scope): unknown {
  return fromData(compute(text, scope))
}

/** As an `if:` takes it: false, 0, '' and null are false; everything else is true. */
export function holds(condition: string, scope: Scope): boolean {
  const value = compute(condition, scope)
  if (value instanceof data.BooleanData) return value.value
  if (value instanceof data.NumberData) return value.value !== 0 && !Number.isNaN(value.value)
  return value instanceof data.StringData ? value.value !== '' : !(value instanceof data.Null)
}

/** As text in a file: null is nothing, true is `true`, objects are `Object`. */
export function interpolate(template: Template | undefined, scope: Scope): string {
  if (template instanceof Expression) return compute(template.text, scope).coerceString()
  return toData(template).coerceString()
}

/** Each value as text. */
export function interpolateMap(map: TemplateMap, scope: Scope): Map<string, string> {
  return new Map([...map].map(([key, value]) => [key, interpolate(value, scope)]))
}

/** The plain value of a template of any shape. */
export function resolve(template: Template | undefined, scope: Scope): unknown {
  if (template instanceof Expression) return evaluate(template.text, scope)
  if (isMap(template)) return new Map([...template].map(([key, value]) => [key, resolve(value, scope)]))
  if (isList(template)) return template.map((item) => resolve(item, scope))
  return template ?? null
}

/** `if:` as GitHub reads it: without a status function it is `success() && (…)`; absent it is `success()`. */
export function conditionOf(template: Template | undefined): string {
  const text = template instanceof Expression ? template.text : textOf(template)
  if (text === '') return 'success()'
  return namesStatus(text) ? text : `success() && (${text})`
}

function textOf(template: Template | undefined): string {
  if (template === undefined || template === null || typeof template === 'object') return ''
  return String(template).trim()
}

function namesStatus(text: string): boolean {
  let tokens: string[]
  try {
    tokens = new Lexer(text).lex().tokens.map((token) => token.lexeme.toLowerCase())
  } catch {
    return false
  }
  return tokens.some((token, at) => STATUS_FUNCTIONS.includes(token) && tokens[at + 1] === '(')
}
