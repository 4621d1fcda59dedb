import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../../src/adapters/store/store.ts'
import type { Clock } from '../../../src/ports.ts'
import { verifyChain } from '../../../src/process/ledger.ts'
import { inboxContract } from '../../contracts-of-ports/inbox.ts'
import { outboxContract } from '../../contracts-of-ports/outbox.ts'
import { storeContract } from './contract.ts'
import { chainOf } from './entries.ts'

const CHAIN = 'task:t-0000000task'
const CHILD = new URL('./child.ts', import.meta.url).pathname
const clock = { now: () => new Date(), monotonic: () => performance.now(), sleep: async () => {} }
const child = (...argv: readonly string[]) => execa(process.execPath, [CHILD, ...argv])
const doomed = (...argv: readonly string[]) => execa(process.execPath, [CHILD, ...argv], { reject: false })

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autopilot-store-'))
  file = join(folder, 'state', 'store.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

const database = async () => ({
  open: (clock: Clock) => openStore({ file, clock }),
  remove: async () => {},
})
storeContract('SQLite', database)
inboxContract('SQLite', database)
outboxContract('SQLite', database)

test('what was said to be committed is there after kill -9, and the chain verifies', async () => {
  for (let round = 0; round < 5; round += 1) {
    const running = doomed('append', file, `round${round}`, '100000')
    const before = await lengthOf()
    let said = 0
    for await (const line of running) {
      said = Number(line)
      // killed in the middle of whatever it does then
      if (said >= 20 + 7 * round) running.kill('SIGKILL')
    }
    expect((await running).signal).toBe('SIGKILL')
    const { store } = await openStore({ file, clock })
    const entries = await store.entries(CHAIN)
    expect(entries.length).toBeGreaterThanOrEqual(before + said)
    expect(verifyChain(entries, { chain: CHAIN, head: await store.head(CHAIN) }).ok).toBe(true)
    await store.close()
  }
})

async function lengthOf(): Promise<number> {
  const { store } = await openStore({ file, clock })
  const { length } = await store.head(CHAIN)
  await store.close()
  return length
}

test('deliveries that were said to be accepted are there after kill -9', async () => {
  const running = doomed('accept', file, 'g', '100000')
  let said = 0
  for await (const line of running) {
    said = Number(line)
    if (said >= 100) running.kill('SIGKILL')
  }
  expect((await running).signal).toBe('SIGKILL')
  const { store, inbox } = await openStore({ file, clock })
  expect(said).toBeGreaterThanOrEqual(100)
  expect((await inbox.counts()).pending).toBeGreaterThanOrEqual(said)
  await store.close()
})

test('deliveries that come at the same time share a commit', async () => {
  const { store, inbox } = await openStore({ file, clock })
  const delivery = { event: 'issues', action: null, repository: 1, installation: 1, payload: '{}' }
  const before = commitsIn(`${file}-wal`)
  const arrive = async (at: number) => {
    for (let step = 0; step < at; step += 1) await Promise.resolve()
    await inbox.accept({ ...delivery, guid: `${at}` })
  }
  await Promise.all(Array.from({ length: 50 }, (_, at) => arrive(at)))
  expect((await inbox.counts()).pending).toBe(50)
  expect(commitsIn(`${file}-wal`) - before).toBe(1)
  await store.close()
})

/** Frames of a write-ahead log that end a transaction: those that tell the size of the file. Source: sqlite.org/walformat.html. */
function commitsIn(wal: string): number {
  const bytes = readFileSync(wal)
  const frame = 24 + bytes.readUInt32BE(8)
  let commits = 0
  for (let at = 32; at + frame <= bytes.length; at += frame) if (bytes.readUInt32BE(at + 4) > 0) commits += 1
  return commits
}

test('a store of the version before the queues gets them, and keeps what it holds', async () => {
  const { store } = await openStore({ file, clock })
  await store.transaction((tx) => tx.putText('t-0000000task', 'a', 'b'))
  await store.close()
  const raw = new DatabaseSync(file)
  for (const table of ['deliveries', 'effects', 'wakes', 'notes']) raw.exec(`drop table ${table}`)
  raw.exec('delete from schema_version where version > 1')
  raw.close()
  const again = await openStore({ file, clock })
  expect(await again.store.text('t-0000000task', 'a')).toBe('b')
  expect(await again.inbox.counts()).toEqual({ pending: 0, done: 0, failed: 0 })
  await again.store.close()
})

test('processes that open a fresh store at once all succeed, and append to one chain without a fork', async () => {
  await Promise.all(['one', 'two', 'three'].map((name) => child('append', file, name, '40')))
  const { store } = await openStore({ file, clock })
  const entries = await store.entries(CHAIN)
  expect(entries).toHaveLength(120)
  expect(verifyChain(entries, { chain: CHAIN }).ok).toBe(true)
  await store.close()
})

test('processes that compete for one lease never work at the same time', async () => {
  await Promise.all(['h-1', 'h-2'].map((holder) => child('count', file, holder, '30')))
  const { store } = await openStore({ file, clock })
  expect(await store.text('t-0000000task', 'count')).toBe('60')
  await store.close()
})

test('rows of the ledger can be neither updated nor deleted, by any SQL', async () => {
  const { store } = await openStore({ file, clock })
  await store.transaction(async (tx) => {
    for (const entry of chainOf(3)) await tx.append(entry)
  })
  const raw = new DatabaseSync(file)
  for (const sql of [
    "update ledger set entry = 'x'",
    "update ledger set hash = 'x' where seq = 1",
    'delete from ledger',
    'delete from ledger where seq = 2',
  ]) {
    expect(() => raw.exec(sql)).toThrow('entries of the ledger are final')
  }
  raw.close()
  expect(verifyChain(await store.entries(CHAIN)).ok).toBe(true)
  await store.close()
})

test('an entry that cannot be read is corrupt, and says which', async () => {
  const { store } = await openStore({ file, clock })
  const raw = new DatabaseSync(file)
  const insert = raw.prepare('insert into ledger (chain, seq, hash, entry) values (?, ?, ?, ?)')
  insert.run(CHAIN, 0, 'x', '{')
  await expect(store.entries(CHAIN)).rejects.toMatchObject({
    code: 'corrupt',
    message: expect.stringContaining(CHAIN),
  })
  insert.run('run:r-0000000run', 0, 'x', '{}')
  await expect(store.entries('run:r-0000000run')).rejects.toMatchObject({ code: 'corrupt' })
  raw.close()
  await store.close()
})

test('a file that is no database, and a store of a newer program, are refused with a code', async () => {
  const { store } = await openStore({ file, clock })
  await store.close()
  const raw = new DatabaseSync(file)
  raw.exec('insert into schema_version values (99)')
  raw.close()
  await expect(openStore({ file, clock })).rejects.toMatchObject({
    code: 'broken',
    message: expect.stringContaining('99'),
  })
  const other = join(folder, 'other.db')
  writeFileSync(
    other,
    'no database at all, only text that is long enough to be read as a page header'.repeat(20),
  )
  await expect(openStore({ file: other, clock })).rejects.toMatchObject({ code: 'corrupt' })
})

test('the file and its folder are the owner’s alone', async () => {
  const { store } = await openStore({ file, clock })
  await store.transaction((tx) => tx.putText('t-0000000task', 'a', 'b'))
  expect(statSync(file).mode & 0o077).toBe(0)
  expect(statSync(join(folder, 'state')).mode & 0o077).toBe(0)
  await store.close()
})
