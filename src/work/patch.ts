// Owns reading a patch that came with an issue: which paths it touches, and everything that must not be applied.
import { parsePatch } from 'diff'
import type { StructuredPatch } from 'diff'
import { pathProblem } from '../contracts/base.ts'
import { digestOf } from '../contracts/canonical.ts'
import { stripLevel } from '../contracts/patch.ts'
import type { AttachedPatch, PatchedFile, PatchProblem } from '../contracts/patch.ts'
import { isDependencyFile, matchScope } from '../contracts/scope.ts'

export type ReadPatch =
  | { ok: true; files: readonly PatchedFile[] }
  | { ok: false; files: readonly PatchedFile[]; problems: readonly PatchProblem[] }

/** A patch in an issue never brings these into scope: they decide what runs, here or in CI. */
const WORKFLOW_PATHS = [
  '.github/workflows/',
  '.github/actions/',
  '.github/autopilot/',
  '.github/autopilot.yml',
  '.gitlab-ci.yml',
  '.circleci/',
  '.travis.yml',
  '.buildkite/',
  '.drone.yml',
  'appveyor.yml',
  '.appveyor.yml',
  'azure-pipelines.yml',
  'bitbucket-pipelines.yml',
  'jenkinsfile',
] as const

const CONFIGURATION_PATHS = [
  '**/.npmrc',
  '**/.yarnrc',
  '**/.yarnrc.yml',
  '**/.pnpmfile.cjs',
  '**/pnpm-workspace.yaml',
  '**/bunfig.toml',
  '**/.gitattributes',
  '**/.gitmodules',
  '**/.gitignore',
  '**/.env',
  '**/.env.*',
  '**/.nvmrc',
  '**/.node-version',
  '**/.tool-versions',
  '**/.eslintrc*',
  '**/.prettierrc*',
  '**/.babelrc*',
  '**/.mocharc*',
  '**/.nycrc*',
  '**/.taprc',
  '**/.c8rc*',
  '**/.swcrc',
  '**/*.config.*',
  '**/tsconfig*.json',
  '**/jsconfig.json',
  '**/makefile',
  '**/dockerfile*',
  '**/docker-compose*',
  '**/codeowners',
  '.husky/**',
  '.vscode/**',
  '.idea/**',
  '.devcontainer/**',
  '.cargo/**',
  'setup.cfg',
  'tox.ini',
  'pytest.ini',
] as const

/** Untrusted text → the files it touches, sorted, and all problems at once. Nothing of it is applied here. */
export function readPatch(raw: string): ReadPatch {
  // Line ends do not matter for which files are named; whether they fit the files, git says when it applies.
  const text = raw.replaceAll('\r\n', '\n')
  const shape = shapeProblem(text)
  if (shape !== undefined) return { ok: false, files: [], problems: [shape] }
  const whole = parse(text)
  if (!whole.ok) return { ok: false, files: [], problems: [malformed(whole.reason)] }
  const strip = stripLevel(text)
  const parts = sectionsOf(text).flatMap((section) => partsOf(section, strip))
  const problems = parts.flatMap((part) => part.problems)
  const files = mergeFiles(parts.flatMap((part) => part.files))
  if (files.length === 0 && problems.length === 0) problems.push(malformed('it names no file'))
  problems.push(...files.flatMap((file) => pathProblems(file.path)))
  const sorted = problems.sort((a, b) => order(a.path ?? '', b.path ?? '') || order(a.rule, b.rule))
  return sorted.length === 0 ? { ok: true, files } : { ok: false, files, problems: sorted }
}

