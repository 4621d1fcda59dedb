// Owns what `ledger verify` finds in a tampered copy of a bundle: without a head, with it, and by deciding again.
import type { ChainHead } from '../../src/contracts/ledger.ts'
import type { Verdict } from '../../src/contracts/verdict.ts'
import { readTexts, writeTexts, type Texts } from './forger.ts'
import { verify } from './state.ts'

/** Reason by check, of those that fail. */
export interface Found {
  plain: Record<string, string>
  withHead: Record<string, string>
  rederived: Record<string, string>
}

export async function findIn(
  bundle: string,
  head: ChainHead,
  copy: string,
  change: (texts: Texts) => void,
): Promise<Found> {
  const texts = await readTexts(bundle)
  change(texts)
  await writeTexts(copy, texts)
  return {
    plain: failing(await verify(copy, { rederive: false })),
    withHead: failing(await verify(copy, { rederive: false, head })),
    rederived: failing(await verify(copy, { rederive: true })),
  }
}

function failing(verdict: Verdict): Record<string, string> {
  const failed = verdict.children.filter((child) => child.status === 'fail')
  return Object.fromEntries(failed.map((child) => [child.name, child.reason]))
}
