// Owns what the demo runs on: minimist 1.2.5 as a git repository, and an issue with a proposed patch.
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

export const BREAKS = ['tests', 'scope', 'coverage', 'secret'] as const
export type Break = (typeof BREAKS)[number]

export interface Demo {
  /** Absolute path of the repository, clean and on branch `main`. */
  repo: string
  /** Absolute path of the issue, outside of the repository. */
  issue: string
  /** Absolute path for Autopilot's state, so that a demo leaves the person's own alone. */
  state: string
}

const PACKAGE = fileURLToPath(new URL('../../node_modules/demo-minimist', import.meta.url))
const DATA = fileURLToPath(new URL('data', import.meta.url))

// In parts, so that no scanner takes this file for a leak. It has the shape of a token and opens nothing.
const FAKE_KEY = ['gh', 'p_', 'x7Kq2mVb9TzR4wLc8NpJ', '1sHd6FgY3aEu5oQi'].join('')

/**
 * Builds the demo in `folder`, which must be empty or absent. The same input gives the same commit id. `broken`
 * chooses a patch that must not be accepted.
 */
export async function prepareDemo(x: { folder: string; broken?: Break }): Promise<Demo> {
  const repo = join(x.folder, 'minimist')
  const issue = join(x.folder, 'issue.md')
  await mkdir(repo, { recursive: true })
  if ((await readdir(repo)).length > 0) throw new Error(`prepareDemo: ${repo} is not empty`)
  await cp(PACKAGE, repo, {
    recursive: true,
    filter: (from) => !from.slice(PACKAGE.length).includes('node_modules'),
  })
  await cp(join(DATA, 'package-lock.json'), join(repo, 'package-lock.json'))
  await commitAll(repo)
  const name = x.broken === undefined ? 'issue.md' : `break-${x.broken}.md`
  const text = await readFile(join(DATA, name), 'utf8')
  await writeFile(issue, text.replaceAll('@@FAKE_KEY@@', FAKE_KEY))
  return { repo, issue, state: join(x.folder, 'state') }
}

/** Where the next demo goes: `root/1`, emptied first; with `keep` the next free number. */
export async function demoFolder(root: string, keep: boolean): Promise<string> {
  if (!keep) await rm(root, { recursive: true, force: true })
  await mkdir(root, { recursive: true })
  const taken = (await readdir(root)).map(Number).filter(Number.isInteger)
  return join(root, String(Math.max(0, ...taken) + 1))
}

async function commitAll(repo: string): Promise<void> {
  const date = '2020-03-12T00:00:00Z'
  const git = execa({
    cwd: repo,
    extendEnv: false,
    // nothing of the person's own configuration: no hooks, signing, templates or line endings
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Demo',
      GIT_AUTHOR_EMAIL: 'demo@localhost',
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: 'Demo',
      GIT_COMMITTER_EMAIL: 'demo@localhost',
      GIT_COMMITTER_DATE: date,
    },
  })
  await git('git', ['init', '--quiet', '--initial-branch=main', '--template='])
  await git('git', ['add', '--all'])
  await git('git', ['commit', '--quiet', '--message=minimist 1.2.5 with a lockfile'])
}