export function attachPatch(text: string): AttachedPatch {
  const read = readPatch(text)
  return { text, digest: digestOf(text), files: [...read.files], problems: read.ok ? [] : [...read.problems] }
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

// ---------------------------------------------------------------- shape

/** Lines of a hunk start with ' ', '+', '-' or '\'; so these can only be headers. */
function shapeProblem(text: string): PatchProblem | undefined {
  if (/^diff --(cc|combined) /m.test(text) || /^@@@ /m.test(text)) {
    return malformed('it is a combined diff of a merge')
  }
  if (text.includes('\0')) return malformed('it contains a NUL byte')
  return undefined
}

function malformed(why: string): PatchProblem {
  return {
    rule: 'patch-malformed',
    message: `The patch cannot be read: ${why}.`,
    fix: 'Attach the output of git diff, whole and unchanged, in a fenced block.',
  }
}

function parse(text: string): { ok: true; value: StructuredPatch[] } | { ok: false; reason: string } {
  try {
    return { ok: true, value: parsePatch(text) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    // The library quotes the line it did not expect, which is empty where a hunk was cut off.
    const said = message.replace(
      /^Hunk (at line \d+) contained invalid line\s*$/,
      'the hunk $1 ends too early',
    )
    return { ok: false, reason: said.replace(/\.$/, '').slice(0, 200) }
  }
}

// ---------------------------------------------------------------- files

interface Section {
  /** Lines from `diff --git` to the first hunk; '' in a plain diff. */
  header: string
  patches: readonly StructuredPatch[]
}

interface Part {
  files: readonly PatchedFile[]
  problems: readonly PatchProblem[]
}

/** One section a `diff --git` line, because modes and binary data stand only in its header. */
function sectionsOf(text: string): Section[] {
  return text.split(/^(?=diff --git )/m).map((section) => {
    const parsed = parse(section)
    const isGit = section.startsWith('diff --git ')
    const header = isGit ? (section.split(/^@@ /m, 1)[0] ?? '') : ''
    return { header, patches: parsed.ok ? parsed.value : [] }
  })
}

function partsOf(section: Section, strip: 0 | 1): Part[] {
  return section.patches.flatMap((patch, at) => {
    const header = at === 0 ? section.header : ''
    const names = namesOf(patch, header, strip)
    if (names === undefined) {
      const orphan = patch.hunks.length > 0 || header !== ''
      return orphan ? [{ files: [], problems: [malformed('a part of it names no file')] }] : []
    }
    return [{ files: filesOf(patch, names), problems: headerProblems(header, names) }]
  })
}

interface Names {
  /** undefined: /dev/null. */
  before: string | undefined
  after: string | undefined
  copy: boolean
}

function namesOf(patch: StructuredPatch, header: string, strip: 0 | 1): Names | undefined {
  const stripped = (name: string) => (strip === 1 ? name.replace(/^[^/]*\//, '') : name)
  const copy = patch.isCopy === true
  const { oldFileName, newFileName } = patch
  if (oldFileName === undefined || newFileName === undefined) {
    // An empty or re-moded file has its name in the first line only, twice, and the parser knows a/ and b/ alone.
    const line = strip === 1 ? /^diff --git [a-z]\/(.+) [a-z]\/\1$/m : /^diff --git (.+) \1$/m
    const twice = line.exec(header)?.[1]
    return twice === undefined ? undefined : namesFor(patch, twice, twice, copy)
  }
  // For `rename from` and `copy from` the parser adds a/ and b/ that are not in the text.
  const added = (patch.isRename === true || copy) && patch.oldHeader === undefined
  const name = (raw: string) => (added ? raw.slice(2) : stripped(raw))
  return namesFor(
    patch,
    oldFileName === '/dev/null' ? undefined : name(oldFileName),
    newFileName === '/dev/null' ? undefined : name(newFileName),
    copy,
  )
}

function namesFor(
  patch: StructuredPatch,
  before: string | undefined,
  after: string | undefined,
  copy: boolean,
): Names {
  // An empty file that is created or deleted has no `---` line that would say /dev/null.
  return {
    before: patch.isCreate === true ? undefined : before,
    after: patch.isDelete === true ? undefined : after,
    copy,
  }
}

function filesOf(patch: StructuredPatch, names: Names): PatchedFile[] {
  const lines = patch.hunks.flatMap((hunk) => hunk.lines)
  const added = lines.filter((line) => line.startsWith('+')).length
  const removed = lines.filter((line) => line.startsWith('-')).length
  const binary = patch.isBinary === true
  const { before, after, copy } = names
  const touched = (path: string, action: PatchedFile['action']): PatchedFile => ({
    path,
    action,
    added,
    removed,
    binary,
  })
  if (before === undefined && after === undefined) return []
  if (before === undefined) return [touched(after ?? '', 'create')]
  if (after === undefined) return [touched(before, 'delete')]
  if (before === after) return [touched(after, 'modify')]
  if (copy) return [touched(after, 'create')]
  // `--- foo.js.orig`, `+++ foo.js`: two names for one file, unless git says that it is a rename.
  if (patch.isRename !== true) return [touched(after, 'modify')]
  return [
    { ...touched(before, 'delete'), added: 0 },
    { ...touched(after, 'create'), removed: 0 },
  ]
}

/** A path that several parts touch is one entry. */
function mergeFiles(files: readonly PatchedFile[]): PatchedFile[] {
  const byPath = new Map<string, PatchedFile>()
  for (const file of files) {
    const other = byPath.get(file.path)
    byPath.set(file.path, other === undefined ? file : merged(other, file))
  }
  return [...byPath.values()].sort((a, b) => order(a.path, b.path))
}

function merged(first: PatchedFile, second: PatchedFile): PatchedFile {
  return {
    path: first.path,
    action: first.action === second.action ? first.action : 'modify',
    added: first.added + second.added,
    removed: first.removed + second.removed,
    binary: first.binary || second.binary,
  }
}

// ---------------------------------------------------------------- problems

function headerProblems(header: string, names: Names): PatchProblem[] {
  const path = names.after ?? names.before ?? ''
  const problem = (rule: string, what: string, fix: string): PatchProblem => ({
    rule,
    message: `The patch ${what}: ${shown(path)}.`,
    fix,
    path,
  })
  const found: PatchProblem[] = []
  if (/^((new file|deleted file|new|old) mode 120000|index [0-9a-f]+\.\.[0-9a-f]+ 120000)$/m.test(header)) {
    found.push(
      problem('patch-symlink', 'makes or changes a symlink', 'Attach a patch of regular files only.'),
    )
  }
  if (/^((new file|deleted file|new|old) mode 160000|index [0-9a-f]+\.\.[0-9a-f]+ 160000)$/m.test(header)) {
    found.push(problem('patch-submodule', 'makes or changes a submodule', 'Attach a patch of files only.'))
  }
  if (/^(GIT binary patch|Binary files .* differ)$/m.test(header)) {
    found.push(problem('patch-binary', 'changes a binary file', 'Attach a patch of text files only.'))
  }
  return found
}

/** Threat: file systems that fold case, so the rules fold it too. */
function pathProblems(path: string): PatchProblem[] {
  const wrong = pathProblem(path)
  if (wrong !== undefined) {
    return [named('patch-path', path, `names a path that ${wrong}`, 'Use paths inside the repository.')]
  }
  const folded = path.toLowerCase()
  const matches = (patterns: readonly string[]) => patterns.some((pattern) => matchScope(pattern, folded))
  if (matches(WORKFLOW_PATHS)) {
    const fix = 'Take it out of the patch; what CI runs is changed by a maintainer.'
    return [named('patch-workflow', path, 'touches CI configuration', fix)]
  }
  if (isDependencyFile(path) || matches(CONFIGURATION_PATHS)) {
    const fix = 'Take it out of the patch, and ask for that change in words.'
    return [named('patch-manifest', path, 'touches a manifest, lockfile or configuration', fix)]
  }
  return []
}

function named(rule: string, path: string, what: string, fix: string): PatchProblem {
  return { rule, message: `The patch ${what}: ${shown(path)}.`, fix, path }
}

/** Threat: control characters and endless names in a message. */
function shown(path: string): string {
  const text = JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path)
  return /^"[\w./@ +-]*"$/.test(text) ? text.slice(1, -1) : text
}
