// Measures what needs no disk: attestation of an 8 KB prompt, and the verification of long chains.
import { digestOf } from '../../../src/contracts/canonical.ts'
import type { LedgerEntry } from '../../../src/contracts/ledger.ts'
import { emptyHead, headOf, makeEntry, verifyChain } from '../../../src/process/ledger.ts'
import { attestPrompt } from '../../../src/prompts/attest.ts'
import { PROMPT_BASELINES } from '../../../src/prompts/baseline.ts'
import { compilePrompt } from '../../../src/prompts/compile.ts'
import { PERSONAS } from '../../../src/prompts/personas.ts'
import { atMost, percentile, shown, timed } from '../row.ts'
import type { Row } from '../row.ts'

const ROUNDS = 1000

export async function rows(): Promise<Row[]> {
  const prompt = compilePrompt({
    phase: 'REVIEW',
    persona: PERSONAS.REVIEW,
    anchor: 'a'.repeat(2000),
    inputs: { change: 'c'.repeat(3500), spec: 's'.repeat(1500) },
  })
  const attested: number[] = []
  for (let i = 0; i < ROUNDS; i += 1) {
    attested.push(await timed(() => attestPrompt(prompt, PROMPT_BASELINES.REVIEW)))
  }
  const thousand = chainOf(1000)
  const tenThousand = chainOf(10_000)
  const short: number[] = []
  const long: number[] = []
  for (let i = 0; i < 5; i += 1) {
    short.push(await timed(() => verifyChain(thousand)))
    long.push(await timed(() => verifyChain(tenThousand)))
  }
  return [
    atMost('attestation.p50', percentile(attested, 0.5), 'ms', 1),
    shown('attestation.bytes', Buffer.byteLength(prompt.text), 'B'),
    atMost('verify.10000', percentile(long, 0.5), 'ms', 1000),
    // linear: ten times the entries, about ten times the time
    atMost('verify.growth', Math.min(...long) / Math.min(...short), 'x', 15),
  ]
}

function chainOf(length: number): readonly LedgerEntry[] {
  const chain = 'run:r-0000000bench'
  const digest = digestOf('bench')
  const entries: LedgerEntry[] = []
  let head = emptyHead(chain)
  for (let i = 0; i < length; i += 1) {
    const entry = makeEntry({
      chain,
      head,
      at: '2026-11-21T02:00:00.000Z',
      event: {
        kind: 'phase.entered',
        phase: 'SPEC',
        visit: i + 1,
        persona: digest,
        prompt: digest,
        inputs: { intent: digest, request: digest },
      },
    })
    entries.push(entry)
    head = headOf(entry)
  }
  return entries
}
