// Owns the prompt compiler: header, persona, anchor and inputs in one fixed order, so that same inputs give same bytes.
import type { Phase } from '../contracts/base.ts'
import { digestOf, digestOfJson } from '../contracts/canonical.ts'
import type { Digest } from '../contracts/canonical.ts'
import { CORE_HEADER } from './personas.ts'
import type { Persona } from './personas.ts'

/** Characters of one injected block, the note of a cut included (R19). */
export const BLOCK_CHARACTERS = 4000

export interface CompiledPrompt {
  readonly phase: Phase
  readonly text: string
  /** Of the UTF-8 bytes of `text`; goes into `phase.entered`. */
  readonly digest: Digest
  /** Hash of the persona, header included. */
  readonly persona: Digest
}

/** Deterministic: inputs come in the order of their names (code units). Names are `[a-z0-9_.-]+`, else TypeError. */
export function compilePrompt(x: {
  phase: Phase
  persona: Persona
  anchor: string
  inputs: Readonly<Record<string, string>>
}): CompiledPrompt {
  const names = Object.keys(x.inputs).sort()
  const text = [
    fixedPart(x.phase, x.persona),
    block('anchor', x.anchor),
    ...names.map((name) => block(name, x.inputs[name] ?? '')),
  ].join('')
  return { phase: x.phase, text, digest: digestOf(text), persona: personaDigest(x.persona) }
}

/** What no input changes: the part of a prompt that has a baseline. */
export function fixedPart(phase: Phase, persona: Persona): string {
  const rules = persona.rules.map((rule, index) => `${index + 1}. ${rule}`).join('\n')
  return `${CORE_HEADER}\n\n# ${phase}: ${persona.id}\n${persona.role}\n\n# Rules\n${rules}\n`
}

export function personaDigest(persona: Persona): Digest {
  return digestOfJson({ header: CORE_HEADER, ...persona })
}

/** Threat: text that closes its own block and goes on as an instruction; the end names the digest of what it ends. */
function block(name: string, text: string): string {
  if (!/^[a-z0-9_.-]+$/.test(name)) {
    throw new TypeError(`compilePrompt: ${JSON.stringify(name)} is no name of an input; use [a-z0-9_.-]+`)
  }
  const shown = cut(text)
  const id = blockId(name, shown)
  return `\n<input ${name} ${id}>\n${shown}\n</input ${id}>\n`
}

/** Binds a block's name to what it holds. */
export function blockId(name: string, shown: string): Digest {
  return digestOf(`${name}\n${shown}`)
}

function cut(text: string): string {
  const whole = text.toWellFormed()
  if (whole.length <= BLOCK_CHARACTERS) return whole
  const note = `\n[cut: ${whole.length} characters in all]`
  return `${whole.slice(0, BLOCK_CHARACTERS - note.length).toWellFormed()}${note}`
}
