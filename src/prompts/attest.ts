// Owns prompt attestation: whether a compiled prompt is what its phase's baseline says, found from its bytes alone.
import type { Phase } from '../contracts/base.ts'
import { digestOf } from '../contracts/canonical.ts'
import type { Digest } from '../contracts/canonical.ts'
import { blockId } from './compile.ts'
import type { CompiledPrompt } from './compile.ts'

/** Length in bytes and digest of the part of a phase's prompt that no input changes. */
export interface PromptBaseline {
  readonly bytes: number
  readonly digest: Digest
}

export type Attestation =
  | { match: true }
  /** WARN is recorded and counted; ERROR holds the phase (R65). */
  | { match: false; severity: 'WARN' | 'ERROR'; phase: Phase; message: string; fix: string }

/** Phases that judge or measure: a drifted prompt there would bend the judgement itself. */
const HOLDING: ReadonlySet<Phase> = new Set<Phase>(['VERIFY', 'REVIEW', 'MONITOR'])

/** Pure. The declared digest, the fixed part and every block are computed again; nothing that is declared is believed. */
export function attestPrompt(
  compiled: Pick<CompiledPrompt, 'phase' | 'text' | 'digest'>,
  baseline: PromptBaseline,
): Attestation {
  const problem = problemOf(compiled, baseline)
  return problem === undefined
    ? { match: true }
    : {
        match: false,
        severity: HOLDING.has(compiled.phase) ? 'ERROR' : 'WARN',
        phase: compiled.phase,
        message: `the prompt of ${compiled.phase} ${problem}`,
        fix: 'restore the prompt, or review it and renew src/prompts/baseline.ts',
      }
}

function problemOf(
  compiled: Pick<CompiledPrompt, 'text' | 'digest'>,
  baseline: PromptBaseline,
): string | undefined {
  const bytes = Buffer.from(compiled.text, 'utf8')
  const digest = digestOf(bytes)
  if (digest !== compiled.digest) return `has digest ${digest}; ${compiled.digest} was declared`
  const fixed = digestOf(bytes.subarray(0, baseline.bytes))
  if (fixed !== baseline.digest) return `has a header of digest ${fixed}; the baseline is ${baseline.digest}`
  return problemOfBlocks(bytes.subarray(baseline.bytes).toString('utf8'))
}

/** After the fixed part there is nothing but blocks, each ending with the digest of what it holds. */
function problemOfBlocks(text: string): string | undefined {
  const open = /\n<input ([a-z0-9_.-]+) (sha256:[0-9a-f]{64})>\n/y
  let at = 0
  while (at < text.length) {
    open.lastIndex = at
    const found = open.exec(text)
    if (found === null) return 'holds text outside its blocks'
    const [start, name = '', id] = found
    const from = at + start.length
    const end = `\n</input ${id}>\n`
    const to = text.indexOf(end, from)
    if (to < 0) return `has no end of block ${name}`
    if (blockId(name, text.slice(from, to)) !== id) return `has an altered block ${name}`
    if (at === 0 && name !== 'anchor') return 'does not begin with its anchor'
    at = to + end.length
  }
  return at === 0 ? 'holds no anchor' : undefined
}
