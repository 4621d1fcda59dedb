// `ledger verify`: a good bundle holds, and every way to alter one is found and named.
import { cp, mkdir, symlink, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CouncilVerdict } from '../../src/contracts/council.ts'
import type { LedgerEntry } from '../../src/contracts/ledger.ts'
import type { QualityReport } from '../../src/contracts/quality-report.ts'
import { autopilot, hasSandbox, scratchFolder } from './autopilot.ts'
import { needsTool } from '../fakes/require-tool.ts'
import { findIn, type Found } from './found.ts'
import {
  editEntries,
  entriesOf,
  forge,
  MILDER,
  readTexts,
  relink,
  replaceText,
  reseal,
  RUN,
  setEntries,
  TASK,
  writeTexts,
  type Texts,
} from './forger.ts'
import { bundleOf, manifestOf, verify } from './state.ts'
import { makeTiny } from './tiny-repository.ts'

let folder: string
let remove: () => Promise<void>
/** An accepted run, the head that it printed, and a checkpoint of another task. */
let good: string
let head: string
let other: string

beforeEach((context) => needsTool(context, 'bwrap'))
beforeAll(async () => {
  ;({ folder, remove } = await scratchFolder())
  if (!hasSandbox()) return
  const { repo, issue, state } = await makeTiny(folder)
  const run = await autopilot('run', '--repo', repo, '--issue', issue, '--state', state)
  if (run.code !== 0) throw new Error(run.err)
  head = /^ledger\s+(sha256:[0-9a-f]{64}:\d+)$/m.exec(run.out)?.[1] ?? ''
  good = await bundleOf(state)
  const second = join(folder, 'second')
  await autopilot('run', '--repo', repo, '--issue', issue, '--state', second, '--until', 'PLAN')
  other = await bundleOf(second)
})

afterAll(() => remove())

function parsedHead(): { hash: string; length: number } {
  const at = head.lastIndexOf(':')
  return { hash: head.slice(0, at), length: Number(head.slice(at + 1)) }
}

function found(change: (texts: Texts) => void): Promise<Found> {
  return findIn(good, parsedHead(), join(folder, 'tampered'), change)
}

describe('a good bundle', () => {
  test('holds; without a head it says what cannot be told then', async () => {
    const { code, out } = await autopilot('ledger', 'verify', good)
    expect(out).toContain('The bundle is whole and its chains hold.')
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'No --head was given: a bundle that was cut at its end and sealed again cannot be told from this one.',
    )
    expect(code).toBe(0)
  })

  test('holds against the head that the run printed, and rules decide again as they did', async () => {
    const { code, out } = await autopilot('ledger', 'verify', good, '--head', head, '--rederive')
    expect(code).toBe(0)
    for (const what of ['evidence gates', 'plan review', 'gates', 'change review', 'decision']) {
      expect(out).toMatch(new RegExp(`^rederived: ${what} +✓ pass`, 'm'))
    }
    expect(out).not.toContain('--head was given')
  })

  test('of a run that has not ended holds too', async () => {
    const { status, children } = await verify(other)
    expect(status).toBe('warn')
    expect(children.find((child) => child.name === 'rederived: plan review')?.status).toBe('not_applicable')
  })
})

describe('exit codes', () => {
  test('2: the bundle does not hold', async () => {
    const copy = join(folder, 'altered')
    const texts = await readTexts(good)
    await writeTexts(copy, texts.set('evidence/PLAN/plan.md', 'another plan'))
    const { code, out } = await autopilot('ledger', 'verify', copy)
    expect(out).toContain('The bundle does not hold: files')
    expect(out.replaceAll(/\s+/g, ' ')).toContain('evidence/PLAN/plan.md was altered')
    expect(code).toBe(2)
  })

  test('4: no folder, no manifest, a symlink inside, a head that is none', async () => {
    const empty = join(folder, 'empty')
    await mkdir(empty)
    const linked = join(folder, 'linked')
    await cp(good, linked, { recursive: true })
    await unlink(join(linked, 'evidence/PLAN/plan.md'))
    await symlink('/etc/passwd', join(linked, 'evidence/PLAN/plan.md'))
    const cases = [
      [[join(folder, 'nowhere')], 'is no folder'],
      [[empty], 'holds no manifest.json'],
      [[linked], 'evidence/PLAN/plan.md is neither a file nor a folder'],
      [[good, '--head', 'abc:3'], '--head "abc:3" is no head'],
    ] as const
    for (const [args, words] of cases) {
      const { code, err } = await autopilot('ledger', 'verify', ...args)
      expect([code, err]).toEqual([4, expect.stringContaining(words)])
    }
  })
})

