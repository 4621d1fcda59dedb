// Owns how the errors of a validator become problems: one field, one sentence.
import type { ErrorObject } from 'ajv'

export interface Problem {
  /** JSON pointer of the field that is wrong, absent or unknown; '' is the whole message. */
  pointer: string
  what: string
}

export function renderProblem(problem: Problem): string {
  return `at ${problem.pointer === '' ? '/' : problem.pointer}: ${problem.what}`
}

/**
 * Gives the problems of one alternative of a choice by itself; its errors inside of the choice are mixed with those of
 * the other alternatives.
 */
export type JudgeBranch = (branch: unknown, value: unknown) => Problem[]

/** Errors of alternatives come right before the error of their choice; those of the one that fits best take their place. */
export function problemsOf(errors: readonly ErrorObject[], judge: JudgeBranch): Problem[] {
  const found: { problem: Problem; beside: unknown }[] = []
  for (const error of errors) {
    const problem = problemOf(error)
    if (problem === undefined) continue
    let problems = [problem]
    if (error.keyword === 'oneOf' || error.keyword === 'anyOf') {
      while (isInside(found.at(-1), error)) found.pop()
      problems = ofBestBranch(error, judge) ?? problems
    }
    found.push(...problems.map((one) => ({ problem: one, beside: error.parentSchema })))
  }
  return found.map(({ problem }) => problem)
}

function isInside(last: { problem: Problem; beside: unknown } | undefined, choice: ErrorObject): boolean {
  const root = choice.instancePath
  return (
    last !== undefined &&
    last.beside !== choice.parentSchema &&
    (last.problem.pointer === root || last.problem.pointer.startsWith(`${root}/`))
  )
}

/** undefined when more than one alternative fits, where one should. */
function ofBestBranch(choice: ErrorObject, judge: JudgeBranch): Problem[] | undefined {
  const branches: readonly unknown[] = Array.isArray(choice.schema) ? choice.schema : []
  const judged = branches.map((branch) => judge(branch, choice.data))
  const [best] = judged.toSorted((a, b) => distance(a) - distance(b))
  if (best === undefined || best.length === 0) return undefined
  return best.map(({ pointer, what }) => ({
    pointer: choice.instancePath + pointer,
    what: branches.length > 1 ? `${what} (in the closest of ${branches.length} forms)` : what,
  }))
}

/** A value of another type is further from a form than one with many wrong fields. */
function distance(problems: readonly Problem[]): number {
  return problems.length + (problems.some((problem) => problem.pointer === '') ? 1000 : 0)
}

function problemOf(error: ErrorObject): Problem | undefined {
  const at = error.instancePath
  const params = error.params as Record<string, unknown>
  switch (error.keyword) {
    case 'if':
      return undefined
    case 'additionalProperties':
      return {
        pointer: below(at, params['additionalProperty']),
        what: 'is not a field that GitHub describes',
      }
    case 'unevaluatedProperties':
      return {
        pointer: below(at, params['unevaluatedProperty']),
        what: 'is not a field that GitHub describes',
      }
    case 'required':
      return { pointer: below(at, params['missingProperty']), what: 'is required and absent' }
    case 'enum':
      return { pointer: at, what: `must be one of ${JSON.stringify(params['allowedValues'])}` }
    case 'oneOf':
      return { pointer: at, what: 'fits more than one of its forms' }
    default:
      return { pointer: at, what: error.message ?? error.keyword }
  }
}

function below(pointer: string, name: unknown): string {
  return `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
}
