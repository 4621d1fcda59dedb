// Owns what happens to a test that lacks something of the machine: skipped with its reason on a laptop, failed where CI
// is true.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'vitest'

/** What `npm run setup` brings; a browser, say, is left to the person, and to .ci/run. */
const BY_SETUP: readonly string[] = ['bwrap', 'git']

interface Machine {
  /** Value of CI. */
  ci: string | undefined
  /** Value of PATH. */
  path: string | undefined
}

/** undefined when the tool is there; otherwise what to do with the test, and why. */
export function absence(
  tool: string,
  machine: Machine,
): { act: 'skip' | 'fail'; reason: string } | undefined {
  const folders = (machine.path ?? '').split(delimiter).filter((folder) => folder !== '')
  if (folders.some((folder) => isExecutable(join(folder, tool)))) return undefined
  const how = BY_SETUP.includes(tool) ? 'npm run setup' : `sudo apt-get install ${tool}`
  return { act: actWithout(machine), reason: `${tool} is not installed; type: ${how}` }
}

/** First line of a test that needs a tool: `test('title', (context) => { needsTool(context, 'bwrap') … })`. */
export function needsTool(context: Pick<TestContext, 'skip'>, tool: string, machine: Machine = here()): void {
  needs(context, absence(tool, machine)?.reason, machine)
}

/** For what is no tool: `absent` says why it is not there; undefined, it is. */
export function needs(
  context: Pick<TestContext, 'skip'>,
  absent: string | undefined,
  machine: Pick<Machine, 'ci'> = here(),
): void {
  if (absent === undefined) return
  if (actWithout(machine) === 'fail') throw new Error(absent)
  context.skip(absent)
}

function actWithout({ ci }: Pick<Machine, 'ci'>): 'skip' | 'fail' {
  return ci !== undefined && ci !== '' && ci !== 'false' && ci !== '0' ? 'fail' : 'skip'
}

function here(): Machine {
  return { ci: process.env['CI'], path: process.env['PATH'] }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
