// Owns chains as text: one entry a line in canonical form, written so and read no other way.
import { canonicalJson } from '../contracts/canonical.ts'
import { LedgerEntryContract, type LedgerEntry } from '../contracts/ledger.ts'
import { parseJson } from '../work/bundle.ts'

export interface ReadChain {
  entries: readonly LedgerEntry[]
  /** `where:line what is wrong`. */
  problems: readonly string[]
}

/** Without line breaks. */
export function chainLines(entries: readonly LedgerEntry[]): string[] {
  return entries.map((entry) => canonicalJson(entry))
}

/** The form of a chain in a file. */
export function chainText(entries: readonly LedgerEntry[]): string {
  return chainLines(entries)
    .map((line) => `${line}\n`)
    .join('')
}

/** Places are still to be checked (verifyChain). `where` names the chain in problems. */
export function readChainLines(lines: readonly string[], where: string): ReadChain {
  const entries: LedgerEntry[] = []
  const problems: string[] = []
  for (const [index, line] of lines.entries()) {
    const parsed = LedgerEntryContract.parse(parseJson(Buffer.from(line)))
    if (!parsed.ok) problems.push(`${where}:${index + 1} ${parsed.problems[0] ?? 'does not parse'}`)
    else if (canonicalJson(parsed.value) !== line)
      problems.push(`${where}:${index + 1} is not in canonical form`)
    else entries.push(parsed.value)
  }
  return { entries, problems }
}

export function readChainText(bytes: Uint8Array | undefined, where: string): ReadChain {
  if (bytes === undefined) return { entries: [], problems: [`${where} is missing`] }
  const lines = new TextDecoder().decode(bytes).split('\n')
  const cut = lines.pop() === '' ? [] : [`${where} does not end with a line break: it was cut`]
  const read = readChainLines(lines, where)
  return { entries: read.entries, problems: [...cut, ...read.problems] }
}
