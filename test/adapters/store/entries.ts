// Owns entries to put into a store: what they say does not matter there.
import type { LedgerEntry } from '../../../src/contracts/ledger.ts'
import { emptyHead, headOf, makeEntry } from '../../../src/process/ledger.ts'

const CHAIN = 'task:t-0000000task'
const AT = '2026-11-21T02:00:00.000Z'

/** `length` entries that follow the given head. */
export function chainOf(length: number, chain = CHAIN, from = emptyHead(chain), text = 'x'): LedgerEntry[] {
  const entries: LedgerEntry[] = []
  for (let i = 0; i < length; i += 1) {
    const last = entries.at(-1)
    const event = { kind: 'violation', phase: null, code: 'tool_refused', detail: `${text}${i}` } as const
    entries.push(makeEntry({ chain, head: last === undefined ? from : headOf(last), at: AT, event }))
  }
  return entries
}
