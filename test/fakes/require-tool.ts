// Owns what happens to a test whose tool is absent: skipped with its reason on a laptop, failed where CI is true.
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
  const strict = machine.ci !== undefined && machine.ci !== '' && machine.ci !== 'false' && machine.ci !== '0'
  const how = BY_SETUP.includes(tool) ? 'npm run setup' : `sudo apt-get install ${tool}`
  return { act: strict ? 'fail' : 'skip', reason: `${tool} is not installed; type: ${how}` }
}

/** First line of a test that needs a tool: `test('title', (context) => { needsTool(context, 'bwrap') … })`. */
export function needsTool(context: Pick<TestContext, 'skip'>, tool: string, machine: Machine = here()): void {
  const absent = absence(tool, machine)
  if (absent?.act === 'fail') throw new Error(absent.reason)
  if (absent?.act === 'skip') context.skip(absent.reason)
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
