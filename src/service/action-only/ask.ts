// Owns the beginning of a task where a workflow does all the work: who labels is checked, text and rules are pinned.
import type { TaskId } from '../../contracts/base.ts'
import type { Digest } from '../../contracts/canonical.ts'
import type { Actor } from '../../contracts/command.ts'
import type { Envelope } from '../../contracts/envelope.ts'
import { requestOnForge } from '../../intake/request.ts'
import { advance } from '../../pipeline/advance.ts'
import { makeEnvelope } from '../../pipeline/envelope.ts'
import type { TaskEngine } from '../../pipeline/engine.ts'
import { openJournal } from '../../pipeline/journal.ts'
import { withLease } from '../../pipeline/lease.ts'
import { createTask } from '../../pipeline/loop.ts'
import { strategize } from '../../pipeline/stages/strategize.ts'
import type { Forge } from '../../ports/forge.ts'
import { mayAsk, type Service } from '../parts.ts'
import { readRules } from '../rules.ts'

export type Asked =
  | { ok: true; task: TaskId; envelope: Envelope; text: string; digest: Digest }
  /** Sentences, those of a file with their place. */
  | { ok: false; problems: readonly string[] }

/** GitHub ends a workflow run after 35 days; nothing else takes the place of this one meanwhile. */
const RUN_LEASE_MS = 35 * 24 * 60 * 60 * 1000

/**
 * `issue` is as the label's own event has it: text that was edited since was not asked for. `shipped`: the policies that
 * come with the program. Throws ForgeError.
 */
export async function askForRun(
  engine: TaskEngine,
  x: {
    forge: Forge
    issue: { number: number; title: string; body: string }
    by: Actor
    shipped: Service['shipped']
    version: string
  },
): Promise<Asked> {
  const { forge, issue, by } = x
  const { reader } = forge
  const role = await reader.permission(by.login)
  if (!mayAsk(role)) {
    return { ok: false, problems: [`${by.login} has the role ${role}; who asks needs write access`] }
  }
  const rules = await readRules(x, reader)
  if (!rules.ok) return rules
  const { owner, name, id } = reader.repository
  const { base, settings } = rules
  const made = requestOnForge({ repository: { id, owner, name }, on: 'issue', ...issue, by, settings, base })
  if (!made.ok) return { ok: false, problems: [`${made.problem.message} · ${made.problem.fix}`] }
  const task = engine.ids.next('t')
  await createTask(engine, task, {
    request: made.request,
    settings,
    policyText: rules.policyText,
    constitutionText: x.shipped.constitution,
    fingerprint: null,
  })
  await advance(engine, task, { stages: { STRATEGIZE: strategize } })
  await requestRun(engine, task, base)
  const sealed = await makeEnvelope(engine, task, {
    repository: { id, owner, name, private: rules.about.private },
    issue: issue.number,
    rules_at: rules.rulesAt,
    app_version: x.version,
  })
  return { ok: true, task, ...sealed }
}

async function requestRun(
  engine: TaskEngine,
  task: TaskId,
  base: { ref: string; sha: string },
): Promise<void> {
  const nonce = engine.ids.next('h')
  const fence = await engine.leases.acquire(`${task}/run`, nonce, RUN_LEASE_MS)
  if (fence === 'held') throw new Error(`the fresh task ${task} has a run already`)
  const written = await withLease(engine, [task], async (held) => {
    const journal = await openJournal(engine, task, held.fences)
    const event = { kind: 'run.requested', number: 1, nonce, fence: fence.token, base } as const
    await journal.write({ chain: `task:${task}`, event })
  })
  if (!written.held) throw new Error(`the fresh task ${task} is held by somebody else`)
}
