// What is no sound bundle of the run that was asked for is refused by name, and nothing of it is written.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import { canonicalJson, digestOf } from '../../src/contracts/canonical.ts'
import type { ChangeSet } from '../../src/contracts/change-set.ts'
import type { Fingerprint } from '../../src/contracts/fingerprint.ts'
import type { LedgerEvent } from '../../src/contracts/ledger.ts'
import type { RunOutcome } from '../../src/contracts/outcome.ts'
import { importBundle } from '../../src/pipeline/import-run.ts'
import { loadInputs, saveInputs } from '../../src/pipeline/inputs.ts'
import { openJournal } from '../../src/pipeline/journal.ts'
import { withLease } from '../../src/pipeline/lease.ts'
import { editEntries, forge, readTexts, relink, reseal, RUN, writeTexts, type Texts } from '../e2e/forger.ts'
import { makeElsewhere } from './elsewhere.ts'

test('only the run that was asked for is taken, with the attempt that holds the lease', async () => {
  const elsewhere = await makeElsewhere()
  const { engine, task, state } = elsewhere
  const first = await elsewhere.ask()
  const bundle = await (await elsewhere.runner()).run(first)
  const again = await (await elsewhere.runner()).run(first, { attempt: 2 })
  expect(await elsewhere.import(again)).toMatchObject({
    ok: false,
    rule: 'run-attempt',
    reason: 'the bundle is of attempt 2; attempt 1 holds the lease.',
  })
  const before = await state()
  expect(await elsewhere.import(bundle, { number: 2 })).toMatchObject({
    ok: false,
    rule: 'run-not-requested',
  })
  expect(await state()).toEqual(before)

  // given up and asked for again: a late bundle of the first request answers nothing
  await withLease(engine, [task], async (held) => {
    const journal = await openJournal(engine, task, held.fences)
    const event = { kind: 'run.lost', number: 1, rule: 'run-late', reason: 'x' } as const
    await journal.write({ chain: `task:${task}`, event })
  })
  expect(await elsewhere.import(bundle)).toMatchObject({ ok: false, rule: 'run-not-requested' })
  const second = await elsewhere.ask()
  expect(await elsewhere.import(bundle)).toMatchObject({
    ok: false,
    rule: 'run-not-requested',
    reason: 'the run answers another request than number 2.',
  })
  expect(await elsewhere.import(await (await elsewhere.runner()).run(second))).toMatchObject({ ok: true })
  expect(await elsewhere.import(bundle)).toMatchObject({ ok: false, rule: 'run-not-requested' })
})

test('a bundle of another task is not taken', async () => {
  const elsewhere = await makeElsewhere()
  const { engine, task } = elsewhere
  const bundle = await openBundle(await (await elsewhere.runner()).run(await elsewhere.ask()))
  const other = 't-0000000other'
  await saveInputs(engine, other, await loadInputs(engine, task))
  expect(await importBundle(engine, other, bundle, { number: 1, attempt: 1 })).toEqual({
    ok: false,
    rule: 'run-foreign',
    reason: `the bundle is of ${task}.`,
  })
})

test('a run that did not end is not taken, and says how far it came', async () => {
  const elsewhere = await makeElsewhere()
  const bundle = await (await elsewhere.runner()).run(await elsewhere.ask(), { until: 'PLAN' })
  expect(await elsewhere.import(bundle)).toEqual({
    ok: false,
    rule: 'run-unfinished',
    reason: 'the run did not end: PLAN was passed last.',
  })
})

test('a change that was made without a sandbox is not taken', async () => {
  const sandbox = { level: 'none', limits_by: 'none', uid_dropped: false } as const
  const fingerprint: Fingerprint = {
    schema: 'autopilot/fingerprint@1',
    autopilot: '0.1.0',
    platform: 'x',
    tools: [],
    sandbox,
    contracts: {},
  }
  const elsewhere = await makeElsewhere({ fingerprint })
  const bundle = await (await elsewhere.runner()).run(await elsewhere.ask())
  expect(await elsewhere.import(bundle)).toMatchObject({ ok: false, rule: 'run-sandbox' })
})

