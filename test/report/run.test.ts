// A run as people see it: progress lines, the end in the terminal, the summary page.
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunReport } from '../../src/contracts/summary.ts'
import { RunReportContract } from '../../src/contracts/summary.ts'
import { byteLength } from '../../src/report/markdown.ts'
import { MOST_BODY } from '../../src/report/comment.ts'
import { displayWidth } from '../../src/report/plain.ts'
import { renderHeader, renderPhaseLine } from '../../src/report/progress.ts'
import { renderRunSummary, renderUnfinished } from '../../src/report/run-summary.ts'
import { nextCommand, renderRunTable } from '../../src/report/run-table.ts'
import { arbitraryOf } from '../contracts/arbitrary.ts'
import { COVERAGE, RUN, SUMMARY, TESTS } from './samples.ts'

const runs = arbitraryOf(RunReportContract) as unknown as fc.Arbitrary<RunReport>
const STOPPED: RunReport = {
  ...RUN,
  accepted: false,
  branch: null,
  commit: null,
  verdicts: [],
  gates: [TESTS, COVERAGE],
  outcome: {
    schema: 'autopilot/run-outcome@1',
    kind: 'stopped',
    phase: 'VERIFY',
    rule: 'changed-line-coverage',
    stop_reason: 'cannot_refine',
    reason: '4 of 9 changed lines ran, 80 % are needed',
    tried: ['recipe attached-patch'],
    would_help: 'a patch whose tests run its new lines',
  },
}

