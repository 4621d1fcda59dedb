// The envelope: the same request always makes the same one, and a runner takes no other.
import { expect, test } from 'vitest'
import { canonicalJson, digestOf } from '../../src/contracts/canonical.ts'
import type { Envelope } from '../../src/contracts/envelope.ts'
import { LedgerEntry } from '../../src/contracts/ledger.ts'
import { makeEnvelope, readEnvelope } from '../../src/pipeline/envelope.ts'
import { loadInputs } from '../../src/pipeline/inputs.ts'
import { openJournal, readTask } from '../../src/pipeline/journal.ts'
import { withLease } from '../../src/pipeline/lease.ts'
import { relink } from '../e2e/forger.ts'
import { ABOUT, makeElsewhere, type Sealed } from './elsewhere.ts'

function sealed(envelope: object): Sealed {
  const text = canonicalJson(envelope)
  return { envelope: envelope as Envelope, text, digest: digestOf(text) }
}

/** The envelope of a task's first run, made once: it is plain data. */
let made: Promise<Sealed> | undefined
function good(): Promise<Sealed> {
  return (made ??= makeElsewhere().then((elsewhere) => elsewhere.ask()))
}

function read({ envelope, text, digest }: Sealed): ReturnType<typeof readEnvelope> {
  const { task, nonce } = envelope
  return readEnvelope(text, { task, nonce, envelope: digest })
}

test('it is made again to the same text, whatever the task chain has gained since', async () => {
  const elsewhere = await makeElsewhere()
  const { engine, task } = elsewhere
  await expect(makeEnvelope(engine, task, ABOUT)).rejects.toThrow('no run of')
  const first = await elsewhere.ask({ fence: 5 })
  await withLease(engine, [task], async (held) => {
    const journal = await openJournal(engine, task, held.fences)
    const event = { kind: 'task.paused', by: 'somebody', reason: 'lunch' } as const
    await journal.write({ chain: `task:${task}`, event })
  })
  expect((await makeEnvelope(engine, task, ABOUT)).text).toBe(first.text)
  expect(first.envelope).toMatchObject({ number: 1, fence: 5, pull: null, earlier_runs: [] })
  expect(first.envelope.evidence.map((one) => one.name)).toEqual([
    'intent.json',
    'intent_anchor.txt',
    'request.json',
    'strategy.md',
  ])
})

test('opened in an empty store the task stands there as it does at the service, with the runner’s fingerprint', async () => {
  const elsewhere = await makeElsewhere()
  const asked = await elsewhere.ask()
  const runner = await elsewhere.runner()
  expect(await runner.open(asked)).toEqual({ ok: true })
  const { task } = elsewhere
  expect(await readTask(runner.engine, task)).toEqual(await elsewhere.state())
  expect(await runner.engine.evidence(task).list('STRATEGIZE')).toHaveLength(4)
  const inputs = await loadInputs(runner.engine, task)
  expect(inputs).toEqual({
    ...(await loadInputs(elsewhere.engine, task)),
    fingerprint: expect.objectContaining({ platform: 'elsewhere' }) as object,
  })
  // the next process of the same job
  expect(await runner.open(asked)).toMatchObject({ ok: true })
})

test('a state folder that holds the task for another run is not used', async () => {
  const elsewhere = await makeElsewhere()
  const runner = await elsewhere.runner()
  await runner.open(await elsewhere.ask())
  const { task } = elsewhere
  await withLease(elsewhere.engine, [task], async (held) => {
    const journal = await openJournal(elsewhere.engine, task, held.fences)
    const event = { kind: 'run.lost', number: 1, rule: 'run-cancelled', reason: 'x' } as const
    await journal.write({ chain: `task:${task}`, event })
  })
  expect(await runner.open(await elsewhere.ask())).toMatchObject({
    ok: false,
    problem: { rule: 'envelope-taken' },
  })
})

test('another text than the dispatch named is not even parsed', async () => {
  const { envelope, text, digest } = await good()
  const { task, nonce } = envelope
  const expected = { task, nonce, envelope: digest }
  expect(readEnvelope(`${text} `, expected)).toMatchObject({ problem: { rule: 'envelope-digest' } })
  expect(readEnvelope('', { ...expected, envelope: digestOf('') })).toMatchObject({
    problem: { rule: 'envelope-malformed' },
  })
  expect(readEnvelope(text, { ...expected, nonce: 'h-0000000other' })).toMatchObject({
    problem: { rule: 'envelope-foreign' },
  })
  expect(readEnvelope(text, { ...expected, task: 't-0000000other' })).toMatchObject({
    problem: { rule: 'envelope-foreign' },
  })
})

