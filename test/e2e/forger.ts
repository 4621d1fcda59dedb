// Owns tampering with bundles: plain edits, seals made anew, and whole chains forged so that only the rules can tell.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Phase } from '../../src/contracts/base.ts'
import { BundleManifest } from '../../src/contracts/bundle.ts'
import { canonicalJson, digestOf, evidenceJson } from '../../src/contracts/canonical.ts'
import { LedgerEntry, type ChainHead, type LedgerEvent } from '../../src/contracts/ledger.ts'
import { judgeEvidence } from '../../src/process/evidence.ts'
import { emptyHead, headOf, makeEntry } from '../../src/process/ledger.ts'
import { EMPTY_STATE, type TaskState } from '../../src/process/state.ts'
import { transition } from '../../src/process/transition.ts'
import { makeManifest, MANIFEST } from '../../src/work/bundle.ts'

/** Path in the bundle → text. */
export type Texts = Map<string, string>

export const RUN = 'ledger/run.jsonl'
export const TASK = 'ledger/task.jsonl'

export async function readTexts(bundle: string): Promise<Texts> {
  const entries = await readdir(bundle, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const read = files.map(
    async (file) => [file.slice(bundle.length + 1), await readFile(file, 'utf8')] as const,
  )
  return new Map(await Promise.all(read))
}

export async function writeTexts(folder: string, texts: Texts): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  for (const [path, text] of texts) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

export function entriesOf(texts: Texts, path: string): LedgerEntry[] {
  const lines = (texts.get(path) ?? '').trimEnd().split('\n')
  return lines.map((line) => LedgerEntry.parse(JSON.parse(line)))
}

export function setEntries(texts: Texts, path: string, entries: readonly LedgerEntry[]): void {
  texts.set(path, entries.map((entry) => `${canonicalJson(entry)}\n`).join(''))
}

export function editEntries(
  texts: Texts,
  path: string,
  edit: (entries: LedgerEntry[]) => readonly LedgerEntry[],
): void {
  setEntries(texts, path, edit(entriesOf(texts, path)))
}

/** A chain of the same events, each hash and link computed anew. */
export function relink(entries: readonly LedgerEntry[]): LedgerEntry[] {
  const made: LedgerEntry[] = []
  for (const { chain, at, event } of entries) {
    const last = made.at(-1)
    made.push(makeEntry({ chain, at, event, head: last === undefined ? emptyHead(chain) : headOf(last) }))
  }
  return made
}

/** The manifest over what is there now; `about` replaces what it says of the run. */
export function reseal(texts: Texts, about: Partial<BundleManifest> = {}): void {
  const { schema: _, files: __, ...said } = BundleManifest.parse(JSON.parse(texts.get(MANIFEST) ?? ''))
  const [task, run] = [entriesOf(texts, TASK).at(-1), entriesOf(texts, RUN).at(-1)]
  if (task === undefined || run === undefined) throw new Error('a chain is empty')
  const files = new Map([...texts].map(([path, text]) => [path, Buffer.from(text)] as const))
  files.delete(MANIFEST)
  const manifest = makeManifest(
    { ...said, task_chain: headOf(task), run_chain: headOf(run), written_at: run.at, ...about },
    files,
  )
  texts.set(MANIFEST, evidenceJson(manifest))
}

type Json = Record<string, unknown>

/**
 * The bundle as a liar with time would make it: evidence changed, its records, the evidence gates' verdicts, every
 * hash of the chain and the manifest made to fit. `bold`: evidence gates that do not pass are said to have passed.
 */
export function forge(
  texts: Texts,
  edits: Readonly<Record<string, (value: never) => unknown>>,
  x: { bold?: boolean } = {},
): void {
  for (const [path, edit] of Object.entries(edits)) {
    const value = JSON.parse(texts.get(path) ?? '') as Json
    texts.set(path, evidenceJson(edit(value as never)))
  }
  const text = (phase: Phase, name: string): string | undefined => texts.get(`evidence/${phase}/${name}`)
  let state: TaskState = EMPTY_STATE
  const heads = new Map<string, ChainHead>()
  const forged: LedgerEntry[] = []
  for (const { chain, at, event } of [...entriesOf(texts, TASK), ...entriesOf(texts, RUN)]) {
    const head = heads.get(chain) ?? emptyHead(chain)
    const entry = makeEntry({ chain, at, head, event: forgedEvent(event) })
    const step = transition(state, entry)
    if (!step.ok) throw new Error(`the forgery is no run: ${step.violation.message}`)
    state = step.state
    heads.set(chain, headOf(entry))
    forged.push(entry)
  }
  setEntries(
    texts,
    TASK,
    forged.filter((entry) => entry.chain.startsWith('task:')),
  )
  setEntries(
    texts,
    RUN,
    forged.filter((entry) => entry.chain.startsWith('run:')),
  )
  reseal(texts)

  function forgedEvent(event: LedgerEvent): LedgerEvent {
    if (event.kind === 'run.opened') return { ...event, task_head: state.head ?? event.task_head }
    if (event.kind === 'evidence.recorded') {
      const artifacts = event.artifacts.map((one) => {
        const now = text(event.phase, one.name) ?? ''
        return { ...one, sha256: digestOf(now), bytes: Buffer.byteLength(now) }
      })
      return { ...event, artifacts }
    }
    if (event.kind === 'phase.passed') {
      const read = (phase: Phase, name: string): Uint8Array | undefined => {
        const found = text(phase, name)
        return found === undefined ? undefined : Buffer.from(found)
      }
      const verdict = judgeEvidence(event.phase, state, read, state.phase?.evidence ?? [])
      if (verdict.status !== 'pass' && x.bold === true) return event
      if (verdict.status !== 'pass') throw new Error(`the forgery does not pass: ${verdict.reason}`)
      texts.set(`verdicts/${event.phase}-${event.visit}.json`, evidenceJson(verdict))
      return { ...event, verdict: digestOf(evidenceJson(verdict)) }
    }
    return event
  }
}

/** Rules under which a change is judged more mildly than it was: name, path in the bundle, and the edit. */
export const MILDER: readonly [name: string, path: string, milder: (text: string) => string][] = [
  ['policy', 'inputs/policy.yml', (text) => `${text}# milder\n`],
  ['constitution', 'inputs/constitution.yml', (text) => `${text}# milder\n`],
  ['settings', 'inputs/settings.json', (text) => text.replace('"gates": {}', '"gates": {"scope": "off"}')],
]

/** Seals the bundle again with one text edited; an edit that changes nothing would prove nothing. */
export function replaceText(texts: Texts, path: string, edit: (text: string) => string): void {
  const before = texts.get(path) ?? ''
  const after = edit(before)
  if (after === before) throw new Error(`replaceText: ${path} stays as it is`)
  texts.set(path, after)
  reseal(texts)
}
