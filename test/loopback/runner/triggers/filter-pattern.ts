// Owns the patterns of branches, tags and paths filters: `*`, `**`, `?`, `+`, `[]`, `\` and a leading `!`.

const compiled = new Map<string, RegExp>()

/** Source: docs.github.com, "Workflow syntax", filter pattern cheat sheet. */
function expressionOf(pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  let source = ''
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? ''
    if (pattern.startsWith('**/', at)) {
      source += '(?:.*/)?'
      at += 2
    } else if (pattern.startsWith('**', at)) {
      source += '.*'
      at += 1
    } else if (char === '*') source += '[^/]*'
    else if (char === '?' || char === '+') source += char
    else if (char === '[' && pattern.includes(']', at)) {
      const end = pattern.indexOf(']', at)
      source += `[${pattern.slice(at + 1, end).replace(/[\\^[]/g, '\\$&')}]`
      at = end
    } else if (char === '\\' && at + 1 < pattern.length) {
      at += 1
      source += literal(pattern[at] ?? '')
    } else source += literal(char)
  }
  const expression = new RegExp(`^${source}$`, 's')
  compiled.set(pattern, expression)
  return expression
}

const literal = (char: string) => char.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** In order: a later pattern overrules an earlier one, and `!` excludes again. */
export function matchesPatterns(patterns: readonly string[], name: string): boolean {
  let matched = false
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (expressionOf(pattern.slice(1)).test(name)) matched = false
    } else if (expressionOf(pattern).test(name)) matched = true
  }
  return matched
}
