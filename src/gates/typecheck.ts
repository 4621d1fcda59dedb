// Owns the typecheck gate: the type checker that the repository uses finds no error.
import type { Gate } from '../ports.ts'
import { runCheck } from './check-command.ts'
import { appliesToStep } from './result.ts'

/** Measured: `type_errors`, all of them; `before`, those that the base has too. */
export const typecheckGate: Gate = {
  id: 'typecheck',
  title: 'typecheck',
  needs: ['install'],
  cost: 10,
  safety: false,
  weight: 1,
  budget: () => 300_000,
  applies: (context) => appliesToStep(context, 'typecheck', 'no TypeScript'),
  run: async (context) =>
    runCheck(context, {
      id: 'typecheck',
      command: context.toolchain?.typecheck,
      noun: 'type error',
      rule: 'type-error',
      measure: 'type_errors',
      most: context.thresholds.type_errors,
      counts: 'all',
    }),
}
