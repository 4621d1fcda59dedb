// Owns the proof that votes are counted closed: veto, quorum, ties, and that silence is never consent.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JudgeId, Vote } from '../../src/contracts/council.ts'
import type { Status } from '../../src/contracts/verdict.ts'
import { tally } from '../../src/council/tally.ts'

const IDS: readonly JudgeId[] = [
  'spec',
  'risk',
  'user',
  'correctness',
  'security',
  'maintainability',
  'governance',
]

function vote(judge: JudgeId, answer: Vote['vote'], rules: Readonly<Record<string, Status>> = {}): Vote {
  const status = { approve: 'pass', reject: 'fail', inconclusive: 'inconclusive' } as const
  const verdict = {
    name: judge,
    status: status[answer],
    reason: `${judge} says ${answer}`,
    subject: {},
    findings: [],
  }
  const children = Object.entries(rules).map(([name, s]) => ({
    name,
    status: s,
    reason: name,
    subject: {},
    findings: [],
    children: [],
  }))
  return { judge, vote: answer, verdict: { ...verdict, children } }
}

const votes = fc
  .array(fc.constantFrom<Vote['vote']>('approve', 'reject', 'inconclusive'), { minLength: 1, maxLength: 7 })
  .map((answers) => answers.map((answer, i) => vote(IDS[i] ?? 'spec', answer)))
const NONE: ReadonlySet<string> = new Set()

test('approval needs the quorum, more approvals than rejections, and more than half of the seats', () => {
  fc.assert(
    fc.property(votes, fc.integer({ min: 1, max: 7 }), (all, needed) => {
      const approve = all.filter((v) => v.vote === 'approve').length
      const reject = all.filter((v) => v.vote === 'reject').length
      const { decision } = tally(all, needed, NONE)
      const may = approve + reject >= needed && approve > reject && approve * 2 > all.length
      expect(decision === 'approve').toBe(may)
    }),
  )
})

test('turning any approval into silence or a rejection never makes an approval', () => {
  fc.assert(
    fc.property(votes, fc.integer({ min: 1, max: 7 }), fc.nat(), fc.boolean(), (all, needed, at, silent) => {
      fc.pre(all[at % all.length]?.vote === 'approve')
      const weaker = all.map((v, i) =>
        i === at % all.length ? vote(v.judge, silent ? 'inconclusive' : 'reject') : v,
      )
      fc.pre(tally(all, needed, NONE).decision !== 'approve')
      expect(tally(weaker, needed, NONE).decision).not.toBe('approve')
    }),
  )
})

test('everyone who did not vote as it was decided is in the dissent, with the reason', () => {
  fc.assert(
    fc.property(votes, fc.integer({ min: 1, max: 7 }), (all, needed) => {
      const { decision, dissent } = tally(all, needed, NONE)
      expect(dissent.map((d) => d.judge)).toEqual(all.filter((v) => v.vote !== decision).map((v) => v.judge))
    }),
  )
})

test('the order of the votes decides nothing', () => {
  fc.assert(
    fc.property(votes, fc.integer({ min: 1, max: 7 }), (all, needed) => {
      expect(tally(all.toReversed(), needed, NONE).decision).toBe(tally(all, needed, NONE).decision)
    }),
  )
})

test('one failed critical rule rejects against any majority, and is named', () => {
  const all = [
    vote('spec', 'reject', { 'scope-in-tree': 'fail' }),
    vote('risk', 'approve'),
    vote('user', 'approve'),
  ]
  expect(tally(all, 2, new Set(['scope-in-tree']))).toMatchObject({
    decision: 'reject',
    vetoes: ['scope-in-tree'],
    reason: 'Critical: scope-in-tree; 2 of 3 approve.',
  })
  expect(tally(all, 2, NONE)).toMatchObject({ decision: 'approve', vetoes: [] })
})

test('a critical rule that nobody could answer leaves all inconclusive', () => {
  const all = [
    vote('spec', 'inconclusive', { gates: 'inconclusive' }),
    vote('risk', 'approve'),
    vote('user', 'approve'),
  ]
  expect(tally(all, 2, new Set(['gates'])).decision).toBe('inconclusive')
  expect(tally(all, 2, NONE).decision).toBe('approve')
})

test('a tie rejects', () => {
  expect(tally([vote('spec', 'approve'), vote('risk', 'reject')], 2, NONE).decision).toBe('reject')
})

test('too few answers are inconclusive, and the count is said', () => {
  const all = [vote('spec', 'approve'), vote('risk', 'inconclusive'), vote('user', 'inconclusive')]
  expect(tally(all, 2, NONE)).toMatchObject({
    decision: 'inconclusive',
    quorum: { needed: 2, present: 1 },
    reason: '1 of 2 needed judges gave an answer.',
  })
})
