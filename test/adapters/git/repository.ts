// Owns real repositories for tests: made in a temporary folder, opened through the adapter, removed afterwards.
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, onTestFinished } from 'vitest'
import { openGit } from '../../../src/adapters/git/open.ts'
import type { OpenGit, Opened, RepositoryFacts } from '../../../src/adapters/git/open.ts'
import type { Problem } from '../../../src/ports.ts'

/** Content of a file; `link:` a symlink, `exec:` an executable. */
export type Files = Readonly<Record<string, string | Uint8Array>>

type Ends = (end: () => Promise<void> | void) => void

export async function temporaryFolder(ends: Ends = onTestFinished): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'autopilot-git-')))
  ends(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** git as a person runs it, apart from a person's own configuration. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const person = ['-c', 'user.name=Ana', '-c', 'user.email=ana@localhost', '-c', 'init.defaultBranch=main']
  const result = await execa('git', [...person, '-c', 'protocol.file.allow=always', ...args], {
    cwd,
    env: { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  })
  return result.stdout
}

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const full = join(folder, path)
    await mkdir(dirname(full), { recursive: true })
    if (typeof content === 'string' && content.startsWith('link:')) {
      await rm(full, { force: true })
      await symlink(content.slice('link:'.length), full)
    } else if (typeof content === 'string' && content.startsWith('exec:')) {
      await writeFile(full, content.slice('exec:'.length))
      await chmod(full, 0o755)
    } else {
      await writeFile(full, content)
    }
  }
}

/** A repository with one commit on `main`. */
export async function repository(files: Files, ...initFlags: string[]): Promise<string> {
  return repositoryIn(await temporaryFolder(), files, initFlags)
}

async function repositoryIn(
  parent: string,
  files: Files,
  initFlags: readonly string[] = [],
): Promise<string> {
  const folder = join(parent, 'repo')
  await mkdir(folder)
  await git(folder, 'init', '-q', ...initFlags)
  await writeFiles(folder, files)
  await commitAll(folder, 'first commit')
  return folder
}

export async function commitAll(folder: string, message: string): Promise<string> {
  await git(folder, 'add', '-A', '-f')
  await git(folder, 'commit', '-q', '--allow-empty', '-m', message)
  return git(folder, 'rev-parse', 'HEAD')
}

export async function open(repo: string, gitDir?: string): Promise<Opened> {
  const opened = await openGit({ repo, gitDir: gitDir ?? join(await temporaryFolder(), 'own.git') })
  if (opened.ok) onTestFinished(() => opened.git.close())
  return opened
}

export interface Ready {
  git: OpenGit
  facts: RepositoryFacts
  base: string
}

export async function opened(repo: string): Promise<Ready> {
  return readyOf(await open(repo))
}

function readyOf(answer: Opened): Ready {
  if (!answer.ok) throw new Error(answer.problems.map((problem) => problem.message).join('\n'))
  return { ...answer, base: answer.facts.head.sha }
}

/** One repository, made when first asked for, for those tests of a file that leave it as it is. */
export function sharedRepository(files: Files): () => Promise<Ready & { repo: string }> {
  const ends: (() => Promise<void> | void)[] = []
  afterAll(async () => {
    for (const end of ends.toReversed()) await end()
  })
  async function make(): Promise<Ready & { repo: string }> {
    const folder = await temporaryFolder((end) => ends.push(end))
    const repo = await repositoryIn(folder, files)
    const ready = readyOf(await openGit({ repo, gitDir: join(folder, 'own.git') }))
    ends.push(() => ready.git.close())
    return { ...ready, repo }
  }
  let made: ReturnType<typeof make> | undefined
  return () => (made ??= make())
}

export async function problems(repo: string): Promise<readonly Problem[]> {
  const answer = await open(repo)
  return answer.ok ? [] : answer.problems
}

/** Every file below a git directory with its bytes: to see that nothing was written. */
export async function snapshot(folder: string, ...names: string[]): Promise<Record<string, string>> {
  const entries = names.map(async (name): Promise<[string, string]> => {
    const text = await readFile(join(folder, name), 'base64').catch(() => 'missing')
    return [name, text]
  })
  return Object.fromEntries(await Promise.all(entries))
}
