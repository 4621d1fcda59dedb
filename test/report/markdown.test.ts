// Comment, check output and pull request body: their form, their safety and their limits.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Verdict } from '../../src/contracts/verdict.ts'
import { renderCheckOutput } from '../../src/report/check-output.ts'
import { MOST_BODY, renderComment } from '../../src/report/comment.ts'
import { byteLength, details, fit, markdownTable } from '../../src/report/markdown.ts'
import type { PullBody } from '../../src/report/pull-body.ts'
import { renderPullBody } from '../../src/report/pull-body.ts'
import { arbitraryOfSchema } from '../contracts/arbitrary.ts'
import { NASTY, expectHarmless, flood } from './hostile.ts'
import { COUNCIL, COVERAGE, GOOD, HEAD, QUALITY, REPORT, SUMMARY, TESTS, verdict } from './samples.ts'

const tree = arbitraryOfSchema(Verdict) as fc.Arbitrary<Verdict>
const PULL: PullBody = {
  summary: SUMMARY,
  quality: REPORT,
  councils: [COUNCIL],
  sandbox: 'bwrap',
  worker: 'recipe attached-patch',
  costUsd: 0,
  ms: 15_210,
  ledger: { hash: HEAD, length: 41 },
  bundle: 'autopilot-bundle',
}
describe('renderComment', () => {
  test('gives the answer, the subject, the table with what holds first, and details below the fold', () => {
    expect(renderComment(QUALITY)).toMatchInlineSnapshot(`
      "**✗ Held by changed-line coverage: 4 of 9 changed lines ran** · tree \`9f3c1ab\`

      | gate | value | needs | verdict |
      |---|---|---|---|
      | changed-line coverage (reported) | 44 % (4/9) | &gt;= 80 % | ✗ fail: 4 of 9 changed lines ran |
      | tests (reported) | 161/161 | all | ✓ pass |
      | typecheck | – | – | – not applicable: no TypeScript |

      <details><summary>Details</summary>

      **✗ changed-line coverage** (reported): 4 of 9 changed lines ran

      - \`index.js:71-75\` \`coverage\`: these changed lines never ran · Add a test that runs them.
      - \`index.js:90\` \`coverage\`: a branch never ran

      **✓ tests** (reported): 161 tests pass

      **– typecheck**: no TypeScript

      </details>"
    `)
  })

  test('what passes says so in its own words', () => {
    expect(renderComment(GOOD).split('\n')[0]).toBe(
      '**✓ 161 tests pass, changed lines covered 100 %** · tree `9f3c1ab`',
    )
  })

  test('is harmless and within the limit, whatever the texts', () => {
    const body = renderComment(flood(200, 30))
    expect(byteLength(body)).toBeLessThanOrEqual(MOST_BODY)
    expect(body).toMatch(/… \d+ more/)
    expectHarmless(body)
  })
})

