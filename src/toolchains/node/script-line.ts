// Owns how a line of package.json scripts is read: its commands, and whether arguments can be added at its end safely.

/** One command of a line: its words, and what joins it to the next. */
interface Segment {
  words: readonly string[]
  /** '' for the last. */
  then: '&&' | '||' | ';' | '|' | '&' | ''
}

interface ScriptLine {
  segments: readonly Segment[]
  /** Substitutions, redirections, subshells, comments: what a command really is cannot be told from the words. */
  opaque: boolean
}

/** A shell line → its commands. Reads quotes and operators only; everything else makes the line opaque. */
function parseScriptLine(line: string): ScriptLine {
  const segments: Segment[] = []
  let words: string[] = []
  let word = ''
  let inWord = false
  let opaque = false
  const endWord = (): void => {
    if (inWord) words.push(word)
    word = ''
    inWord = false
  }
  const endSegment = (then: Segment['then']): void => {
    endWord()
    if (words.length > 0 || then !== '') segments.push({ words, then })
    words = []
  }
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? ''
    const pair = line.slice(i, i + 2)
    if (char === "'" || char === '"') {
      const end = line.indexOf(char, i + 1)
      if (end < 0) return { segments, opaque: true }
      const quoted = line.slice(i + 1, end)
      if (char === '"' && /[$`\\]/.test(quoted)) opaque = true
      word += quoted
      inWord = true
      i = end
    } else if (pair === '&&' || pair === '||') {
      endSegment(pair)
      i++
    } else if (char === ';' || char === '\n') endSegment(';')
    else if (char === '|' || char === '&') endSegment(char)
    else if (/\s/.test(char)) endWord()
    else {
      if ('$`<>()\\'.includes(char) || (!inWord && '#{}!'.includes(char))) opaque = true
      word += char
      inWord = true
    }
  }
  endSegment('')
  return { segments, opaque }
}

/** Where the tests of a script really run: a command of the line, perhaps of a script that the line calls. */
export interface RunnerCall {
  runner: string
  /** Words after the runner's own name. */
  args: readonly string[]
  /** Wrapper in front of it (`nyc`, `c8`), or null. */
  wrapper: string | null
  /**
   * Words to put before arguments added after `npm run X --`, so that they reach the runner through the scripts in
   * between; null when they would reach something else.
   */
  pass: readonly string[] | null
  /** Its stdout goes into another command. */
  piped: boolean
}

const WRAPPERS: ReadonlySet<string> = new Set(['npx', 'cross-env', 'env', 'c8', 'nyc', 'dotenv', '--'])

/**
 * Finds the one known runner that a line calls, following `npm run X` into other scripts (at most five deep).
 * `many`: more than one runs, so that one report cannot hold all. `unknown`: none is known.
 */
export function findRunner(
  line: string,
  scripts: Readonly<Record<string, string>>,
  isRunner: (name: string, args: readonly string[]) => boolean,
  depth = 0,
): RunnerCall | 'many' | 'unknown' {
  const { segments, opaque } = parseScriptLine(line)
  const calls: RunnerCall[] = []
  for (const [index, segment] of segments.entries()) {
    // Behind the last command nothing may follow, and nothing may swallow what it prints.
    const last = index === segments.length - 1 && segment.then === '' && !opaque
    const piped = segment.then === '|'
    const script = calledScript(segment.words)
    const inner = script === null ? undefined : scripts[script.name]
    if (script !== null && inner !== undefined && depth < 5) {
      const found = findRunner(inner, scripts, isRunner, depth + 1)
      if (found === 'many') return 'many'
      if (found === 'unknown') continue
      const pass = last && found.pass !== null ? [...(script.dashes ? [] : ['--']), ...found.pass] : null
      calls.push({ ...found, pass, piped: piped || found.piped })
      continue
    }
    const call = runnerOf(segment.words, isRunner)
    if (call !== null) calls.push({ ...call, pass: last ? [] : null, piped })
  }
  if (calls.length > 1) return 'many'
  return calls[0] ?? 'unknown'
}

function calledScript(words: readonly string[]): { name: string; dashes: boolean } | null {
  if (words[0] !== 'npm') return null
  const rest = words.slice(1).filter((word) => !/^(-s|--silent|-q|--quiet)$/.test(word))
  const dashes = rest.includes('--')
  if (/^(test|t|tst)$/.test(rest[0] ?? '')) return { name: 'test', dashes }
  const name = /^run(-script)?$/.test(rest[0] ?? '') ? rest[1] : undefined
  return name === undefined ? null : { name, dashes }
}

function runnerOf(
  words: readonly string[],
  isRunner: (name: string, args: readonly string[]) => boolean,
): Omit<RunnerCall, 'pass' | 'piped'> | null {
  let wrapper: string | null = null
  for (const [index, word] of words.entries()) {
    const name = word.slice(word.lastIndexOf('/') + 1)
    const args = words.slice(index + 1)
    if (isRunner(name, args)) return { runner: name, args, wrapper }
    if (name === 'c8' || name === 'nyc') wrapper = name
    const option = index > 0 && (word.startsWith('-') || words[index - 1]?.startsWith('-') === true)
    if (!/^\w+=/.test(word) && !WRAPPERS.has(name) && !option) return null
  }
  return null
}
