// One contract for every predicate: what each must answer, whatever it asks.
import { describe, expect, test } from 'vitest'
import type { PullFacts } from '../../src/contracts/pull-facts.ts'
import { Verdict } from '../../src/contracts/verdict.ts'
import { decideMerge } from '../../src/policy/decide.ts'
import { PREDICATES } from '../../src/policy/registry.ts'
import { ask } from './ask.ts'
import { ANA, DEFAULT, file, HEAD, person, pull, question, review, withRules } from './pull.ts'

test('the default policy uses every predicate, and ids are there once', () => {
  const ids = PREDICATES.map((one) => one.id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(DEFAULT.policy.merge.rules.map((rule) => rule.use).sort()).toEqual(ids.toSorted())
})

describe.each(PREDICATES.map((one) => [one.id, one] as const))('predicate %s', (id, one) => {
  test('passes the pull request that has everything, and says so in words', () => {
    expect(ask(id)).toMatchObject({ status: 'pass', reason: expect.stringMatching(/^[a-z0-9]/) })
  })

  test('says what it is in a sentence, and its own options fit it', () => {
    expect(one.text).toMatch(/^[A-Z].*\.$/)
    if (one.always !== null) expect(one.with.safeParse(one.always).success).toBe(true)
  })

  test('takes no option that it does not know, and answers an error instead of a pass', () => {
    const rule = DEFAULT.policy.merge.rules.find((rule) => rule.use === id)
    expect(ask(id, { with: { ...rule?.with, no_such_option: 1 } })).toMatchObject({ status: 'error' })
    expect(one.with.safeParse('text').success).toBe(false)
  })

  test('does not permit a pull request of which nothing is known', () => {
    const unknown: Partial<PullFacts> = {
      author: person('nobody', 99),
      draft: true,
      fork: true,
      base: { ref: 'release', sha: HEAD },
      head: { ref: 'x', sha: HEAD, tree: null },
      mergeable: 'unknown',
      labels: ['needs-human'],
      files_complete: false,
      commits: [],
      commits_complete: false,
      reviews: [review(ANA, { state: 'changes_requested' })],
      checks: [],
    }
    const answer = ask(id, { facts: unknown, run: null, inForce: [1] })
    expect(['fail', 'pending']).toContain(answer.status)
  })

  test('answers in the verdict format, and in less than a screen', () => {
    const policy = withRules([{ id: 'it', use: id, with: one.always ?? { require: ['nothing'] } }])
    const files = Array.from({ length: 500 }, (_, at) => file(`.github/workflows/${at}.yml`))
    const { verdict } = decideMerge(question({ policy, facts: pull({ files, checks: [], commits: [] }) }))
    expect(Verdict.parse(verdict)).toEqual(verdict)
    for (const row of verdict.children) {
      expect(row.reason.length).toBeLessThan(400)
      expect(row.reason).not.toMatch(/undefined|NaN|\[object|!$/)
    }
  })
})
