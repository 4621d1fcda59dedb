// Owns a bundle that was read whole, and the small verdicts that its checks answer with.
import type { BundleManifest } from '../contracts/bundle.ts'
import type { Digest } from '../contracts/canonical.ts'
import type { LedgerEntry } from '../contracts/ledger.ts'
import type { Status, Verdict } from '../contracts/verdict.ts'

/** A bundle read whole: its manifest, the chains, and every file by the digest of its bytes. */
export interface LoadedBundle {
  manifest: BundleManifest
  task: readonly LedgerEntry[]
  run: readonly LedgerEntry[]
  /** Chains of the task's earlier runs, by run. */
  earlier: ReadonlyMap<string, readonly LedgerEntry[]>
  byDigest: ReadonlyMap<Digest, Uint8Array>
  read(path: string): Promise<Uint8Array | undefined>
}

export function leaf(name: string, problems: readonly string[], fine: string): Verdict {
  const status: Status = problems.length === 0 ? 'pass' : 'fail'
  const findings = problems.map((message) => ({ rule: name, severity: 'error' as const, message }))
  const [first, ...more] = problems
  const reason =
    first === undefined
      ? `${fine}.`
      : `${first.replace(/\.$/, '')}${more.length > 0 ? ` (and ${more.length} more)` : ''}.`
  return { name, status, reason, subject: {}, findings, children: [] }
}
