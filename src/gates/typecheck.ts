// Owns the typecheck gate: the type checker that the repository uses finds no error.
import type { Gate } from '../ports.ts'
import { runCheck } from './check-command.ts'
import { EMPTY_CHANGE } from './result.ts'

/** Measured: `type_errors`, all of them; `before`, those that the base has too. */
export const typecheckGate: Gate = {
  id: 'typecheck',
  title: 'typecheck',
  needs: ['install'],
  cost: 10,
  safety: false,
  weight: 1,
  budget: () => 300_000,
  applies: (context) => {
    if (context.changes.files.length === 0) return { applies: false, because: EMPTY_CHANGE }
    if (context.toolchain === null) return { applies: false, because: 'no known toolchain' }
    return context.toolchain.typecheck === null
      ? { applies: false, because: 'no TypeScript' }
      : { applies: true }
  },
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
