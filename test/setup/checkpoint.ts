// Owns `npm run checkpoint` (R151): checks every claim and ends with a table; exit 1 when one does not hold.
import { fileURLToPath } from 'node:url'
import { seconds } from '../../src/report/figures.ts'
import type { TableRow } from '../../src/report/table.ts'
import { layoutTable } from '../../src/report/table.ts'
import type { Claim } from './claims.ts'
import { CLAIMS } from './claims.ts'

/** Problems shown below one claim. */
const MOST_PROBLEMS = 10

export interface Result {
  title: string
  problems: readonly string[]
  ms: number
}

/** A claim that throws does not hold: its error is the problem. */
export async function checkClaims(
  claims: readonly Claim[],
  root: string,
  now: () => number,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const claim of claims) {
    const start = now()
    const problems = await settle(claim, root)
    results.push({ title: claim.title, problems, ms: now() - start })
  }
  return results
}

async function settle(claim: Claim, root: string): Promise<readonly string[]> {
  try {
    return await claim.check(root)
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  }
}

export function renderResults(results: readonly Result[], colour: boolean): string {
  const rows = results.map((result): TableRow => {
    const held = result.problems.length === 0
    const more = result.problems.length - MOST_PROBLEMS
    return {
      cells: [
        { text: held ? '✓' : '✗', style: held ? 'green' : 'red' },
        { text: result.title },
        { text: seconds(result.ms) },
      ],
      below: [
        ...result.problems.slice(0, MOST_PROBLEMS).map((problem) => `     ${problem}`),
        ...(more > 0 ? [`     … ${more} more`] : []),
      ],
    }
  })
  const columns = [
    { title: '', most: 1 },
    { title: 'claim', most: 'rest' },
    { title: 'time', most: 14, align: 'right' },
  ] as const
  const failed = results.filter((result) => result.problems.length > 0).length
  return `${layoutTable(columns, rows, { colour }).join('\n')}\n${results.length - failed} passed, ${failed} failed`
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
  const results = await checkClaims(CLAIMS, root, () => performance.now())
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
  console.log(renderResults(results, colour))
  process.exitCode = results.some((result) => result.problems.length > 0) ? 1 : 0
}
