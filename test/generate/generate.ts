// Owns the generated files: JSON Schemas, the settings reference, .env.example and frozen samples. `--check` exits 1 on drift.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { CONTRACTS } from '../../src/contracts/registry.ts'
import { arbitraryOf } from '../contracts/arbitrary.ts'
import { envExample } from './env-example.ts'
import { contractSchema } from './schemas.ts'
import { settingsPage } from './settings-page.ts'

const SCHEMAS = 'docs/schemas'
const FROZEN = 'test/contracts/frozen'

/** Path below the repository → the text that belongs there. */
function generated(): Map<string, string> {
  const files = new Map<string, string>()
  for (const contract of CONTRACTS) {
    files.set(
      `${SCHEMAS}/${contract.name}.schema.json`,
      `${JSON.stringify(contractSchema(contract), null, 2)}\n`,
    )
  }
  files.set('docs/settings.md', settingsPage())
  files.set('.env.example', envExample())
  return files
}

/** Samples that do not exist yet. One that exists is never written again: that is its point. */
function missingSamples(root: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const contract of CONTRACTS) {
    const path = `${FROZEN}/${contract.name}.v${contract.version}.json`
    if (existsSync(join(root, path))) continue
    const samples = fc.sample(arbitraryOf(contract), { numRuns: 20, seed: 8785 })
    const sample = samples.toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[10]
    files.set(path, `${JSON.stringify(sample, null, 2)}\n`)
  }
  return files
}

function leftovers(root: string, files: ReadonlyMap<string, string>): string[] {
  const folder = join(root, SCHEMAS)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .map((name) => `${SCHEMAS}/${name}`)
    .filter((path) => !files.has(path))
}

/** What `root` holds that differs from what would be generated, one sentence each. */
export function drift(root: string): string[] {
  const files = generated()
  const differing = [...files].flatMap(([path, text]) => {
    const target = join(root, path)
    if (!existsSync(target)) return [`${path} is missing`]
    return readFileSync(target, 'utf8') === text ? [] : [`${path} differs from its source`]
  })
  return [
    ...differing,
    ...leftovers(root, files).map((path) => `${path} belongs to no contract`),
    ...[...missingSamples(root).keys()].map((path) => `${path} is missing`),
  ].sort()
}

export function write(root: string): void {
  const files = generated()
  for (const path of leftovers(root, files)) rmSync(join(root, path))
  for (const [path, text] of [...files, ...missingSamples(root)]) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  if (process.argv.includes('--check')) {
    const problems = drift(root)
    for (const problem of problems) console.error(problem)
    if (problems.length > 0) console.error('Generated files are stale. Type: npm run generate')
    process.exitCode = problems.length > 0 ? 1 : 0
  } else {
    write(root)
    console.log('Generated files are written: docs/schemas, docs/settings.md, .env.example.')
  }
}
