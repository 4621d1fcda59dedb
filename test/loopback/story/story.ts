// Owns `npm run loopback:story [-- --json FILE]`: plays the story, prints a line a chapter and the oracle's figures.
import { openSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { endInOrder } from '../../temporary-folder.ts'
import { startLoopback } from '../loopback.ts'
import { TOLERANCES } from '../openapi/tolerances.ts'
import { readRules } from '../rules.ts'
import { assemble } from './cast.ts'
import type { Memory } from './chapters.ts'
import { CHAPTERS } from './chapters.ts'
import { strikeEachFault } from './faults.ts'

export interface StoryReport {
  readonly green: boolean
  /** messages that GitHub's description was held against */
  readonly validated: {
    readonly requests: number
    readonly replies: number
    readonly undeclaredErrors: number
    readonly webhooks: number
    readonly graphql: number
  }
  readonly unvalidated: number
  /** not validated by the list of exemptions, by kind */
  readonly exempt: Readonly<Record<string, number>>
  readonly tolerances: number
  /** rows of RULES.md */
  readonly rules: number
  /** kind of fault → how often it struck and was noticed by the client */
  readonly faults: Readonly<Record<string, number>>
  readonly problems: readonly string[]
}

/** Plays every chapter; the first that fails ends the story. */
export async function playStory(say: (line: string) => void): Promise<StoryReport> {
  const loopback = await startLoopback()
  const cast = await assemble(loopback)
  const problems: string[] = []
  const memory: Memory = {}
  let faults: Readonly<Record<string, number>> = {}
  try {
    for (const chapter of CHAPTERS) {
      say(`  ✓ ${chapter.title.padEnd(20)} ${await chapter.tell(cast, memory)}`)
    }
    faults = await strikeEachFault(cast)
    say(`  ✓ ${'faults'.padEnd(20)} ${Object.keys(faults).length} kinds struck, each seen by the client`)
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
    say(`  ✗ ${problems[0]}`)
  } finally {
    await cast.close()
  }
  const { unvalidated, exempt, ...validated } = loopback.oracle.counts()
  return {
    green: problems.length === 0 && unvalidated.length === 0,
    validated,
    unvalidated: unvalidated.length,
    exempt,
    tolerances: TOLERANCES.length,
    rules: readRules().length,
    faults,
    problems: [...problems, ...unvalidated],
  }
}

function render(report: StoryReport): string {
  const { validated } = report
  const rows = [
    ['requests', validated.requests],
    ['replies', validated.replies],
    ['webhooks', validated.webhooks],
    ['GraphQL', validated.graphql],
    ['errors by their common form', validated.undeclaredErrors],
    ['not validated', report.unvalidated],
    ['tolerances', report.tolerances],
    ['rules', report.rules],
  ] as const
  const lines = rows.map(([name, value]) => `${name.padEnd(30)}${String(value).padStart(6)}`)
  const problems = report.problems.slice(0, 20).map((problem) => `  ${problem}`)
  return [...lines, '', report.green ? '✓ green' : '✗ not green', ...problems].join('\n')
}

const BAD_INPUT = 4
const USAGE = 'npm run loopback:story -- [--json FILE]'

/** The file for the report, opened before the story: a path that cannot be written is said at once. */
function reportFile(args: string[]): { readonly file: number | undefined } | { readonly problem: string } {
  try {
    const { values } = parseArgs({ args, options: { json: { type: 'string' } } })
    return { file: values.json === undefined ? undefined : openSync(values.json, 'w') }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

if (import.meta.main) {
  endInOrder()
  const wanted = reportFile(process.argv.slice(2))
  if ('problem' in wanted) {
    process.stderr.write(`${wanted.problem}\nType: ${USAGE}\n`)
    process.exitCode = BAD_INPUT
  } else {
    process.stdout.write('A story on a loopback GitHub, told by Octokit and git\n')
    const report = await playStory((line) => process.stdout.write(`${line}\n`))
    process.stdout.write(`\n${render(report)}\n`)
    if (wanted.file !== undefined) writeFileSync(wanted.file, `${JSON.stringify(report, null, 2)}\n`)
    process.exitCode = report.green ? 0 : 1
  }
}
