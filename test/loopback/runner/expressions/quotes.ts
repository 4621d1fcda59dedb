// Owns a gap of GitHub's expression library: of the doubled quotes in a literal it makes only the first one single.

/** The same expression, in which no literal has more than one quote: the others come in through `format`. */
export function withSingleQuotes(text: string): string {
  return text.replace(/'((?:[^']|'')*)'/g, (literal, inside: string) => {
    if (inside.split("''").length <= 2) return literal
    const pattern = inside.replaceAll('{', '{{').replaceAll('}', '}}').replaceAll("''", '{0}')
    return `format('${pattern}', '''')`
  })
}
