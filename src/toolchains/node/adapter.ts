// Owns the Node toolchain on the ToolchainAdapter port: what is found in one tree, as plain commands.
import { pathProblem } from '../../contracts/base.ts'
import { matchScope } from '../../contracts/scope.ts'
import type { Problem, Toolchain, ToolchainAdapter, ToolchainOptions, TreeFile } from '../../ports.ts'
import { stepsOf } from './commands.ts'
import { bumpCommand, installPlanOf } from './install.ts'
import { type Manifest, parsePackageJson } from './package-json.ts'
import { parseTests } from './parse-tests.ts'
import { testCommandOf } from './test-command.ts'
import { readCoverage } from './v8-coverage.ts'

type ReadFile = (path: string) => Promise<Uint8Array | undefined>

const LOCKFILES = ['npm-shrinkwrap.json', 'package-lock.json'] as const
const OTHER_MANAGERS: Readonly<Record<string, string>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
}

export const nodeToolchain: ToolchainAdapter = { id: 'node', detect, parseTests, readCoverage }

async function detect(
  files: readonly TreeFile[],
  readFile: ReadFile,
  options: ToolchainOptions,
): Promise<Toolchain | { problem: Problem } | null> {
  const paths = new Set(files.filter((file) => file.mode !== '120000').map((file) => file.path))
  const bytes = paths.has('package.json') ? await readFile('package.json') : undefined
  if (bytes === undefined) return null
  const manifest = parsePackageJson(bytes, 'package.json')
  if ('problem' in manifest) return manifest
  const lockfile = LOCKFILES.find((name) => paths.has(name)) ?? null
  const other = lockfile === null ? otherManager(paths, manifest) : undefined
  if (other !== undefined) return { problem: other }

  const workspaces = workspaceFolders(manifest.workspaces, paths)
  const deciding = new Map<string, Uint8Array>([['package.json', bytes]])
  const more = [
    '.npmrc',
    ...(lockfile === null ? [] : [lockfile]),
    ...workspaces.map((at) => `${at}/package.json`),
  ]
  for (const path of more) {
    const content = paths.has(path) ? await readFile(path) : undefined
    if (content !== undefined) deciding.set(path, content)
  }
  const install = installPlanOf({ manifest, files: deciding, lockfile, workspaces }, options)
  const test = testCommandOf(manifest.scripts, manifest.dependencies, options.commands.test)
  const rootFiles = new Set([...paths].filter((path) => !path.includes('/')))
  return {
    id: 'node',
    adapter: nodeToolchain,
    confidence: lockfile === null ? 0.8 : 1,
    evidence: evidenceOf(manifest, lockfile, workspaces, test?.how),
    install,
    ...stepsOf(manifest, rootFiles, options),
    test,
    bump: bumpCommand(manifest, lockfile, options.registry),
  }
}

/** Another manager's lockfile pins versions that npm would ignore: installing anyway would test another program. */
function otherManager(paths: ReadonlySet<string>, manifest: Manifest): Problem | undefined {
  const file = Object.keys(OTHER_MANAGERS).find((name) => paths.has(name))
  const named = /^(pnpm|yarn|bun)@/.exec(manifest.json.packageManager ?? '')?.[1]
  const manager = file === undefined ? named : OTHER_MANAGERS[file]
  if (manager === undefined) return undefined
  return {
    rule: 'package-manager-unsupported',
    message: `${file ?? 'package.json'} pins dependencies with ${manager}, and only npm is supported`,
    fix: 'add a package-lock.json beside it (`npm install --package-lock-only`), or run this task by hand',
    path: file ?? 'package.json',
  }
}

function workspaceFolders(patterns: readonly string[], paths: ReadonlySet<string>): readonly string[] {
  const wanted = patterns
    .map((pattern) => pattern.replace(/^\.\//, '').replace(/\/+$/, ''))
    .filter((pattern) => pathProblem(pattern.replace(/^!/, '')) === undefined)
  const takes = (folder: string, sign: boolean): boolean =>
    wanted.some(
      (pattern) => pattern.startsWith('!') !== sign && matchScope(pattern.replace(/^!/, ''), folder),
    )
  return [...paths]
    .filter((path) => path.endsWith('/package.json') && !path.includes('node_modules/'))
    .map((path) => path.slice(0, -'/package.json'.length))
    .filter((folder) => takes(folder, true) && !takes(folder, false))
    .sort()
}

function evidenceOf(
  manifest: Manifest,
  lockfile: string | null,
  workspaces: readonly string[],
  how: string | undefined,
): readonly string[] {
  const engine =
    typeof manifest.json.engines === 'object' && !Array.isArray(manifest.json.engines)
      ? manifest.json.engines['node']
      : undefined
  return [
    'package.json',
    lockfile ?? 'no lockfile: versions are chosen at install time and can differ from day to day',
    ...(engine === undefined ? [] : [`engines.node ${engine}`]),
    ...(workspaces.length === 0 ? [] : [`${workspaces.length} workspaces`]),
    ...(how === undefined ? ['no test script'] : [`tests: ${how}`]),
  ]
}
