// Owns real repositories for tests: made in a temporary folder, opened through the adapter, removed afterwards.
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { onTestFinished } from 'vitest'
import { openGit } from '../../../src/adapters/git/open.ts'
import type { OpenGit, Opened, RepositoryFacts } from '../../../src/adapters/git/open.ts'
import type { Problem } from '../../../src/ports.ts'

/** Content of a file; `link:` a symlink, `exec:` an executable. */
export type Files = Readonly<Record<string, string | Uint8Array>>

export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'autopilot-git-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
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
  const folder = join(await temporaryFolder(), 'repo')
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

export async function opened(repo: string): Promise<{ git: OpenGit; facts: RepositoryFacts; base: string }> {
  const answer = await open(repo)
  if (!answer.ok) throw new Error(answer.problems.map((problem) => problem.message).join('\n'))
  return { ...answer, base: answer.facts.head.sha }
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
