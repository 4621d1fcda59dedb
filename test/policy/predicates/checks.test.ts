// Which checks on the head count, whose they must be, and what a commit status is worth.
import { describe, expect, test } from 'vitest'
import type { Case } from '../ask.ts'
import { ask, said } from '../ask.ts'
import type { Check } from '../pull.ts'
import { ACTIONS, APP, check, status } from '../pull.ts'

describe('checks', () => {
  const required = { with: { required: [{ name: 'test', app: ACTIONS }] } }
  const of = (checks: readonly Check[], given: Case = required) =>
    said('checks', { ...given, facts: { checks: [...checks] } })

  test('a required check is of exactly that App: by id, or by the one App that has the short name', () => {
    const slug = { with: { required: [{ name: 'test', app: 'github-actions' }] } }
    expect(of([check('test')])).toBe('pass: test success')
    expect(of([check('test')], slug)).toBe('pass: test success')
    expect(of([check('test', { app_id: 9, app_slug: 'other' })])).toMatch(
      /^pending: test has not reported by App 15368; of another App/,
    )
    expect(of([check('test', { app_id: 9, app_slug: 'other' })], slug)).toMatch(
      /^pending: test has not reported by App github-actions/,
    )
    expect(of([check('test'), check('lint', { app_id: 9 })], slug)).toBe(
      'fail: several Apps are called github-actions; name its id',
    )
    expect(of([check('test', { app_id: null })])).toMatch(/^pending/)
  })

  test('a commit status never stands for a check, whatever it says', () => {
    expect(of([status('test', 'success')])).toMatch(/^pending: test has not reported by App/)
    expect(of([status('test', 'success', { app_id: ACTIONS, app_slug: 'github-actions' })])).toMatch(
      /^pending/,
    )
    expect(of([])).toBe('pending: test has not reported yet')
  })

  test('the latest run of name and App counts, in both directions', () => {
    const red = check('test', { id: 5, conclusion: 'failure' })
    expect(of([check('test', { id: 4 }), red])).toBe('fail: test failure')
    expect(of([red, check('test', { id: 6 })])).toBe('pass: test success')
    expect(of([red, check('test', { id: 6, app_id: 9, app_slug: 'other' })])).toBe('fail: test failure')
    expect(of([check('test', { id: 4 }), check('test', { id: 5, status: 'queued', conclusion: null })])).toBe(
      'pending: test queued',
    )
  })

  test.each([
    'failure',
    'cancelled',
    'timed_out',
    'action_required',
    'stale',
    'startup_failure',
    'neutral',
    'skipped',
    'a new word',
    null,
  ])('the conclusion %s is no success', (conclusion) => {
    expect(of([check('test', { conclusion })])).toMatch(/^fail/)
  })

  test('where GitHub tells no ids, every run of that name and App counts', () => {
    const unnumbered = (conclusion: string | null) => check('test', { id: null, conclusion })
    const runs = check('test', { id: null, status: 'in_progress', conclusion: null })
    const accepting = { with: { required: [{ name: 'test', app: ACTIONS, accept: ['skipped'] }] } }
    for (const any of [required, accepting, { with: { any_ci: true } }]) {
      expect(of([unnumbered('success'), unnumbered('success')], any)).toMatch(/^pass/)
      for (const hiding of ['success', 'skipped']) {
        expect(of([unnumbered(hiding), unnumbered('failure')], any)).toMatch(/^fail/)
        expect(of([unnumbered('failure'), unnumbered(hiding), check('test', { id: 9 })], any)).toMatch(
          /^fail/,
        )
      }
      expect(of([unnumbered('success'), runs], any)).toMatch(/^pending/)
      expect(of([runs, unnumbered('failure'), unnumbered('success')], any)).toMatch(/^fail/)
    }
  })

  test('neutral and skipped count where the rule accepts them', () => {
    const accepting = { with: { required: [{ name: 'test', app: ACTIONS, accept: ['skipped'] }] } }
    expect(of([check('test', { conclusion: 'skipped' })], accepting)).toBe('pass: test skipped')
    expect(of([check('test', { conclusion: 'neutral' })], accepting)).toBe('fail: test neutral')
  })

  test('our own check is nobody’s CI', () => {
    const own = { with: { required: [{ name: 'autopilot/quality', app: APP }] } }
    const ours = check('autopilot/quality', { app_id: APP, app_slug: 'autopilot' })
    expect(of([ours], own)).toBe('fail: autopilot/quality is this App’s own check')
    expect(of([ours], { with: { any_ci: true } })).toMatch(/^pending: no CI of the repository has reported/)
  })

  test('each required check is a part that says how it stands', () => {
    const two = {
      with: {
        required: [
          { name: 'test', app: ACTIONS },
          { name: 'lint', app: ACTIONS },
        ],
      },
    }
    const answer = ask('checks', { ...two, facts: { checks: [check('test')] } })
    expect(answer).toMatchObject({ status: 'pending', value: '1 of 2', needs: 'all' })
    expect(answer.parts?.map((part) => [part.name, part.status, part.value])).toEqual([
      ['test', 'pass', 'success (App github-actions)'],
      ['lint', 'pending', 'missing'],
    ])
  })

  test('any CI: one check of others succeeded, none fails, none runs', () => {
    const any = { with: { any_ci: true } }
    expect(of([check('test')], any)).toBe('pass: 1 check of the repository succeeded')
    expect(of([], any)).toMatch(/^pending: no CI/)
    expect(of([status('jenkins', 'success')], any)).toMatch(/^pending: no CI .* a commit status is no proof/)
    expect(of([check('test'), status('jenkins', 'failure')], any)).toBe('fail: jenkins failed; mend it')
    expect(of([check('test'), check('lint', { conclusion: 'cancelled' })], any)).toBe(
      'fail: lint failed; mend it',
    )
    expect(of([check('test'), check('lint', { status: 'in_progress', conclusion: null })], any)).toBe(
      'pending: lint still runs',
    )
    expect(of([check('test', { conclusion: 'skipped' })], any)).toMatch(/^pending: no CI/)
    expect(of([check('test'), check('lint', { conclusion: 'neutral' })], any)).toMatch(/^pass/)
    expect(of([check('lint', { id: 3, conclusion: 'failure' }), check('lint', { id: 4 })], any)).toMatch(
      /^pass/,
    )
    expect(
      of([check('lint', { id: 3, conclusion: 'failure' }), check('lint', { id: 4, app_id: 9 })], any),
    ).toMatch(/^fail/)
  })
})
