// Owns the demo as a person runs it, for the tests of a file: where its package cannot be fetched they are skipped.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { RunReport } from '../../src/contracts/summary.ts'
import { needs, needsTool } from '../fakes/require-tool.ts'
import { ROOT, runNode, scratchFolder, type Said } from './autopilot.ts'

export interface DemoRun {
  run: Said
  report: RunReport
  repo: string
  state: string
}

/** Called at the top of a test file. What it returns runs the demo in a folder of that name, with more arguments. */
export function demoRuns(): (name: string, ...args: readonly string[]) => Promise<DemoRun> {
  let folder: string
  let remove: () => Promise<void>
  let unreachable: string | undefined

  beforeAll(async () => {
    ;({ folder, remove } = await scratchFolder())
    // The package's own development dependencies are fetched.
    const args = ['view', 'minimist@1.2.5', 'version', '--fetch-retries=0', '--fetch-timeout=20000']
    const asked = await execa('npm', args, { preferLocal: true, cwd: ROOT, reject: false, timeout: 40_000 })
    unreachable =
      asked.stdout.trim() === '1.2.5' ? undefined : `the npm registry cannot be reached: ${asked.stderr}`
  })
  beforeEach((context) => {
    needsTool(context, 'bwrap')
    needs(context, unreachable)
  })
  afterAll(() => remove())

  return async (name, ...args) => {
    const into = join(folder, name)
    const json = join(folder, `${name}.json`)
    const run = await runNode([
      join(ROOT, 'test/demo/demo.ts'),
      '--laptop',
      '--into',
      into,
      '--json',
      json,
      ...args,
    ])
    const report = RunReport.parse(JSON.parse(await readFile(json, 'utf8').catch(() => `"${run.err}"`)))
    return { run, report, repo: join(into, '1/minimist'), state: join(into, '1/state') }
  }
}
