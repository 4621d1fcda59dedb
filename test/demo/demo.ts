// Owns `npm run demo`: builds the repository and its issue, and runs Autopilot on them as a person would.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { DemoOptions } from './options.ts'
import { USAGE, parseDemoOptions } from './options.ts'
import type { Demo } from './prepare.ts'
import { demoFolder, prepareDemo } from './prepare.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BAD_INPUT = 4

/** The same command that a person types; its exit code is the demo's. */
async function runLocal(demo: Demo, options: DemoOptions): Promise<number> {
  const args = ['run', '--repo', demo.repo, '--issue', demo.issue, '--state', demo.state]
  if (options.json !== undefined) args.push('--json', resolve(options.json))
  if (options.sandbox !== undefined) args.push('--sandbox', options.sandbox)
  const run = await execa(process.execPath, [`${ROOT}src/cli/main.mjs`, ...args], {
    stdio: 'inherit',
    reject: false,
  })
  return run.exitCode ?? 1
}

if (import.meta.main) {
  const parsed = parseDemoOptions(process.argv.slice(2))
  if (parsed.ok) {
    const { options } = parsed
    const folder = await demoFolder(resolve(options.into ?? `${ROOT}demo-output`), options.keep)
    const demo = await prepareDemo({ folder, ...(options.broken && { broken: options.broken }) })
    process.exitCode = await runLocal(demo, options)
  } else {
    for (const problem of parsed.problems) console.error(problem)
    console.error(`Type: ${USAGE}`)
    process.exitCode = BAD_INPUT
  }
}
