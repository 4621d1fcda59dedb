// A run that was made elsewhere is taken in whole or not at all, once, and only if it is the one that was asked for.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import { canonicalJson } from '../../src/contracts/canonical.ts'
import type { TaskEngine } from '../../src/pipeline/engine.ts'
import { loadInputs } from '../../src/pipeline/inputs.ts'
import { LEASE_TTL_MS } from '../../src/pipeline/lease.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { verifyBundle } from '../../src/pipeline/verify-bundle.ts'
import { foldTask } from '../../src/process/fold.ts'
import { editEntries, entriesOf, readTexts, relink, reseal, writeTexts, type Texts } from '../e2e/forger.ts'
import { branchesOf } from '../e2e/tiny-repository.ts'
import { makeScriptedWorker } from '../fakes/scripted-worker.ts'
import { makeElsewhere, reply, SERVICE, type Elsewhere } from './elsewhere.ts'
import { apply, kinds, type mends } from './laptop.ts'

/** Does nothing in the runs named, and what the patch says in the others. */
function idleIn(...runs: readonly number[]): typeof mends {
  let run = 0
  return makeScriptedWorker({
    canRefine: false,
    async deed(workspace) {
      run += 1
      if (!runs.includes(run)) await apply(workspace)
    },
  })
}

async function expectFolded(elsewhere: Elsewhere): Promise<void> {
  const { engine, task } = elsewhere
  const state = await elsewhere.state()
  const runs = new Map<string, Awaited<ReturnType<typeof engine.store.entries>>>()
  for (const run of state.runs) runs.set(run, await engine.store.entries(`run:${run}`))
  expect(foldTask(await engine.store.entries(`task:${task}`), runs)).toEqual({ ok: true, state })
}

async function failures(folder: string): Promise<Record<string, string>> {
  const { children } = await verifyBundle(await openBundle(folder), { rederive: true })
  return Object.fromEntries(
    children.filter((child) => child.status === 'fail').map((child) => [child.name, child.reason]),
  )
}

test('a change is taken in, published, and a second import of it changes nothing', async () => {
  const elsewhere = await makeElsewhere()
  const { engine, task, state } = elsewhere
  const runner = await elsewhere.runner()
  const bundle = await runner.run(await elsewhere.ask({ fence: 4 }))
  const imported = await elsewhere.import(bundle)
  expect(imported).toMatchObject({ ok: true, outcome: { kind: 'change' } })
  const after = await state()
  expect(after).toMatchObject({ requested: null, closed: null, run: { fence: 4, attempt: 1 } })
  expect(after.run?.imported).toBe(imported.ok ? imported.bundle : '')
  expect((await loadInputs(engine, task)).fingerprint).toMatchObject({ platform: 'elsewhere' })
  expect(await elsewhere.import(bundle)).toEqual(imported)
  expect(await state()).toEqual(after)
  await expectFolded(elsewhere)
  expect(await runTask(engine, task, { stages: SERVICE })).toEqual({
    kind: 'waiting',
    for: 'the merge of #12',
  })
  expect((await state()).pull).toMatchObject({ number: 12 })
  expect(await branchesOf(elsewhere.tiny.repo)).toHaveLength(1)
})

test('a process that dies anywhere in an import leaves nothing half done: the next one makes it whole', async () => {
  const elsewhere = await makeElsewhere()
  const { engine, task, clock } = elsewhere
  const bundle = await (await elsewhere.runner()).run(await elsewhere.ask())
  for (const [what, nth, late] of DEATHS) {
    await expect(elsewhere.import(bundle, {}, mortal(engine, what, nth, late))).rejects.toThrow('died')
    clock.pass(LEASE_TTL_MS + 1)
    expect((await elsewhere.state()).requested === null).toBe(
      what === 'evidence' || (what === 'entries' && late),
    )
  }
  expect(await elsewhere.import(bundle)).toMatchObject({ ok: true })
  expect(kinds(await elsewhere.entries()).filter((kind) => kind === 'run.imported')).toHaveLength(1)
  await expectFolded(elsewhere)
  // PR's evidence gate reads the folder
  expect(await runTask(engine, task, { stages: SERVICE })).toMatchObject({ for: 'the merge of #12' })
})

