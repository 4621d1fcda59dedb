// Owns `npm run demo`: builds the repository and its issue, and runs Autopilot on them as a person would.
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { endInOrder } from '../temporary-folder.ts'
import type { GithubDemo } from './github.ts'
import type { DemoOptions } from './options.ts'
import { USAGE, parseDemoOptions } from './options.ts'
import { problemsOfPlaces } from './places.ts'
import type { Demo } from './prepare.ts'
import { demoFolder, prepareDemo } from './prepare.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BAD_INPUT = 4
const NOT_MERGED = 2

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

/** The whole story on a GitHub of its own. 0: merged; 2: ended otherwise, as with --break. */
async function runOnGithub(options: DemoOptions): Promise<number> {
  endInOrder()
  const { playOnGithub, writeGithubReport } = await import('./github.ts')
  const folder = await demoFolder(resolve(options.into ?? `${ROOT}demo-output`), false)
  const { repo, issue, broken } = options
  const own = repo === undefined || issue === undefined
  const demo = own
    ? await prepareDemo({ folder, ...(broken && { broken }) })
    : { repo: resolve(repo), issue: resolve(issue) }
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
  const name = own ? 'minimist' : basename(demo.repo).replaceAll(/[^\w.-]/g, '-')
  console.log(`autopilot  ana/${name}#1  on a GitHub of its own, on this machine`)
  const told: GithubDemo = {
    repo: demo.repo,
    issue: demo.issue,
    owner: 'ana',
    name,
    ci: own ? 'ci.yml' : 'ci-own.yml',
    stay: options.keep,
  }
  const report = await playOnGithub(told, (line) => console.log(line), colour)
  if (options.json !== undefined) await writeGithubReport(resolve(options.json), report)
  return report.merged ? 0 : NOT_MERGED
}

if (import.meta.main) {
  const parsed = parseDemoOptions(process.argv.slice(2))
  if (parsed.ok) {
    process.exitCode = await begin(parsed.options)
  } else {
    for (const problem of parsed.problems) console.error(problem)
    console.error(`Type: ${USAGE}`)
    process.exitCode = BAD_INPUT
  }
}

async function begin(options: DemoOptions): Promise<number> {
  const problems = await problemsOfPlaces(options)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) return BAD_INPUT
  return options.laptop ? onLaptop(options) : runOnGithub(options)
}

async function onLaptop(options: DemoOptions): Promise<number> {
  const folder = await demoFolder(resolve(options.into ?? `${ROOT}demo-output`), options.keep)
  const demo = await prepareDemo({ folder, ...(options.broken && { broken: options.broken }) })
  return runLocal(demo, options)
}
