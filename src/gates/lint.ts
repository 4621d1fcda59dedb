// Owns the lint gate: the repository's own linter finds nothing new.
import type { Gate } from '../ports.ts'
import { runCheck } from './check-command.ts'
import { EMPTY_CHANGE } from './result.ts'

/** Measured: `new_lint_errors`, errors that the base does not have; `before`, those that it has. */
export const lintGate: Gate = {
  id: 'lint',
  title: 'lint',
  needs: ['install'],
  cost: 10,
  safety: false,
  weight: 1,
  budget: () => 300_000,
  applies: (context) => {
    if (context.changes.files.length === 0) return { applies: false, because: EMPTY_CHANGE }
    if (context.toolchain === null) return { applies: false, because: 'no known toolchain' }
    return context.toolchain.lint === null
      ? { applies: false, because: 'the repository has no linter' }
      : { applies: true }
  },
  run: async (context) =>
    runCheck(context, {
      id: 'lint',
      command: context.toolchain?.lint,
      noun: 'lint error',
      rule: 'lint-error',
      measure: 'new_lint_errors',
      most: context.thresholds.new_lint_errors,
      counts: 'new',
    }),
}
