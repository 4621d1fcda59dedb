// Owns what a path's name says about a file: its category, and whether it is a test, a manifest, a lockfile, configuration.
import type { Category } from './plan.ts'

const MANIFESTS = new Set([
  'package.json',
  'pnpm-workspace.yaml',
  'pyproject.toml',
  'requirements.txt',
  'setup.py',
  'setup.cfg',
  'pipfile',
  'go.mod',
  'cargo.toml',
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
  'settings.gradle',
  'gemfile',
  'composer.json',
])
const LOCKFILES = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'bun.lockb',
  'poetry.lock',
  'uv.lock',
  'pipfile.lock',
  'go.sum',
  'cargo.lock',
  'gemfile.lock',
  'composer.lock',
])
const CI =
  /^(\.github\/(workflows|actions)\/|\.gitlab-ci\.yml$|\.circleci\/|\.travis\.yml$|azure-pipelines\.yml$|jenkinsfile$|\.buildkite\/|\.ci\/)/
/** Of a file's name, in lower case. */
const CONFIGURATION =
  /^(\.[^/]+rc(\.[a-z]+)?|\.npmrc|\.nvmrc|\.node-version|\.env(\.[^/]+)?|\.editorconfig|\.gitattributes|\.gitmodules|\.gitignore|\.npmignore|\.dockerignore|\.eslint[^/]*|\.prettier[^/]*|\.babel[^/]*|\.mocharc[^/]*|[^/]+\.config\.[cm]?[jt]sx?|[^/]+\.config\.json|tsconfig[^/]*\.json|jsconfig[^/]*\.json|biome\.jsonc?|dockerfile[^/]*|docker-compose[^/]*|makefile|cmakelists\.txt|codeowners|tox\.ini|pytest\.ini|turbo\.json|nx\.json|lerna\.json)$/
const TESTS =
  /(^|\/)(tests?|__tests__|specs?|e2e)\/|(^|\/)(test_[^/]+\.py|[^/]+_test\.(go|py)|tests?\.[cm]?[jt]sx?)$|[._-](test|tests|spec)\.[^/.]+$|\/[^/]+(Test|Tests|IT)\.(java|kt|cs)$/
const DOCS =
  /(^|\/)docs?\/|\.(md|markdown|mdx|rst|adoc|txt)$|(^|\/)(readme|changelog|contributing|license|licence|notice|authors|code_of_conduct|security)(\.[a-z]+)?$/
const DATABASE = /(^|\/)(migrations?|schema|db)\/|\.(sql|prisma)$/
const FRONTEND =
  /\.(tsx|jsx|vue|svelte|astro|css|scss|sass|less|html)$|(^|\/)(components|pages|public|frontend|client)\//
const BACKEND = /(^|\/)(server|api|backend|services|controllers|routes)\//
const SOURCE =
  /\.([cm]?[jt]s|tsx|jsx|py|go|rs|java|kt|kts|rb|php|c|h|cc|cpp|hpp|cs|swift|scala|sh|ex|exs|clj|lua|dart|vue|svelte)$/

export function isManifest(path: string): boolean {
  return MANIFESTS.has(baseName(path).toLowerCase())
}

export function isLockfile(path: string): boolean {
  return LOCKFILES.has(baseName(path).toLowerCase())
}

export function isTestPath(path: string): boolean {
  return TESTS.test(path) && categoryOf(path) === 'tests'
}

export function isSourcePath(path: string): boolean {
  return (
    SOURCE.test(path.toLowerCase()) &&
    !['tests', 'configuration', 'ci', 'dependencies'].includes(categoryOf(path))
  )
}

/** True for what decides how a repository is built, tested or run: nothing of it may come in by a patch alone. */
export function isConfiguration(path: string): boolean {
  const lower = path.toLowerCase()
  const name = baseName(lower)
  return MANIFESTS.has(name) || LOCKFILES.has(name) || isSetup(lower, name)
}

function isSetup(lower: string, name: string): boolean {
  return lower.startsWith('.github/') || CI.test(lower) || CONFIGURATION.test(name)
}

/** The most consequential reading wins: a workflow below `test/` is still a workflow only where GitHub reads it. */
export function categoryOf(path: string): Category {
  const lower = path.toLowerCase()
  if (isManifest(path) || isLockfile(path)) return 'dependencies'
  if (CI.test(lower)) return 'ci'
  if (isSetup(lower, baseName(lower))) return 'configuration'
  if (TESTS.test(path)) return 'tests'
  if (DATABASE.test(lower)) return 'database'
  if (DOCS.test(lower)) return 'docs'
  if (FRONTEND.test(lower)) return 'frontend'
  if (BACKEND.test(lower)) return 'backend'
  return 'source'
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** '' for a file at the root; else the folder with its final slash. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}