describe('progress', () => {
  test('the header names project, title and tier on one line of 80 columns', () => {
    const line = renderHeader({ subject: 'minimist#1', title: SUMMARY.title, tier: 2 })
    expect(line).toBe('autopilot  minimist#1  Prototype pollution through constructor.prototype  tier 2')
    expect(displayWidth(renderHeader({ subject: 'a'.repeat(90), title: 'b'.repeat(90), tier: 1 }))).toBe(80)
    expect(renderHeader({ subject: 'x', title: 'y', tier: null })).toBe('autopilot  x  y')
  })

  test('one line a phase, its time at the right', () => {
    const lines = [
      renderPhaseLine({ phase: 'STRATEGIZE', state: 'passed', note: 'intent 8d1f0c2', ms: 20 }),
      renderPhaseLine({ phase: 'VERIFY', state: 'returned', note: '1 of 161 tests fails', ms: 6_400 }),
      renderPhaseLine({ phase: 'VERIFY', state: 'passed', note: '161 tests', ms: 125_000, visit: 2 }),
      renderPhaseLine({ phase: 'PR', state: 'stopped', note: 'n'.repeat(90), ms: 1 }),
      renderPhaseLine({ phase: 'MONITOR', state: 'running', note: 'ci \u001b[2J pending' }),
    ]
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "  ✓ STRATEGIZE   intent 8d1f0c2                                           0.02 s
        ! VERIFY       1 of 161 tests fails                                      6.4 s
        ✓ VERIFY       visit 2: 161 tests                                   2 min 05 s
        ✗ PR           nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…  0.00 s
        … MONITOR      ci [2J pending"
    `)
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80)
  })

  test('colour marks the state and changes no letter', () => {
    const line = { phase: 'PR', state: 'stopped', note: 'x', ms: 1 } as const
    expect(renderPhaseLine(line, { colour: true })).toContain('\u001b[31m✗')
    expect(stripVTControlCharacters(renderPhaseLine(line, { colour: true }))).toBe(renderPhaseLine(line))
  })
})

describe('renderRunTable', () => {
  test('an accepted run', () => {
    expect(renderRunTable(RUN)).toMatchInlineSnapshot(`
      "✓ accepted
        Every threshold is met: tree 9f3c1ab, score 0.97, 1 iteration.

      phase             result                                    time
      STRATEGIZE        ✓ passed: intent 8d1f0c2, anchor 612 B  0.02 s
      VERIFY            ! returned: tests: 1 of 161 fails        6.4 s
      VERIFY (visit 2)  ✓ passed: 9 gates, 161 tests             6.1 s

      gate              value    needs  verdict
      tests (reported)  161/161  all    ✓ pass
      typecheck         –        –      – not applicable: no TypeScript

      review                  value   needs   verdict
      change review           2 of 3  2 of 3  ✓ pass: 2 of 3 approve, quorum 2
      · correctness           –       –       ✓ pass: every acceptance criterion has a
                                              test that passed
      · security              –       –       ✗ fail: a new regular expression is not
                                              bounded
      · · no-unbounded-regex  –       –       ✗ fail: index.js:71 has a nested
                                              quantifier

      time 15.2 s: gates 11.9 s · worker 0.9 s · install 1.2 s · git 0.3 s ·
      orchestration 0.4 s
      counters: phase_backtracks 1

      branch   autopilot/fix-1-prototype-pollution at 1a2b3c4
      bundle   /home/ana/state/autopilot/t-0000000001/bundle
      ledger   sha256:9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c:41
      sandbox  bwrap

      next     git show autopilot/fix-1-prototype-pollution"
    `)
  })

  test('a stopped run names the rule, what was tried and what would help', () => {
    expect(renderRunTable(STOPPED).split('\n\n')[0]).toMatchInlineSnapshot(`
      "✗ not accepted
        Stopped in VERIFY by rule changed-line-coverage: 4 of 9 changed lines ran,
          80 % are needed.
        Tried: recipe attached-patch
        What would help: a patch whose tests run its new lines."
    `)
    expect(renderRunTable(STOPPED)).toContain('branch   none: nothing was written to the repository')
  })

  test('a change that a gate holds names the gate and why', () => {
    const held = { ...RUN, accepted: false, gates: [TESTS, COVERAGE], verdicts: [] }
    expect(renderRunTable(held).split('\n\n')[0]).toMatchInlineSnapshot(`
      "✗ not accepted
        Held by changed-line coverage (tree 9f3c1ab, score 0.97, 1 iteration).
        changed-line coverage: 4 of 9 changed lines ran."
    `)
  })

  test('a question comes first, with why it is asked', () => {
    const asked: RunReport = {
      ...RUN,
      accepted: false,
      branch: null,
      outcome: {
        schema: 'autopilot/run-outcome@1',
        kind: 'question',
        phase: 'SPEC',
        questions: [
          {
            id: 'Q1',
            rule: 'unclear-task',
            question: 'Which file?',
            why: 'The text names none.',
            blocking: true,
          },
          { id: 'Q2', question: 'By when?', why: 'No rule asks this.', blocking: false },
        ],
      },
    }
    expect(renderRunTable(asked).split('\n\n')[0]).toMatchInlineSnapshot(`
      "… question
        SPEC cannot go on without an answer.
        Q1 (unclear-task): Which file? The text names none.
        Q2: By when? No rule asks this."
    `)
    expect(nextCommand(asked)).toBe('add the answer to the issue file, then type the same command again')
  })

  test('a change to protected paths ends in a memo for a person', () => {
    const memo: RunReport = {
      ...STOPPED,
      outcome: {
        schema: 'autopilot/run-outcome@1',
        kind: 'framework_fix',
        phase: 'IMPLEMENT',
        rule: 'protected-path',
        reason: 'the patch changes a workflow',
        paths: ['.github/workflows/ci.yml'],
        memo: 'Apply this part by hand:\n- line 3',
      },
    }
    expect(renderRunTable(memo).split('\n\nphase')[0]).toMatchInlineSnapshot(`
      "✗ not accepted
        Stopped in IMPLEMENT by rule protected-path: the patch changes a workflow.
        A person must change: .github/workflows/ci.yml

        Apply this part by hand:
        - line 3"
    `)
  })

  test('a run without sandbox says so first, in bold red', () => {
    const text = renderRunTable({ ...RUN, sandbox: 'none' }, { colour: true })
    expect(text.split('\n')[0]).toContain('\u001b[31m! Sandbox level none')
    expect(renderRunTable(RUN, { colour: true })).not.toContain('Sandbox level none')
    const early = RUN.phases.filter(({ phase }) => phase === 'STRATEGIZE' || phase === 'SPEC')
    expect(renderRunTable({ ...RUN, phases: early, sandbox: 'none' })).not.toContain('Sandbox level none')
  })

  test('a next command can be given', () => {
    expect(renderRunTable(RUN, { next: 'npm run demo' })).toMatch(/\nnext {5}npm run demo$/)
  })

  test('the next command names the repository where it is another folder', () => {
    expect(nextCommand(RUN, '../mini mist')).toBe(
      "git -C '../mini mist' show autopilot/fix-1-prototype-pollution",
    )
  })

  test('a path with a quote in it can be pasted into a shell', () => {
    const run = { ...STOPPED, bundle: "/tmp/it's here/b" }
    expect(nextCommand(run)).toContain(String.raw`verify '/tmp/it'\''s here/b' --head`)
  })

  test('tables fit the width and colour changes no letter, whatever the run', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 60, max: 120 }), (run, width) => {
        const plain = renderRunTable(run, { width })
        expect(stripVTControlCharacters(renderRunTable(run, { width, colour: true }))).toBe(plain)
        expect(plain).not.toContain('\u001b')
        const copied = /^(branch|bundle|ledger|sandbox|next) /
        // a memo is shown as its author broke it
        const memo = run.outcome.kind === 'framework_fix'
        for (const line of plain.split('\n').filter((one) => !copied.test(one))) {
          expect(memo ? 0 : displayWidth(line)).toBeLessThanOrEqual(width)
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('renderRunSummary', () => {
  test('an accepted run as a page', () => {
    expect(renderRunSummary(RUN, SUMMARY.title)).toMatchInlineSnapshot(`
      "# Prototype pollution through constructor.prototype

      **✓ accepted.** Every threshold is met: tree \`9f3c1ab\`, score 0.97, 1 iteration.

      | gate | value | needs | verdict |
      |---|---|---|---|
      | tests (reported) | 161/161 | all | ✓ pass |
      | typecheck | – | – | – not applicable: no TypeScript |

      | review | value | needs | verdict |
      |---|---|---|---|
      | change review | 2 of 3 | 2 of 3 | ✓ pass |
      | · security | – | – | ✗ fail: a new regular expression is not bounded |
      | · · no-unbounded-regex | – | – | ✗ fail: index.js:71 has a nested quantifier |

      <details><summary>Details</summary>

      **✓ tests** (reported): 161 tests pass

      **– typecheck**: no TypeScript

      **✓ change review**: 2 of 3 approve, quorum 2

      - ✓ \`correctness\`: every acceptance criterion has a test that passed
      - ✗ \`security\`: a new regular expression is not bounded
        - ✗ \`no-unbounded-regex\`: index.js:71 has a nested quantifier

      </details>

      <details><summary>Phases</summary>

      | phase | result | note | time |
      |---|---|---|---|
      | STRATEGIZE | ✓ passed | intent \`8d1f0c2\`, anchor 612 B | 0.02 s |
      | VERIFY | ! returned | tests: 1 of 161 fails | 6.4 s |
      | VERIFY (visit 2) | ✓ passed | 9 gates, 161 tests | 6.1 s |

      </details>

      Time 15.2 s: gates 11.9 s · worker 0.9 s · install 1.2 s · git 0.3 s · orchestration 0.4 s.
      Counters: \`phase_backtracks\` 1.

      - branch: \`autopilot/fix-1-prototype-pollution\` at \`1a2b3c4\`
      - bundle: \`/home/ana/state/autopilot/t-0000000001/bundle\`, \`sha256:9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c\`
      - ledger head: \`sha256:9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c:41\`
      - sandbox: \`bwrap\`
      "
    `)
  })

  test('is harmless and within the limit, whatever the run and the title', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const page = renderRunSummary(run, 'fixes #7 @ana <b> https://x.y')
        expect(byteLength(page)).toBeLessThanOrEqual(MOST_BODY)
        expect(page.split('\n')[0]).toBe('# fixes #&#8203;7 @&#8203;ana &lt;b&gt; https:&#8203;//x.y')
      }),
      { numRuns: 30 },
    )
  })

  test('a run without sandbox says so in bold', () => {
    expect(renderRunSummary({ ...RUN, sandbox: 'none' }, 'x')).toContain('\n\n**! Sandbox level none: ')
  })
})

test('a run that was cut short says how far it came, what is kept and what to do', () => {
  expect(renderUnfinished('Ping @ana', { phase: 'VERIFY', bundle: 'autopilot-t-1-1' })).toBe(
    '# Ping @&#8203;ana\n\n**… not finished.** The run was cut short in VERIFY.\n\nWhat was done so far is kept as the artifact `autopilot-t-1-1`, a checkpoint. A new run begins when somebody types `/retry` on the issue.\n',
  )
})

test('where the report for people lies is said when there is one', () => {
  expect(renderRunTable(RUN, { report: '/state/t/pull-request.md' })).toContain(
    '\nreport   /state/t/pull-request.md\n',
  )
  expect(renderRunTable(RUN)).not.toContain('report   ')
})
