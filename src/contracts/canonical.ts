// Owns canonical JSON (RFC 8785) and digests: the one place where bytes become an identity.
import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { z } from 'zod'

/** `sha256:` and 64 lower-case hex digits. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
export type Digest = z.infer<typeof Digest>

/** RFC 8785 text of a JSON value. Throws TypeError on what JSON cannot hold (undefined at the top, cycles, NaN). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('canonicalJson: the value has no JSON form')
  return text
}

export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${hash('sha256', bytes, 'hex')}`
}

export function digestOfJson(value: unknown): Digest {
  return digestOf(canonicalJson(value))
}

/** sha256 of `domain`, a newline and the canonical text: a hash of one kind of thing can never stand for another kind. */
export function digestInDomain(domain: string, value: unknown): Digest {
  return digestOf(`${domain}\n${canonicalJson(value)}`)
}

/** The form of JSON in evidence: canonical key order, indented for people, one newline at the end. */
export function evidenceJson(value: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(value)), null, 2)}\n`
}