describe('a chain', () => {
  test('with an edited entry', async () => {
    const edit = (texts: Texts): void =>
      editEntries(texts, RUN, (entries) =>
        entries.map((entry) => (entry.seq === 5 ? { ...entry, at: '2020-01-01T00:00:00.000Z' } : entry)),
      )
    const plain = await found(edit)
    expect(plain.plain).toMatchObject({
      files: expect.stringContaining('ledger/run.jsonl was altered') as string,
    })
    const sealed = await found((texts) => {
      edit(texts)
      reseal(texts)
    })
    expect(sealed.plain['files']).toBeUndefined()
    expect(sealed.plain['run chain']).toMatch(/#5 has another content than its hash says/)
  })

  test('with two entries in each other’s place', async () => {
    const { plain } = await found((texts) => {
      editEntries(texts, RUN, ([a, b, c, d, ...rest]) => [a, c, b, d, ...rest] as LedgerEntry[])
      reseal(texts)
    })
    expect(plain['run chain']).toMatch(/#2 stands in place 1/)
  })

  test('that was cut at its end and sealed again: only the published head tells', async () => {
    const { plain, withHead, rederived } = await found((texts) => {
      editEntries(texts, RUN, (entries) => entries.slice(0, -1))
      texts.delete('outcome.json')
      reseal(texts, { state: 'checkpoint', next_phase: 'PR', outcome: null })
    })
    expect([plain, rederived]).toEqual([{}, {}])
    const { length } = parsedHead()
    expect(withHead['run chain']).toContain(`the chain has ${length - 1} entries; the head names ${length}`)
  })

  test('with an entry of another task', async () => {
    const foreign = entriesOf(await readTexts(other), RUN)
    const one = await found((texts) => {
      editEntries(texts, RUN, (entries) =>
        entries.map((entry) => foreign.find(({ seq }) => seq === 2 && entry.seq === 2) ?? entry),
      )
      reseal(texts)
    })
    expect(one.plain['run chain']).toContain('belongs to another chain')
    const whole = await found((texts) => {
      setEntries(texts, RUN, foreign)
      reseal(texts)
    })
    expect(whole.plain['run chain']).toContain('belongs to another chain')
    const renamed = await found((texts) => {
      // the other run's events under this run's name
      const chain = entriesOf(texts, RUN)[0]?.chain ?? ''
      setEntries(texts, RUN, relink(foreign.map((entry) => ({ ...entry, chain }))))
      reseal(texts)
    })
    expect(renamed.plain['process']).toContain('cannot be opened here')
  })

  test('with an event that the process does not allow, however well it is linked', async () => {
    const { plain } = await found((texts) => {
      editEntries(texts, RUN, (entries) =>
        relink(entries.filter(({ event }) => !('phase' in event && event.phase === 'THINK'))),
      )
      reseal(texts)
    })
    expect(plain['process']).toContain('IMPLEMENT would skip THINK')
  })
})

describe('evidence', () => {
  const path = 'evidence/IMPLEMENT/change_set.json'

  test('that was altered', async () => {
    const alter = (texts: Texts): unknown =>
      texts.set(path, (texts.get(path) ?? '').replace('Hello', 'Howdy'))
    expect((await found((texts) => void alter(texts))).plain['files']).toContain(`${path} was altered`)
    const { plain } = await found((texts) => {
      alter(texts)
      reseal(texts)
    })
    expect(plain).toEqual({ evidence: expect.stringContaining(`${path} is not what was recorded`) as string })
  })

  test('that was exchanged, with the true file kept under another name', async () => {
    const { plain } = await found((texts) => {
      texts.set('evidence/IMPLEMENT/true.json', texts.get(path) ?? '')
      texts.set(path, (texts.get(path) ?? '').replace('Hello', 'Howdy'))
      reseal(texts)
    })
    expect(plain['evidence']).toContain(`${path} is not what was recorded`)
  })

  test('that was removed', async () => {
    expect((await found((texts) => void texts.delete(path))).plain['files']).toContain(`${path} is missing`)
    const { plain } = await found((texts) => {
      texts.delete(path)
      reseal(texts)
    })
    expect(plain['evidence']).toContain(`${path} was recorded`)
  })

  test('that was added', async () => {
    const add = (texts: Texts): unknown => texts.set('evidence/VERIFY/mutation.json', '{}\n')
    const { plain } = await found((texts) => void add(texts))
    expect(plain['files']).toContain('evidence/VERIFY/mutation.json is not in the manifest')
    const sealed = await found((texts) => {
      add(texts)
      reseal(texts)
    })
    expect(sealed.plain).toEqual({ evidence: 'evidence/VERIFY/mutation.json was never recorded.' })
  })

  test('gate’s verdict that was altered', async () => {
    const { plain } = await found((texts) => {
      texts.set(
        'verdicts/VERIFY-1.json',
        (texts.get('verdicts/VERIFY-1.json') ?? '').replace('whole', 'hole'),
      )
      reseal(texts)
    })
    expect(plain).toEqual({
      evidence: expect.stringContaining('verdicts/VERIFY-1.json is not what was recorded') as string,
    })
  })
})

test.each([
  ['inputs/fingerprint.json', '"uid_dropped"', 'the fingerprint is not the one that the run was opened with'],
  ['outcome.json', '"quality_score"', 'outcome.json is not the outcome that the run chain names'],
])('%s that was altered', async (path, field, words) => {
  const { plain } = await found((texts) => {
    texts.set(path, (texts.get(path) ?? '').replace(new RegExp(`${field}: [^,\n]+`), `${field}: 0`))
    reseal(texts)
  })
  expect(plain).toEqual({ bindings: expect.stringContaining(words) as string })
})

test('a manifest that says of the run what its chains do not', async () => {
  const { base } = await manifestOf(good)
  const { plain } = await found((texts) => {
    reseal(texts, { base: { ...base, sha: 'f'.repeat(40) }, next_phase: 'PR' })
  })
  expect(plain['bindings']).toMatch(/^the manifest's next_phase is "PR"; the chains say null \(and 1 more\)/)
})

test.each(MILDER)('a %s that is not the one of the run', async (name, path, milder) => {
  const { plain } = await found((texts) => replaceText(texts, path, milder))
  expect(plain['bindings']).toContain(`the ${name} in inputs/ is not the one that the run was opened with`)
})

describe('a forgery that fits in every hash is found by deciding again', () => {
  const lied = (report: QualityReport): QualityReport => ({
    ...report,
    gates: report.gates.map((gate) =>
      gate.id === 'diff-caps' ? { ...gate, verdict: { ...gate.verdict, status: 'warn' as const } } : gate,
    ),
  })

  test('a gate’s result', async () => {
    const { plain, withHead, rederived } = await found((texts) =>
      forge(texts, {
        'evidence/VERIFY/quality_report.json': lied,
        'evidence/REVIEW/change_subject.json': (subject: { report: QualityReport }) => ({
          ...subject,
          report: lied(subject.report),
        }),
      }),
    )
    expect(plain).toEqual({})
    expect(withHead['run chain']).toContain('the head names')
    expect(rederived['rederived: gates']).toBe('diff-caps comes out as pass, recorded is warn.')
  })

  test('a gate that is left out', async () => {
    const without = (report: QualityReport): QualityReport => ({
      ...report,
      gates: report.gates.filter((gate) => gate.id !== 'secrets'),
    })
    const { plain, rederived } = await found((texts) =>
      forge(texts, { 'evidence/VERIFY/quality_report.json': without }),
    )
    expect(plain).toEqual({})
    expect(rederived['rederived: gates']).toBe('secrets comes out as pass, recorded is nothing.')
  })

  test.each([
    ['plan review', 'evidence/THINK/plan_review.json'],
    ['change review', 'evidence/REVIEW/council_verdict.json'],
  ])('a vote in the %s', async (what, path) => {
    const { plain, rederived } = await found((texts) =>
      forge(texts, {
        [path]: (verdict: CouncilVerdict) => ({
          ...verdict,
          reason: '2 of 3 approve.',
          votes: verdict.votes.map((vote, index) => (index === 0 ? { ...vote, vote: 'reject' } : vote)),
        }),
      }),
    )
    expect(plain).toEqual({})
    expect(rederived[`rederived: ${what}`]).toBe('the council decides approve: 3 of 3 approve.')
  })
})

test('the task chain is held to its own head', async () => {
  const { plain } = await found((texts) => {
    editEntries(texts, TASK, (entries) => entries.slice(0, -1))
  })
  expect(plain['task chain']).toContain('the chain has 3 entries; the head names 4')
})