type Write = 'blobs' | 'entries' | 'evidence'

/** Which write, from 1, and whether it was made. */
const DEATHS: readonly [what: Write, nth: number, late: boolean][] = [
  ['blobs', 1, false],
  ['blobs', 5, true],
  ['entries', 1, false],
  ['entries', 1, true],
  ['evidence', 1, false],
  ['evidence', 7, true],
]

/** Dies at that write, and does nothing afterwards: a dead process releases no lease. */
function mortal(engine: TaskEngine, what: Write, nth: number, late: boolean): TaskEngine {
  let count = 0
  let dead = false
  const at = async <T>(one: Write, work: () => Promise<T>): Promise<T> => {
    if (dead) throw new Error('died')
    dead = one === what && (count += 1) === nth
    if (dead && !late) throw new Error('died')
    const made = await work()
    if (dead) throw new Error('died')
    return made
  }
  const folder = engine.evidence('')
  return {
    ...engine,
    blobs: { ...engine.blobs, put: (bytes) => at('blobs', () => engine.blobs.put(bytes)) },
    evidence: () => ({ ...folder, write: (...args) => at('evidence', () => folder.write(...args)) }),
    store: { ...engine.store, transaction: (work) => at('entries', () => engine.store.transaction(work)) },
    leases: {
      ...engine.leases,
      release: (fence) => (dead ? Promise.resolve() : engine.leases.release(fence)),
    },
  }
}

test('a run without a change ends a task that has no pull request', async () => {
  const elsewhere = await makeElsewhere({ worker: idleIn(1) })
  const bundle = await (await elsewhere.runner()).run(await elsewhere.ask())
  expect(await elsewhere.import(bundle)).toMatchObject({ ok: true, outcome: { rule: 'empty-change' } })
  expect(await elsewhere.state()).toMatchObject({ closed: { result: 'stopped' } })
  expect(await elsewhere.import(bundle)).toMatchObject({ ok: true })
})

/** Run 1 is published as #12, somebody replies, and run 2 answers. */
async function secondRun(worker?: typeof mends): Promise<{ elsewhere: Elsewhere; bundle: string }> {
  const elsewhere = await makeElsewhere(worker === undefined ? {} : { worker })
  const first = await (await elsewhere.runner()).run(await elsewhere.ask())
  await elsewhere.import(first)
  await runTask(elsewhere.engine, elsewhere.task, { stages: SERVICE })
  await reply(elsewhere, 'Say it louder.')
  const sealed = await elsewhere.ask()
  expect(sealed.envelope).toMatchObject({ number: 2, pull: 12, earlier_runs: [{}] })
  expect(sealed.envelope.request.conversation).toHaveLength(1)
  return { elsewhere, bundle: await (await elsewhere.runner()).run(sealed) }
}

test('a second run stands on the first: its bundle holds both chains and its own evidence, and is published again', async () => {
  const { elsewhere, bundle } = await secondRun()
  const { engine, task, state } = elsewhere
  const [first = ''] = (await state()).runs
  const texts = await readTexts(bundle)
  const paths = [...texts.keys()]
  expect(paths).toContain(`ledger/earlier/${first}.jsonl`)
  expect(paths.filter((path) => path.startsWith('evidence/PR/') || path.startsWith('voided/'))).toEqual([])
  expect(paths).toContain('verdicts/STRATEGIZE-2.json')
  expect(paths).not.toContain('verdicts/STRATEGIZE-1.json')
  expect(await failures(bundle)).toEqual({})
  const task_chain = entriesOf(texts, 'ledger/task.jsonl')
  expect(task_chain.at(-1)?.event).toMatchObject({ kind: 'run.requested', number: 2 })
  expect(await elsewhere.import(bundle)).toMatchObject({
    ok: true,
    outcome: { kind: 'change', iterations: 1 },
  })
  expect((await state()).runs).toHaveLength(2)
  await expectFolded(elsewhere)
  await runTask(engine, task, { stages: SERVICE })
  expect(await state()).toMatchObject({ pull: { number: 12 }, visits: { PR: 2, MONITOR: 2 }, closed: null })
})

