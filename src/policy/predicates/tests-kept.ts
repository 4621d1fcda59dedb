// Owns the rule that a change neither loses tests nor decides how they run.
import { z } from 'zod'
import { isConfiguration, isTestPath } from '../../contracts/paths.ts'
import type { PullFacts } from '../../contracts/pull-facts.ts'
import { count, listed, pathFindings, predicate, UNLISTED } from '../rule.ts'

/** Configuration that no test runner reads. */
const NOT_FOR_TESTS =
  /(^|\/)(\.(gitignore|npmignore|dockerignore|editorconfig|gitattributes)|\.(eslint|prettier)[^/]*|(eslint|prettier)\.config\.[^/]+|codeowners)$/i

/**
 * Threat: green checks prove little when the change itself decides what they check (R141). Which files changed is
 * GitHub's word; that no test was lost is the run's, which can only deny.
 */
export const testsKept = predicate({
  id: 'tests-kept',
  text: 'No test file is gone, nothing that decides how tests run has changed, and the run lost no test.',
  with: z.strictObject({}),
  always: {},
  check({ facts, run, paths }) {
    if (!facts.files_complete) return UNLISTED
    const configuration = paths.filter((path) => isConfiguration(path) && !NOT_FOR_TESTS.test(path))
    const gone = facts.files.flatMap(goneTest)
    const lost = run === null ? null : run.lost_tests
    const needs = 'tests and their configuration kept'
    const value = lost === null ? 'not counted' : `${lost} lost`
    const problems = [
      ...(configuration.length > 0 ? [`${listed(configuration)} may decide how tests run`] : []),
      ...(gone.length > 0 ? [`${listed(gone)} is gone`] : []),
      ...(lost !== null && lost !== 0 ? [`the run lost ${count(lost, 'test')}`] : []),
      ...(run !== null && lost === null ? ['the run did not count lost tests'] : []),
    ]
    if (problems.length > 0) {
      return {
        status: 'fail',
        reason: `${problems.join('; ')}; a person merges this`,
        value,
        needs,
        findings: [
          ...pathFindings(
            'test-configuration',
            configuration,
            (path) => `${path} may decide how tests run`,
            'a person must make this part of the change',
          ),
          ...pathFindings('lost-test', gone, (path) => `${path} is gone`, 'keep this test'),
        ],
      }
    }
    if (run === null) return { status: 'pending', reason: 'no run has counted the tests', value, needs }
    return { status: 'pass', reason: 'tests and their configuration are kept', value, needs, reported: true }
  },
})

function goneTest(file: PullFacts['files'][number]): readonly string[] {
  if (file.status === 'removed') return isTestPath(file.path) ? [file.path] : []
  const { previous_path: before } = file
  return before !== null && isTestPath(before) && !isTestPath(file.path) ? [before] : []
}