describe('renderCheckOutput', () => {
  test('title, summary, text and annotations of a verdict that holds', () => {
    expect(renderCheckOutput(QUALITY)).toMatchInlineSnapshot(`
      {
        "annotations": [
          {
            "end_line": 75,
            "level": "failure",
            "message": "these changed lines never ran · Add a test that runs them.",
            "path": "index.js",
            "start_line": 71,
            "title": "coverage",
          },
          {
            "end_line": 90,
            "level": "warning",
            "message": "a branch never ran",
            "path": "index.js",
            "start_line": 90,
            "title": "coverage",
          },
        ],
        "summary": "Verdict on tree \`9f3c1ab\`.

      | gate | value | needs | verdict |
      |---|---|---|---|
      | changed-line coverage (reported) | 44 % (4/9) | &gt;= 80 % | ✗ fail: 4 of 9 changed lines ran |
      | tests (reported) | 161/161 | all | ✓ pass |
      | typecheck | – | – | – not applicable: no TypeScript |",
        "text": "**✗ changed-line coverage** (reported): 4 of 9 changed lines ran

      - \`index.js:71-75\` \`coverage\`: these changed lines never ran · Add a test that runs them.
      - \`index.js:90\` \`coverage\`: a branch never ran

      **✓ tests** (reported): 161 tests pass

      **– typecheck**: no TypeScript",
        "title": "Held by changed-line coverage: 4 of 9 changed lines ran",
      }
    `)
  })

  test('several parts that hold are counted and named', () => {
    const two = verdict({
      name: 'policy',
      status: 'fail',
      reason: 'x',
      children: [COVERAGE, flood(1, 0), TESTS],
    })
    expect(renderCheckOutput(two).title).toBe('Held by 2 of 3: changed-line coverage, quality')
  })

  test('keeps to 50 annotations and 65,535 characters, and says what is left out', () => {
    const output = renderCheckOutput(flood(40, 40))
    expect(output.annotations).toHaveLength(50)
    expect(output.text).toContain('… 1550 more findings than annotations can show')
    expect(output.summary.length).toBeLessThanOrEqual(65_535)
    expect(output.text.length).toBeLessThanOrEqual(65_535)
    expect(output.title.length).toBeLessThanOrEqual(120)
    expectHarmless(output.summary)
    expectHarmless(output.text)
  })

  test('annotations stand on a line that exists and never end before they start', () => {
    fc.assert(
      fc.property(tree, (verdict) => {
        for (const one of renderCheckOutput(verdict).annotations) {
          expect(one.start_line).toBeGreaterThan(0)
          expect(one.end_line).toBeGreaterThanOrEqual(one.start_line)
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('renderPullBody', () => {
  test('summary, look first, closes, acceptance, gates, verdicts with dissent, risks, last line', () => {
    expect(renderPullBody(PULL)).toMatchInlineSnapshot(`
      "Keys that lead to a prototype are refused while a value is set. Two files change, with tests.

      **Look first at**

      - index.js:71, the guard itself
      - test/proto.js, the cases of the report

      Closes #1

      ### Acceptance

      |  | acceptance | evidence |
      |---|---|---|
      | A1 | \`--a.constructor.prototype.b 1\` leaves {} as it was | test/proto.js &gt; proto pollution (constructor) &gt; 1 |

      ### Gates on tree \`9f3c1ab\`

      | gate | value | needs | verdict |
      |---|---|---|---|
      | tests (reported) | 161/161 | all | ✓ pass |
      | typecheck | – | – | – not applicable: no TypeScript |

      ### Verdicts

      **✓ approve** the change (tree \`9f3c1ab\`): 2 of 3 approve

      | change review | vote | why |
      |---|---|---|
      | correctness | ✓ approve | every acceptance criterion has a test that passed |
      | security | ✗ reject | a regular expression is not bounded |

      - Dissent of security: a regular expression is not bounded

      ### Risks and rollback

      Tier 2, no person is required by the tier.

      - ! \`public-api\`: index.js is the package’s main file
      - Rollback: Revert the commit; no data is touched.

      <details><summary>Details of the gates</summary>

      **✓ tests** (reported): 161 tests pass

      **– typecheck**: no TypeScript

      </details>

      Cost 0.00 USD · 15.2 s · worker \`recipe attached-patch\` · ledger head \`9f3c9f3…\`:41 · \`autopilot ledger verify autopilot-bundle --head sha256:9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c9f3c:41\`"
    `)
  })

  test.each([
    ['#12', 'Closes #12'],
    ['ana/minimist#12', 'Closes ana/minimist#12'],
    ['issue.md', 'Asked for in `issue.md`'],
    ['#12 and closes #13', 'Asked for in `#12 and closes #13`'],
    ['x\nCloses #13', 'Asked for in `x Closes #13`'],
  ])('%j becomes %j', (reference, line) => {
    const body = renderPullBody({ ...PULL, summary: { ...SUMMARY, closes: reference } })
    expect(body.split('\n')).toContain(line)
    expect(body.match(/^Closes/gm)?.length ?? 0).toBe(line.startsWith('Closes') ? 1 : 0)
  })

  test('a run without sandbox is said before anything else', () => {
    expect(renderPullBody({ ...PULL, sandbox: 'none' })).toMatch(/^\*\*! Sandbox level none: /)
  })

  test('is harmless and within the limit, and keeps its last line, whatever the texts', () => {
    const many = Array.from({ length: 400 }, () => NASTY.repeat(8))
    const body = renderPullBody({
      ...PULL,
      summary: {
        ...SUMMARY,
        summary: NASTY,
        look_first: many,
        acceptance: many.map((text, at) => ({ id: `A${at}`, text, evidence: text })),
        risk: {
          ...SUMMARY.risk,
          triggers: many.map((because) => ({ id: 'x', because })),
          rollback: many,
        },
      },
      quality: {
        ...REPORT,
        gates: flood(60, 20).children.map((one) => ({ ...REPORT.gates[0], verdict: one }) as never),
      },
      councils: [
        { ...COUNCIL, dissent: many.map((reason) => ({ judge: 'security', reason })), reason: NASTY },
      ],
    })
    expect(byteLength(body)).toBeLessThanOrEqual(MOST_BODY)
    expect(body.split('\n').at(-1)).toContain(`--head ${HEAD}:41`)
    expectHarmless(body, /^Closes #1$/m)
  })
})

test('fit keeps whole pieces, says how many it left out, and never passes the limit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', maxLength: 9 })),
      fc.nat({ max: 60 }),
      (pieces, limit) => {
        const text = fit(pieces, '\n', limit, (n) => `… ${n} more`)
        expect(byteLength(text)).toBeLessThanOrEqual(limit)
        const whole = pieces.join('\n')
        expect(text === whole || byteLength(whole) > limit).toBe(true)
      },
    ),
  )
  expect(fit(['aaaa', 'bbbb', 'cccc'], '\n', 13, (n) => `… ${n}`)).toBe('aaaa\n… 2')
})

test('an empty table and empty details are nothing', () => {
  expect(markdownTable(['a'], [])).toBe('')
  expect(details('x', '')).toBe('')
})
