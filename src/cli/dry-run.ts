// Owns what a dry run shows: the plan, and what the council says of it.
import { CouncilVerdictContract } from '../contracts/council.ts'
import { councilTree } from '../council/review.ts'
import { renderVerdictTable } from '../report/verdict-table.ts'
import { parseJson } from '../work/bundle.ts'
import type { Laptop } from './compose.ts'
import type { Terminal } from './terminal.ts'

export async function renderDryRun(laptop: Laptop, terminal: Terminal): Promise<string> {
  const folder = laptop.engine.evidence(laptop.task.id)
  const plan = new TextDecoder().decode((await folder.read('PLAN', 'plan.md')) ?? new Uint8Array())
  const review = CouncilVerdictContract.parse(
    parseJson((await folder.read('THINK', 'plan_review.json')) ?? new Uint8Array()),
  )
  const options = {
    colour: terminal.color,
    width: terminal.width,
    title: 'review',
    reasons: 'always',
    depth: 1,
  } as const
  const table = review.ok ? renderVerdictTable([councilTree(review.value)], options) : ''
  return [
    plan.trimEnd(),
    table,
    `Nothing was run and nothing was written to the repository.\nDo it: ${laptop.resumeCommand}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}
