// Owns our git directories: bare, without anything of the person's but their objects, which are borrowed read-only.
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sha } from '../../contracts/base.ts'
import type { TreeFile } from '../../ports.ts'
import { makeRunner } from './command.ts'
import type { GitRunner } from './command.ts'
import { listTree, makeObjectReader } from './objects.ts'
import type { ObjectReader } from './objects.ts'

/**
 * Threat: `.gitattributes` of the tree convert bytes (`eol`, `ident`, `working-tree-encoding`) or hide a text from
 * line counts (`-diff`, `binary`). This file outranks them all, so a blob is a blob.
 */
const RAW_ATTRIBUTES =
  '* !text !crlf !eol !ident !filter !working-tree-encoding !diff !merge !whitespace !encoding !delta\n'

/** What the person's repository is made of; absolute paths. */
export interface Located {
  root: string
  /** Of this working tree, and of the repository (they differ in a linked working tree). */
  gitDir: string
  commonDir: string
  objects: string
  index: string
  objectFormat: 'sha1' | 'sha256'
}

export interface CommitTree {
  files: readonly TreeFile[]
  byPath: ReadonlyMap<string, TreeFile>
}

/** Everything the parts of this adapter share. */
export interface OwnDirectory {
  /** Runs in our directory, and writes objects there. */
  runner: GitRunner
  path: string
  objects: ObjectReader
  tree(commit: Sha): Promise<CommitTree>
  /** An empty folder of ours, removed afterwards. */
  scratch<T>(work: (folder: string) => Promise<T>): Promise<T>
}

/** `raw`: attributes of trees mean nothing; else git's built-in conversions hold, as in the person's own folder. */
export async function initDirectory(
  folder: string,
  located: Pick<Located, 'objects' | 'objectFormat'>,
  options: { path: string; raw: boolean },
): Promise<GitRunner> {
  await mkdir(folder, { recursive: true })
  const borrowed = `${quoted(located.objects)}\n`
  // Written last: a folder that has it is whole, and another process may be reading from it right now.
  const alternates = join(folder, 'objects/info/alternates')
  if ((await readFile(alternates, 'utf8').catch(() => undefined)) !== borrowed) {
    const outside = makeRunner({ cwd: folder, path: options.path, env: {} })
    const format = `--object-format=${located.objectFormat}`
    await outside.run(['init', '--quiet', '--bare', '--template=', format, '.'], { env: { GIT_DIR: folder } })
    for (const name of ['info', 'objects/info']) await mkdir(join(folder, name), { recursive: true })
  }
  await replaceFile(join(folder, 'info/attributes'), options.raw ? RAW_ATTRIBUTES : '')
  await replaceFile(alternates, borrowed)
  return makeRunner({ cwd: folder, path: options.path, env: { GIT_DIR: folder } })
}

/** Whole or not at all: a reader in another process never finds it empty. */
async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, text)
  await rename(draft, file)
}

// The file is read line by line, with `#` comments and C-style quotes.
function quoted(path: string): string {
  return `"${path.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
}

export async function openDirectory(folder: string, located: Located, path: string): Promise<OwnDirectory> {
  const runner = await initDirectory(folder, located, { path, raw: true })
  const trees = new Map<Sha, Promise<CommitTree>>()
  const read = async (commit: Sha): Promise<CommitTree> => {
    const files = await listTree(runner, commit)
    return { files, byPath: new Map(files.map((file) => [file.path, file])) }
  }
  const scratches = join(folder, 'scratch')
  return {
    runner,
    path: folder,
    objects: makeObjectReader(runner),
    tree(commit) {
      const known = trees.get(commit) ?? read(commit)
      // A failed read must not answer the next question.
      known.catch(() => trees.delete(commit))
      trees.set(commit, known)
      return known
    },
    async scratch(work) {
      await mkdir(scratches, { recursive: true })
      const made = await mkdtemp(join(scratches, 'x-'))
      try {
        return await work(made)
      } finally {
        await rm(made, { recursive: true, force: true })
      }
    },
  }
}
