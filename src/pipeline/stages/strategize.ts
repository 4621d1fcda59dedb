// Owns STRATEGIZE: what the person wants, pinned and put into an anchor, before anybody looks at the repository.
import { evidenceJson } from '../../contracts/canonical.ts'
import { findPatches } from '../../intake/attachments.ts'
import { buildIntent } from '../../planning/intent.ts'
import { renderStrategy } from '../../planning/render.ts'
import type { TaskEngine } from '../engine.ts'
import type { StageContext, StageResult } from '../stage.ts'

export async function strategize(context: StageContext<TaskEngine>): Promise<StageResult> {
  const { request } = context
  const { prose } = findPatches(request.description)
  const intent = buildIntent({ request, prose, createdAt: context.engine.clock.now().toISOString() })
  const files = {
    'request.json': evidenceJson(request),
    'intent.json': evidenceJson(intent),
    'intent_anchor.txt': intent.intent_anchor,
    'strategy.md': renderStrategy(intent),
  }
  const bytes = Buffer.byteLength(intent.intent_anchor)
  return Promise.resolve({ kind: 'passed', files, note: `intent anchored in ${bytes} bytes` })
}
