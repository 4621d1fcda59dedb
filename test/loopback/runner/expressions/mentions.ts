// Owns which secrets an expression names: a job is given no others.
import { Lexer } from '@actions/expressions'

export interface Mentions {
  readonly names: readonly string[]
  /** the context is taken as a whole or by a computed name, so any of them may be meant */
  readonly whole: boolean
}

export function secretsIn(expressions: readonly string[]): Mentions {
  const names: string[] = []
  let whole = false
  for (const text of expressions) {
    const tokens = new Lexer(text).lex().tokens.map((token) => token.lexeme)
    for (const [at, token] of tokens.entries()) {
      if (token.toLowerCase() !== 'secrets' || tokens[at - 1] === '.') continue
      const [access, name = ''] = tokens.slice(at + 1, at + 3)
      if (access === '.' && name !== '*') names.push(name.toUpperCase())
      else if (access === '[' && name.startsWith("'")) names.push(name.slice(1, -1).toUpperCase())
      else whole = true
    }
  }
  return { names, whole }
}
