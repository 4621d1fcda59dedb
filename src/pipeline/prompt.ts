// Owns the prompt a phase is entered with: compiled from its persona and what stands, attested against the baseline.
import type { Phase } from '../contracts/base.ts'
import type { Digest } from '../contracts/canonical.ts'
import { PHASE_ORDER } from '../process/phases.ts'
import type { TaskState } from '../process/state.ts'
import { attestPrompt } from '../prompts/attest.ts'
import { PROMPT_BASELINES } from '../prompts/baseline.ts'
import { compilePrompt } from '../prompts/compile.ts'
import { PERSONAS } from '../prompts/personas.ts'
import type { TaskEngine } from './engine.ts'

export interface PhasePrompt {
  entered: { persona: Digest; prompt: Digest; inputs: Record<string, Digest> }
  /** What the attestation found; null when the fixed part is the baseline's. ERROR holds the phase. */
  drift: { severity: 'WARN' | 'ERROR'; message: string; fix: string } | null
}

/** Inputs are the digests of everything that earlier phases left; the anchor is the only free text. */
export async function promptOf(
  engine: Pick<TaskEngine, 'blobs'>,
  phase: Phase,
  state: TaskState,
): Promise<PhasePrompt> {
  const inputs: Record<string, Digest> = {}
  for (const earlier of PHASE_ORDER.slice(0, PHASE_ORDER.indexOf(phase))) {
    for (const record of state.passed[earlier]?.evidence ?? [])
      inputs[`${earlier}/${record.name}`] = record.sha256
  }
  const anchor = inputs['STRATEGIZE/intent_anchor.txt']
  const compiled = compilePrompt({
    phase,
    persona: PERSONAS[phase],
    anchor: anchor === undefined ? '' : new TextDecoder().decode(await engine.blobs.get(anchor)),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, digest]) => [name.toLowerCase().replace('/', '.'), digest]),
    ),
  })
  const attestation = attestPrompt(compiled, PROMPT_BASELINES[phase])
  return {
    entered: { persona: compiled.persona, prompt: compiled.digest, inputs },
    drift: attestation.match ? null : attestation,
  }
}
