// Owns finding the person's repository: a few questions to their git directory, none of which runs anything of theirs.
import { readdir, realpath, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Problem } from '../../ports.ts'
import { makeRunner, reasonOf } from './command.ts'
import type { GitAnswer, GitRunner } from './command.ts'
import type { Located } from './own-directory.ts'

export interface Place extends Located {
  /** Runs with the person's git directory as GIT_DIR. */
  theirs: GitRunner
  shallow: boolean
  /** Some objects were left at the remote (`clone --filter`). */
  partial: boolean
}

type Answer = { ok: true; place: Place } | { ok: false; problems: readonly Problem[] }

/** The first git that reads GIT_CONFIG_GLOBAL, without which the person's own configuration would be read. */
const OLDEST = [2, 32] as const

export async function locate(repo: string, path: string): Promise<Answer> {
  const outside = makeRunner({ cwd: tmpdir(), path, env: {} })
  const refused = (await toolProblem(outside, path)) ?? (await folderProblem(repo))
  if (refused !== undefined) return no(refused)
  const inside = await realpath(repo)
  const ask = (...args: string[]) =>
    outside.ask(['-C', inside, 'rev-parse', '--path-format=absolute', ...args])
  const kind = await ask('--is-bare-repository', '--is-shallow-repository', '--show-object-format')
  if (kind.exitCode !== 0) return no(notARepository(repo, kind))
  const [bare, shallow, objectFormat] = kind.stdout.toString('utf8').split('\n')
  if (bare === 'true') return no(bareProblem(repo))
  if (objectFormat !== 'sha1' && objectFormat !== 'sha256') return no(formatProblem(repo, objectFormat))

  const top = await ask('--show-toplevel')
  const root = top.exitCode === 0 ? await realpath(pathOf(top)) : undefined
  if (root !== inside) return no(subfolderProblem(repo, root))
  const gitDir = pathOf(await ask('--absolute-git-dir'))
  const objects = pathOf(await ask('--git-path', 'objects'))
  const place = {
    root,
    gitDir,
    commonDir: pathOf(await ask('--git-common-dir')),
    objects,
    index: pathOf(await ask('--git-path', 'index')),
    objectFormat,
    theirs: makeRunner({ cwd: gitDir, path, env: { GIT_DIR: gitDir } }),
    shallow: shallow === 'true',
    partial: await hasPromises(objects),
  } satisfies Place
  return { ok: true, place }
}

function no(problem: Problem): Answer {
  return { ok: false, problems: [problem] }
}

/** A path may hold any byte but NUL; git adds one newline. */
function pathOf(answer: GitAnswer): string {
  return answer.stdout.toString('utf8').replace(/\n$/, '')
}

async function hasPromises(objects: string): Promise<boolean> {
  const packs = await readdir(join(objects, 'pack')).catch((): string[] => [])
  return packs.some((name) => name.endsWith('.promisor'))
}

async function toolProblem(git: GitRunner, path: string): Promise<Problem | undefined> {
  const said = await git.ask(['--version']).catch(() => undefined)
  const version = /(\d+)\.(\d+)/.exec(said?.stdout.toString('utf8') ?? '')
  if (version === null) {
    return {
      rule: 'git-missing',
      message: `git was not found on ${path}.`,
      fix: 'Install git (Debian and Ubuntu: apt-get install git).',
    }
  }
  const [major, minor] = [Number(version[1]), Number(version[2])]
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined
  return {
    rule: 'git-version',
    message: `git is ${major}.${minor}; ${OLDEST.join('.')} or later is needed to keep foreign configuration out.`,
    fix: 'Upgrade git.',
  }
}

async function folderProblem(repo: string): Promise<Problem | undefined> {
  const found = await stat(repo).catch(() => undefined)
  return found?.isDirectory() === true ? undefined : missing(repo, found ? 'is no folder' : 'does not exist')
}

function missing(repo: string, why: string): Problem {
  return {
    rule: 'repo-missing',
    message: `${repo} ${why}.`,
    fix: 'Name the top folder of a git repository with --repo.',
    path: repo,
  }
}

function notARepository(repo: string, answer: GitAnswer): Problem {
  if (answer.stderr.includes('dubious ownership')) {
    return {
      rule: 'repo-owner',
      message: `${repo} belongs to another user, whose git configuration is not trusted.`,
      fix: 'Run as the user who owns the repository, or make a clone of your own.',
      path: repo,
    }
  }
  if (answer.stderr.includes('not a git repository')) return missing(repo, 'is no git repository')
  return {
    rule: 'repo-broken',
    message: `git cannot read the repository ${repo}: ${reasonOf(answer)}`,
    fix: 'Run git status there and repair what it names.',
    path: repo,
  }
}

function bareProblem(repo: string): Problem {
  return {
    rule: 'repo-bare',
    message: `${repo} is a bare repository, without a branch that is checked out.`,
    fix: `Clone it (git clone ${repo} work) and use the clone.`,
    path: repo,
  }
}

function formatProblem(repo: string, format: string | undefined): Problem {
  return {
    rule: 'repo-broken',
    message: `${repo} stores its objects in the unknown format ${JSON.stringify(format ?? '')}.`,
    fix: 'Use a repository with sha1 or sha256 objects.',
    path: repo,
  }
}

function subfolderProblem(repo: string, root: string | undefined): Problem {
  return {
    rule: 'repo-subfolder',
    message: `${repo} is not the top folder of its repository${root === undefined ? '' : ` (${root})`}.`,
    fix: root === undefined ? 'Name the top folder with --repo.' : `Use --repo ${root}`,
    path: repo,
  }
}