test('a second run without a change leaves the pull request and the task open, before SPEC', async () => {
  const { elsewhere, bundle } = await secondRun(idleIn(2))
  const { engine, task, state } = elsewhere
  expect(await elsewhere.import(bundle)).toMatchObject({ ok: true, outcome: { kind: 'stopped' } })
  expect(await state()).toMatchObject({ closed: null, pull: { number: 12 }, requested: null, phase: null })
  expect(Object.keys((await state()).passed)).toEqual(['STRATEGIZE'])
  await expectFolded(elsewhere)
  expect(await runTask(engine, task, { stages: SERVICE })).toMatchObject({
    for: 'SPEC, which is not done here',
  })
  const third = await (await elsewhere.runner()).run(await elsewhere.ask())
  expect(await elsewhere.import(third)).toMatchObject({ ok: true, outcome: { kind: 'change' } })
})

test('what a second bundle says of the first run is held to the chains', async () => {
  const { elsewhere, bundle } = await secondRun()
  const [first = ''] = (await elsewhere.state()).runs
  const path = `ledger/earlier/${first}.jsonl`
  const copy = join(elsewhere.folder, 'tampered')
  const tampered = async (change: (texts: Texts) => void): Promise<Record<string, string>> => {
    const texts = await readTexts(bundle)
    change(texts)
    reseal(texts)
    await writeTexts(copy, texts)
    return failures(copy)
  }
  const edit = (entries: ReturnType<typeof entriesOf>): typeof entries =>
    entries.map((entry) => (entry.seq === 3 ? { ...entry, at: '2020-01-01T00:00:00.000Z' } : entry))
  expect(await tampered((texts) => editEntries(texts, path, edit))).toMatchObject({
    'earlier runs': expect.stringContaining('#3 has another content than its hash says') as string,
  })
  expect(await tampered((texts) => editEntries(texts, path, (all) => relink(edit(all))))).toMatchObject({
    process: expect.stringContaining('the import names') as string,
  })
  expect(await tampered((texts) => void texts.delete(path))).toMatchObject({
    process: expect.stringContaining('is not the open run') as string,
  })
  expect(await tampered((texts) => void texts.set('ledger/earlier/r-0000000other.jsonl', ''))).toMatchObject({
    evidence: expect.stringContaining('r-0000000other.jsonl was never recorded') as string,
  })
  // the request of before the reply, in place of the one that the reply made
  const before = canonicalJson((await loadInputs(elsewhere.engine, elsewhere.task)).request)
  expect(
    await tampered((texts) => {
      const request = JSON.parse(before) as { conversation: unknown[] }
      texts.set('evidence/STRATEGIZE/request.json', JSON.stringify({ ...request, conversation: [] }))
    }),
  ).toMatchObject({ bindings: expect.stringContaining('is not the one of the last turn') as string })
})

test('while somebody else is at work on the task it is held, and the lease that guards the run counts', async () => {
  const elsewhere = await makeElsewhere()
  const { engine, task } = elsewhere
  const bundle = await (await elsewhere.runner()).run(await elsewhere.ask())
  const fence = await engine.leases.acquire(task, 'h-00000other', 60_000)
  if (fence === 'held') throw new Error('the lease was not free')
  expect(await elsewhere.import(bundle)).toMatchObject({ ok: false, rule: 'lease-held' })
  await engine.leases.release(fence)
  const guard = await engine.leases.acquire(`${task}/run`, 'h-00000guard', 60_000)
  if (guard === 'held') throw new Error('the lease was not free')
  await engine.leases.release(guard)
  expect(await elsewhere.import(bundle, { fences: () => [guard] })).toMatchObject({
    ok: false,
    rule: 'lease-held',
  })
  expect((await elsewhere.state()).requested).not.toBeNull()
  expect(await elsewhere.import(bundle)).toMatchObject({ ok: true })
})
