// Owns what a ScopePattern matches: the one meaning of `scope.paths`, `protected_paths` and trigger paths.

/** A file, a folder ending in `/`, or a glob: `*` stays in one folder, a leading, middle or final `**` crosses folders. */
export function matcher(
  patterns: readonly string[],
  options: { caseless?: boolean } = {},
): (path: string) => boolean {
  const flags = options.caseless === true ? 'iu' : 'u'
  const tests = patterns.map((pattern) => new RegExp(`^${source(pattern)}$`, flags))
  return (path) => tests.some((test) => test.test(path))
}

export function isGlob(pattern: string): boolean {
  return pattern.includes('*')
}

// Neighbouring stars and doubled `**/` are folded first, so that no pattern can make the expression backtrack without bound.
function source(pattern: string): string {
  const open = pattern.endsWith('/') ? `${pattern}**` : pattern
  return open
    .replaceAll(/\*{3,}/g, '**')
    .replaceAll(/(?:\*\*\/)+/g, '**/')
    .split(/(\*\*\/|\*\*|\*)/)
    .map((part) => {
      if (part === '**/') return '(?:[^/]+/)*'
      if (part === '**') return '.+'
      if (part === '*') return '[^/]*'
      return part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
    })
    .join('')
}
