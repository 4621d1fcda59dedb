// Owns the lint gate: the repository's own linter finds nothing new.
import type { Gate } from '../ports.ts'
import { runCheck } from './check-command.ts'
import { appliesToStep } from './result.ts'

/** Measured: `new_lint_errors`, errors that the base does not have; `before`, those that it has. */
export const lintGate: Gate = {
  id: 'lint',
  title: 'lint',
  needs: ['install'],
  cost: 10,
  safety: false,
  weight: 1,
  budget: () => 300_000,
  applies: (context) => appliesToStep(context, 'lint', 'the repository has no linter'),
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
