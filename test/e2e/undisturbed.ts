// Owns the two chains that an accepted run of the small repository leaves when nothing disturbs it.

const SIX = ['SPEC', 'PLAN', 'THINK', 'IMPLEMENT', 'VERIFY', 'REVIEW']
const steps = (phase: string): string[] => [
  `phase.entered ${phase}`,
  `evidence.recorded ${phase}`,
  `phase.passed ${phase}`,
]
/** `kind PHASE` of every entry, as `kindsOf` gives them. */
export const RUN_CHAIN = ['run.opened', ...SIX.flatMap(steps), 'run.closed']
export const TASK_CHAIN = [
  'task.created',
  ...steps('STRATEGIZE'),
  'run.imported',
  'phase.entered PR',
  'evidence.recorded PR',
  'published',
  'phase.passed PR',
  ...steps('MONITOR'),
  'task.closed',
]