const BAD: readonly [what: string, rule: string, reason: RegExp, change: (texts: Texts) => void][] = [
  [
    'a policy of its own',
    'run-rules',
    /inputs\/policy.yml is not the one it was given/,
    (texts) => void texts.set('inputs/policy.yml', `${texts.get('inputs/policy.yml') ?? ''}# mine\n`),
  ],
  [
    'a constitution of its own',
    'run-rules',
    /inputs\/constitution.yml/,
    (texts) => void texts.delete('inputs/constitution.yml'),
  ],
  [
    'settings of its own, made to fit',
    'run-rules',
    /inputs\/settings.json/,
    (texts) => {
      const text = (texts.get('inputs/settings.json') ?? '').replace(
        '"gates": {}',
        '"gates": {"lint": "off"}',
      )
      texts.set('inputs/settings.json', text)
      editEvents(texts, 'run.opened', (event) => ({
        ...event,
        rules: { ...event.rules, settings: digestOf(canonicalJson(JSON.parse(text))) },
      }))
      reseal(texts)
    },
  ],
  [
    'another file than was sealed',
    'bundle-unsound',
    /files: evidence\/PLAN\/plan.md was altered/,
    (texts) => void texts.set('evidence/PLAN/plan.md', 'x'),
  ],
  ['no manifest', 'bundle-unsound', /this is no bundle/, (texts) => void texts.delete('manifest.json')],
  [
    'a vote turned round, every hash made to fit',
    'bundle-unsound',
    /rederived: change review/,
    (texts) =>
      forge(texts, {
        'evidence/REVIEW/council_verdict.json': (verdict: { votes: object[] }) => ({
          ...verdict,
          votes: verdict.votes.map((vote, at) => (at === 0 ? { ...vote, vote: 'reject' } : vote)),
        }),
      }),
  ],
  [
    'an outcome that names another tree',
    'bundle-unsound',
    /rederived: outcome: outcome.json says something else/,
    (texts) => {
      const outcome = JSON.parse(texts.get('outcome.json') ?? '') as RunOutcome
      const text = `${JSON.stringify({ ...outcome, tree: 'f'.repeat(40) })}\n`
      texts.set('outcome.json', text)
      editEvents(texts, 'run.closed', (event) => ({ ...event, outcome: digestOf(text) }))
      reseal(texts, { outcome: digestOf(text) })
    },
  ],
  [
    'a change on another base',
    'bundle-unsound',
    /rederived: outcome: the change stands on ffffffff/,
    (texts) =>
      forge(texts, {
        'evidence/IMPLEMENT/change_set.json': (change: ChangeSet) => ({ ...change, base: 'f'.repeat(40) }),
        'evidence/REVIEW/change_subject.json': (subject: { changes: ChangeSet }) => ({
          ...subject,
          changes: { ...subject.changes, base: 'f'.repeat(40) },
        }),
      }),
  ],
  [
    'a diff at which the parser breaks',
    'bundle-unsound',
    /./,
    (texts) => {
      const path = 'evidence/IMPLEMENT/git_diff.patch'
      texts.set(path, `${texts.get(path) ?? ''}@@ -x +y @@\n`)
      forge(texts, {})
    },
  ],
]

/** Every event of that kind changed, every hash made to fit. */
function editEvents<K extends LedgerEvent['kind']>(
  texts: Texts,
  kind: K,
  edit: (event: Extract<LedgerEvent, { kind: K }>) => LedgerEvent,
): void {
  editEntries(texts, RUN, (entries) =>
    relink(
      entries.map((entry) =>
        entry.event.kind === kind
          ? { ...entry, event: edit(entry.event as Extract<LedgerEvent, { kind: K }>) }
          : entry,
      ),
    ),
  )
}

test('a bundle that was tampered with is refused by the rule it breaks, and the sound one is taken afterwards', async () => {
  const elsewhere = await makeElsewhere()
  const bundle = await (await elsewhere.runner()).run(await elsewhere.ask())
  const copy = join(elsewhere.folder, 'tampered')
  const before = await elsewhere.state()
  for (const [what, rule, reason, change] of BAD) {
    const texts = await readTexts(bundle)
    change(texts)
    await writeTexts(copy, texts)
    expect([what, await elsewhere.import(copy)]).toEqual([
      what,
      { ok: false, rule, reason: expect.stringMatching(reason) as string },
    ])
    expect(await elsewhere.state()).toEqual(before)
  }
  expect(await elsewhere.import(bundle)).toMatchObject({ ok: true })
})
