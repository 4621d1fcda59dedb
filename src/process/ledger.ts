// Owns the chain: how an entry is made and hashed, and how a whole chain is verified offline.
import { digestInDomain } from '../contracts/canonical.ts'
import type { Digest } from '../contracts/canonical.ts'
import { genesisOf } from '../contracts/ledger.ts'
import type { ChainHead, LedgerEntry, LedgerEvent } from '../contracts/ledger.ts'

export { genesisOf }

const DOMAIN = 'autopilot ledger entry v1'

/** Head of a chain that has no entry yet. */
export function emptyHead(chain: string): ChainHead {
  return { hash: genesisOf(chain), length: 0 }
}

export function makeEntry(x: {
  chain: string
  head: ChainHead
  at: string
  event: LedgerEvent
}): LedgerEntry {
  const body: Omit<LedgerEntry, 'hash'> = {
    schema: 'autopilot/ledger-entry@1',
    chain: x.chain,
    seq: x.head.length,
    prev: x.head.hash,
    at: x.at,
    event: x.event,
  }
  return { ...body, hash: digestInDomain(DOMAIN, body) }
}

/** What the entry's hash must be. */
export function hashOf(entry: LedgerEntry): Digest {
  const { hash: _, ...body } = entry
  return digestInDomain(DOMAIN, body)
}

export function headOf(entry: LedgerEntry): ChainHead {
  return { hash: entry.hash, length: entry.seq + 1 }
}

export interface ChainProblem {
  /** Position in the list that was given, 0 first; the length of the list for what is missing at its end. */
  seq: number
  kind: 'edited' | 'forked' | 'out_of_order' | 'broken_link' | 'foreign' | 'truncated'
  message: string
}

export type ChainCheck =
  | { ok: true; head: ChainHead; problems: readonly [] }
  | { ok: false; head: ChainHead | null; problems: readonly ChainProblem[] }

/**
 * Every entry's hash, its link to the one before, its number, its chain. Linear. What is cut off at the end and
 * resealed can be told only with a `head` that was published elsewhere; an altered entry shows even without.
 */
export function verifyChain(
  entries: readonly LedgerEntry[],
  expected: { chain?: string; head?: ChainHead } = {},
): ChainCheck {
  const problems: ChainProblem[] = []
  const chain = expected.chain ?? entries[0]?.chain
  let prev = chain === undefined ? undefined : genesisOf(chain)
  let last = -1
  for (const [index, entry] of entries.entries()) {
    const add = (kind: ChainProblem['kind'], message: string): void => {
      problems.push({ seq: index, kind, message: `${entry.chain}#${entry.seq} ${message}` })
    }
    if (entry.chain !== chain) add('foreign', `belongs to another chain than ${chain ?? 'none'}`)
    if (hashOf(entry) !== entry.hash) add('edited', 'has another content than its hash says')
    if (entry.seq !== index) {
      if (entry.seq === last) add('forked', 'stands beside another entry of the same number')
      else add('out_of_order', `stands in place ${index}`)
    }
    if (entry.prev !== prev) add('broken_link', 'does not name the entry before it')
    prev = entry.hash
    last = entry.seq
  }
  const tail = entries.at(-1)
  const head = tail === undefined ? null : { hash: tail.hash, length: entries.length }
  const missing = expected.head === undefined ? undefined : problemOfHead(entries, expected.head)
  if (missing !== undefined) problems.push(missing)
  if (problems.length === 0) {
    const whole = head ?? (chain === undefined ? undefined : emptyHead(chain))
    if (whole !== undefined) return { ok: true, head: whole, problems: [] }
    problems.push({ seq: 0, kind: 'truncated', message: 'the chain has no entry and no name' })
  }
  return { ok: false, head, problems }
}

/** Threat: the owner of a log cuts its end, or rewrites it whole; only a head kept elsewhere shows it. */
function problemOfHead(entries: readonly LedgerEntry[], head: ChainHead): ChainProblem | undefined {
  const length = entries.length
  if (length < head.length) {
    return {
      seq: length,
      kind: 'truncated',
      message: `the chain has ${length} entries; the head names ${head.length}`,
    }
  }
  const at = head.length === 0 ? undefined : entries[head.length - 1]
  if (length === head.length && (at === undefined || at.hash === head.hash)) return undefined
  return at !== undefined && at.hash !== head.hash
    ? {
        seq: head.length - 1,
        kind: 'forked',
        message: `entry ${head.length - 1} is ${at.hash}; the head names ${head.hash}`,
      }
    : {
        seq: head.length,
        kind: 'out_of_order',
        message: `the chain goes on for ${length - head.length} entries after the head`,
      }
}
