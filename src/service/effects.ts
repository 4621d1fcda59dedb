// Owns the effects that leave this process: each kind with its body, its result, and how it is made findable.
import { z } from 'zod'
import { Digest } from '../contracts/canonical.ts'
import { ChangeSetContract } from '../contracts/change-set.ts'
import { RepoRef } from '../contracts/envelope.ts'
import { RepoPath, Sha, Timestamp, type TaskId } from '../contracts/base.ts'
import { ENVELOPE_FILE } from '../pipeline/envelope.ts'
import { readTask } from '../pipeline/journal.ts'
import type { Forge } from '../ports/forge.ts'
import { decideAgain } from './decision.ts'
import { NotYet } from './not-yet.ts'
import { ObservedChecks, observedChecks } from './observed-checks.ts'
import type { Service } from './parts.ts'

const At = z.strictObject({ installation: z.int().min(1), repository: RepoRef })
const Number_ = z.int().min(1)

const Annotation = z.strictObject({
  path: RepoPath,
  start_line: Number_,
  end_line: Number_,
  level: z.enum(['notice', 'warning', 'failure']),
  message: z.string(),
  title: z.string().optional(),
})

/** Kind → what is sent. `at` names the repository; the rest is the port's own words. */
export const BODIES = {
  comment: z.strictObject({ at: At, number: Number_, key: z.string().min(1), body: z.string().min(1) }),
  check: z.strictObject({
    at: At,
    check: z.strictObject({
      head: Sha,
      name: z.string().min(1),
      key: z.string().min(1),
      status: z.enum(['queued', 'in_progress', 'completed']),
      conclusion: z
        .enum(['success', 'failure', 'neutral', 'cancelled', 'timed_out', 'action_required', 'skipped'])
        .optional(),
      detailsUrl: z.string().optional(),
      output: z.strictObject({
        title: z.string(),
        summary: z.string(),
        text: z.string().optional(),
        annotations: z.array(Annotation).readonly(),
      }),
    }),
  }),
  dispatch: z.strictObject({
    at: At,
    workflow: z.string().min(1),
    branch: z.string().min(1),
    ref: z.string().min(1),
    task: z.string().min(1),
    nonce: z.string().min(1),
    /** Blob of the envelope's text, which is its digest too. */
    envelope: Digest,
    since: Timestamp,
  }),
  cancel: z.strictObject({ at: At, run: Number_ }),
  branch: z.strictObject({
    at: At,
    branch: z.string().min(1),
    parent: Sha,
    expectedHead: Sha.nullable(),
    /** Blob of the change set. */
    changes: Digest,
    message: z.string().min(1),
  }),
  pull: z.strictObject({
    at: At,
    branch: z.string().min(1),
    base: z.string().min(1),
    title: z.string().min(1),
    body: z.string(),
    draft: z.boolean(),
  }),
  edit: z.strictObject({ at: At, number: Number_, body: z.string() }),
  ready: z.strictObject({ at: At, number: Number_, node: z.string().min(1) }),
  merge: z.strictObject({
    at: At,
    number: Number_,
    expectedHead: Sha,
    method: z.enum(['merge', 'squash', 'rebase']),
    title: z.string().min(1),
    message: z.string(),
  }),
  drop_ref: z.strictObject({ at: At, ref: z.string().min(1) }),
} as const
export type EffectKind = keyof typeof BODIES
export type EffectBody<K extends EffectKind> = z.infer<(typeof BODIES)[K]>

const Posted = z.strictObject({ id: Number_, url: z.string() })
/** `open`: it has not ended and has no annotations, so that it can be written over unseen. */
const PostedCheck = Posted.extend({ open: z.boolean() })
const None = z.strictObject({})
const PullRef = z.strictObject({ number: Number_, node: z.string(), url: z.string(), draft: z.boolean() })

/** Kind → what came back, kept in the outbox so that nothing is asked twice. */
export const RESULTS = {
  comment: Posted,
  check: PostedCheck,
  dispatch: z.discriminatedUnion('result', [
    z.strictObject({ result: z.literal('started'), run: Number_, url: z.string() }),
    z.strictObject({ result: z.enum(['missing', 'disabled', 'refused']), reason: z.string() }),
    /** The task ended before it was sent: nothing was. */
    z.strictObject({ result: z.literal('withdrawn'), reason: z.string() }),
  ]),
  cancel: None,
  branch: z.discriminatedUnion('result', [
    z.strictObject({ result: z.enum(['created', 'updated', 'unchanged']), head: Sha, tree: Sha }),
    z.strictObject({ result: z.literal('head_moved'), head: Sha.nullable() }),
    z.strictObject({ result: z.literal('tree_differs'), tree: Sha }),
    z.strictObject({ result: z.literal('refused'), reason: z.string() }),
  ]),
  pull: z.discriminatedUnion('result', [
    z.strictObject({ result: z.enum(['created', 'found']), pull: PullRef }),
    z.strictObject({ result: z.literal('refused'), reason: z.string() }),
  ]),
  edit: None,
  ready: None,
  merge: z.discriminatedUnion('result', [
    /** `checks`: those of the head right before. */
    z.strictObject({ result: z.literal('merged'), commit: Sha.nullable(), checks: ObservedChecks }),
    z.strictObject({ result: z.literal('head_moved'), head: Sha }),
    z.strictObject({ result: z.literal('withdrawn'), because: z.string() }),
  ]),
  drop_ref: None,
} as const
export type EffectResult<K extends EffectKind> = z.infer<(typeof RESULTS)[K]>