/** The chain with events changed and every hash made to fit, and the head with it. */
function rechained(envelope: Envelope, edit: (entries: LedgerEntry[]) => LedgerEntry[]): Partial<Envelope> {
  const entries = edit(envelope.task_chain.map((line) => LedgerEntry.parse(JSON.parse(line))))
  const chain = relink(entries)
  const last = chain.at(-1)
  if (last === undefined) throw new Error('the chain is empty')
  const task_head = { hash: last.hash, length: chain.length }
  return { task_chain: chain.map((entry) => canonicalJson(entry)), task_head }
}

test.each<[string, string, RegExp, (envelope: Envelope) => object]>([
  [
    'a newer version',
    'envelope-newer',
    /version 2.*version 1/,
    (e) => ({ ...e, schema: 'autopilot/envelope@2' }),
  ],
  ['an older version', 'envelope-older', /version 0/, (e) => ({ ...e, schema: 'autopilot/envelope@0' })],
  ['a field that nobody knows', 'envelope-malformed', /more/, (e) => ({ ...e, more: 1 })],
  [
    'an entry that was edited',
    'envelope-chain',
    /another content than its hash says/,
    ({ task_chain: [first = '', ...rest], ...e }) => ({
      ...e,
      task_chain: [first.replace('2026', '2025'), ...rest],
    }),
  ],
  [
    'a chain that was cut',
    'envelope-chain',
    /the chain has 4 entries; the head names 5/,
    (e) => ({ ...e, task_chain: e.task_chain.slice(0, -1) }),
  ],
  [
    'a chain that does not end in the request',
    'envelope-chain',
    /does not end in the request for run 1/,
    (e) => ({ ...e, ...rechained(e, (entries) => entries.slice(0, -1)) }),
  ],
  [
    'a step that the process does not allow',
    'envelope-chain',
    /no allowed step: .*run 2 follows 0/,
    (e) => ({
      ...e,
      ...rechained(e, (entries) =>
        entries.map((entry) =>
          entry.event.kind === 'run.requested' ? { ...entry, event: { ...entry.event, number: 2 } } : entry,
        ),
      ),
    }),
  ],
  ['another fence', 'envelope-chain', /does not end in the request/, (e) => ({ ...e, fence: 9 })],
  ['a pull request that is none', 'envelope-chain', /pull request/, (e) => ({ ...e, pull: 3 })],
  [
    'another request',
    'envelope-request',
    /not the one that the task chain names/,
    (e) => ({ ...e, request: { ...e.request, title: 'another' } }),
  ],
  [
    'evidence that was altered',
    'envelope-evidence',
    /STRATEGIZE\/intent.json is not what was recorded/,
    (e) => ({ ...e, evidence: e.evidence.map((one, at) => (at === 0 ? { ...one, text: '{}' } : one)) }),
  ],
  [
    'evidence that is missing',
    'envelope-evidence',
    /STRATEGIZE\/intent.json was recorded and is not there/,
    (e) => ({ ...e, evidence: e.evidence.slice(1) }),
  ],
  [
    'evidence that was added',
    'envelope-evidence',
    /never recorded/,
    (e) => ({ ...e, evidence: [...e.evidence, { phase: 'STRATEGIZE', name: 'more.txt', text: 'x' }] }),
  ],
  [
    'a gate that decided otherwise',
    'envelope-gate',
    /of STRATEGIZE decides otherwise here than in the App 0\.1\.0/,
    (e) => ({
      ...e,
      ...rechained(e, (entries) =>
        entries.map((entry) =>
          entry.event.kind === 'phase.passed'
            ? { ...entry, event: { ...entry.event, verdict: digestOf('other') } }
            : entry,
        ),
      ),
    }),
  ],
  ['a policy that is none', 'envelope-rules', /do not parse/, (e) => ({ ...e, policy_text: 'quorum: [' })],
])('%s is refused', async (_, rule, message, change) => {
  const bad = sealed(change(structuredClone((await good()).envelope)))
  expect(read(bad)).toEqual({
    ok: false,
    problem: { rule, message: expect.stringMatching(message) as string, fix: expect.any(String) as string },
  })
})

test('what is refused leaves the store empty', async () => {
  const elsewhere = await makeElsewhere()
  const { envelope } = await elsewhere.ask()
  const runner = await elsewhere.runner()
  expect(await runner.open(sealed({ ...envelope, fence: 9 }))).toMatchObject({ ok: false })
  expect((await readTask(runner.engine, elsewhere.task)).task).toBeNull()
})
