// Owns what a repository's tree shows before anything is planned: packages, languages, tests, owners, CI, docs.
import { baseName, categoryOf, folderOf, isLockfile, isManifest, isSourcePath } from '../contracts/paths.ts'
import type { Problem, TreeFile } from '../ports.ts'

export interface ScannedPackage {
  /** Folder with its final slash; '' is the root. */
  folder: string
  manifest: string
  name: string | null
  version: string | null
  /** Name → range, from all kinds of dependencies. */
  dependencies: Readonly<Record<string, string>>
  scripts: readonly string[]
}

/** Plain data; every list is sorted. */
export interface RepositoryScan {
  paths: readonly string[]
  packages: readonly ScannedPackage[]
  manifests: readonly string[]
  lockfiles: readonly string[]
  /** Most files first. */
  languages: readonly { language: string; files: number }[]
  sourceFolders: readonly string[]
  testFolders: readonly string[]
  sourceFiles: readonly string[]
  testFiles: readonly string[]
  docs: readonly string[]
  ci: readonly string[]
  configuration: readonly string[]
  codeowners: string | null
  contributing: string | null
  readme: string | null
  /** Manifests that cannot be read. */
  problems: readonly Problem[]
}

export type ReadFile = (path: string) => Promise<Uint8Array | undefined>

/** Manifests of one repository that are read; a monorepo has more, and nothing here needs them all. */
const MOST_PACKAGES = 50
const LARGEST_MANIFEST = 1_000_000
/** Brought along, not written here. */
const VENDORED = /(^|\/)(node_modules|vendor|third_party|bower_components)\//
const LANGUAGES: Readonly<Record<string, string>> = {
  js: 'JavaScript',
  cjs: 'JavaScript',
  mjs: 'JavaScript',
  jsx: 'JavaScript',
  ts: 'TypeScript',
  cts: 'TypeScript',
  mts: 'TypeScript',
  tsx: 'TypeScript',
  py: 'Python',
  go: 'Go',
  rs: 'Rust',
  java: 'Java',
  kt: 'Kotlin',
  rb: 'Ruby',
  php: 'PHP',
  c: 'C',
  h: 'C',
  cc: 'C++',
  cpp: 'C++',
  cs: 'C#',
  swift: 'Swift',
  sh: 'Shell',
}

export async function scanRepository(
  files: readonly TreeFile[],
  readFile: ReadFile,
): Promise<RepositoryScan> {
  const own = files.filter((file) => !VENDORED.test(file.path) && file.mode !== '160000')
  const paths = own.map((file) => file.path).toSorted()
  const lists = sortOut(paths)
  const sizes = new Map(own.map((file) => [file.path, file.bytes]))
  const npm = lists.manifests
    .filter((path) => baseName(path) === 'package.json')
    .toSorted((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))
    .slice(0, MOST_PACKAGES)
  const packages: ScannedPackage[] = []
  const problems: Problem[] = []
  for (const path of npm) {
    const bytes = (sizes.get(path) ?? 0) > LARGEST_MANIFEST ? undefined : await readFile(path)
    const read = readManifest(path, bytes)
    if ('rule' in read) problems.push(read)
    else packages.push(read)
  }
  return { paths, ...lists, packages, problems }
}

type Lists = Omit<RepositoryScan, 'paths' | 'packages' | 'problems'>

function sortOut(paths: readonly string[]): Lists {
  const counts = new Map<string, number>()
  const testFolders = new Set<string>()
  const sourceFolders = new Set<string>()
  const lists = {
    manifests: [] as string[],
    lockfiles: [] as string[],
    sourceFiles: [] as string[],
    testFiles: [] as string[],
    docs: [] as string[],
    ci: [] as string[],
    configuration: [] as string[],
  }
  for (const path of paths) {
    const language = LANGUAGES[path.slice(path.lastIndexOf('.') + 1)]
    if (language !== undefined) counts.set(language, (counts.get(language) ?? 0) + 1)
    const category = categoryOf(path)
    if (isManifest(path)) lists.manifests.push(path)
    else if (isLockfile(path)) lists.lockfiles.push(path)
    else if (category === 'ci') lists.ci.push(path)
    else if (category === 'configuration') lists.configuration.push(path)
    else if (category === 'docs') lists.docs.push(path)
    else if (category === 'tests') {
      lists.testFiles.push(path)
      testFolders.add(folderOf(path))
    } else if (isSourcePath(path)) {
      lists.sourceFiles.push(path)
      sourceFolders.add(path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : '')
    }
  }
  const languages = [...counts]
    .map(([language, count]) => ({ language, files: count }))
    .toSorted((a, b) => b.files - a.files || (a.language < b.language ? -1 : 1))
  return {
    ...lists,
    languages,
    testFolders: [...testFolders].toSorted(),
    sourceFolders: [...sourceFolders].toSorted(),
    codeowners: first(paths, /^(\.github\/|docs\/)?CODEOWNERS$/),
    contributing: first(paths, /^(\.github\/|docs\/)?CONTRIBUTING(\.[a-z]+)?$/i),
    readme: first(paths, /^readme(\.[a-z]+)?$/i),
  }
}

function readManifest(path: string, bytes: Uint8Array | undefined): ScannedPackage | Problem {
  const data = bytes === undefined ? undefined : parseJson(new TextDecoder().decode(bytes))
  if (!isRecord(data)) {
    return {
      rule: 'manifest-broken',
      message: `${path} is no JSON object.`,
      fix: `Repair ${path}; \`npm pkg get name\` shows where it breaks.`,
      path,
    }
  }
  const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
  const dependencies = Object.fromEntries(
    groups.toReversed().flatMap((group) => Object.entries(texts(data[group]))),
  )
  return {
    folder: folderOf(path),
    manifest: path,
    name: typeof data['name'] === 'string' ? data['name'] : null,
    version: typeof data['version'] === 'string' ? data['version'] : null,
    dependencies,
    scripts: Object.keys(texts(data['scripts'])).toSorted(),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function texts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function first(paths: readonly string[], pattern: RegExp): string | null {
  return paths.find((path) => pattern.test(path)) ?? null
}

function depth(path: string): number {
  return path.split('/').length
}