interface Sending {
  service: Service
  forge: Forge
  task: TaskId
  /** An earlier try may have taken effect. */
  again: boolean
  /** What the same key came back with before its body was replaced. */
  before: unknown
}

type Senders = { [K in EffectKind]: (x: Sending, body: EffectBody<K>) => Promise<EffectResult<K>> }

/** How each kind is sent. All of them may be called again with the same body. */
export const SENDERS: Senders = {
  async comment({ forge, before, again }, { number, key, body }) {
    const known = Posted.safeParse(before)
    // the status comment is found again even by a server that lost its store
    const first = again || key === 'status' ? undefined : 'fresh'
    return forge.writer.putComment({ number, key, body, at: known.success ? known.data.id : first })
  },
  async check({ forge, before, again }, { check }) {
    const known = PostedCheck.safeParse(before)
    const first = again || before !== null ? undefined : 'fresh'
    const at = known.success && known.data.open ? known.data.id : first
    const made = await forge.writer.putCheck(definedOnly(check), at)
    return { ...made, open: check.status !== 'completed' && check.output.annotations.length === 0 }
  },
  dispatch: sendDispatch,
  async cancel({ forge }, { run }) {
    await forge.runs.cancel(run)
    return {}
  },
  async branch({ forge, service, again }, { branch, parent, expectedHead, changes, message }) {
    const parsed = ChangeSetContract.parse(
      JSON.parse(new TextDecoder().decode(await service.blobs.get(changes))),
    )
    if (!parsed.ok) throw new Error(`change set ${changes} does not parse: ${parsed.problems.join('; ')}`)
    const order = { branch, parent, expectedHead, changes: parsed.value, message }
    return forge.writer.putBranch(order, again ? undefined : 'fresh')
  },
  async pull({ forge, again }, { branch, base, title, body, draft }) {
    const first = again ? undefined : 'fresh'
    const made = await forge.writer.putPull({ branch, base, title, body, draft }, first)
    if (made.result === 'refused') return made
    const { number, node, url } = made.pull
    return { result: made.result, pull: { number, node, url, draft: made.pull.draft } }
  },
  async edit({ forge }, { number, body }) {
    await forge.writer.editPull(number, { body })
    return {}
  },
  async ready({ forge }, { number, node }) {
    await forge.writer.markReady({ number, node })
    return {}
  },
  async merge({ forge, service, task }, { number, expectedHead, method, title, message }) {
    // Threat: what was green when it was decided. Everything is read and decided again right before the merge.
    const facts = await forge.reader.facts(number)
    const checks = observedChecks(facts?.checks ?? [])
    if (facts?.state === 'merged') return { result: 'merged', commit: null, checks }
    const decided = facts === undefined ? undefined : await decideAgain(service, task, facts)
    if (decided?.decision !== 'merge' || decided.head !== expectedHead) {
      return { result: 'withdrawn', because: decided?.because ?? 'the pull request is gone' }
    }
    const answer = await forge.writer.merge({ number, expectedHead, method, title, message })
    if (answer.result === 'merged') return { ...answer, checks }
    if (answer.result === 'head_moved') return answer
    // no answer for good: a required check may still come, a queue may move; the same call asks again
    const refused = answer.result === 'refused'
    throw new NotYet(
      refused ? `GitHub refuses the merge: ${answer.reason}` : `the merge is ${answer.result}`,
      refused ? 30_000 : 10_000,
    )
  },
  async drop_ref({ forge }, { ref }) {
    await forge.writer.deleteRef(ref)
    return {}
  },
}

/** The envelope first, then the dispatch; after a lost answer the run is looked for by its nonce. */
async function sendDispatch(x: Sending, body: EffectBody<'dispatch'>): Promise<EffectResult<'dispatch'>> {
  const { forge, service, again } = x
  if (again) {
    const found = await forge.runs.find({ workflow: body.workflow, nonce: body.nonce, since: body.since })
    if (found !== undefined) return { result: 'started', run: found.id, url: found.url }
  }
  const { closed } = await readTask(service, x.task)
  if (closed !== null) return { result: 'withdrawn', reason: closed.reason }
  const text = new TextDecoder().decode(await service.blobs.get(body.envelope))
  const files = new Map([[ENVELOPE_FILE, text]])
  const { commit } = await forge.writer.putRef({ ref: body.ref, files, message: `Envelope of ${body.task}` })
  const inputs = { task: body.task, envelope: body.envelope, commit, nonce: body.nonce }
  const answer = await forge.runs.dispatch({ workflow: body.workflow, ref: body.branch, inputs })
  if (answer.result !== 'started') return answer
  if (answer.run !== null) return { result: 'started', run: answer.run.id, url: answer.run.url }
  const found = await forge.runs.find({ workflow: body.workflow, nonce: body.nonce, since: body.since })
  if (found === undefined) throw new NotYet('the dispatch was accepted and its run is not listed yet', 3_000)
  return { result: 'started', run: found.id, url: found.url }
}

/** exactOptionalPropertyTypes: a key that is there must have a value. */
function definedOnly(check: EffectBody<'check'>['check']): Parameters<Forge['writer']['putCheck']>[0] {
  const { conclusion, detailsUrl, output, ...rest } = check
  const { text, annotations, ...words } = output
  return {
    ...rest,
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(detailsUrl === undefined ? {} : { detailsUrl }),
    output: {
      ...words,
      ...(text === undefined ? {} : { text }),
      annotations: annotations.map(({ title, ...one }) => ({
        ...one,
        ...(title === undefined ? {} : { title }),
      })),
    },
  }
}
