// Owns the one write into the person's repository: new objects, and one branch of ours.
import type { Sha, Timestamp } from '../../contracts/base.ts'
import type { ChangeSet } from '../../contracts/change-set.ts'
import type { Git, Problem } from '../../ports.ts'
import { GitError, reasonOf } from './command.ts'
import type { GitRunner } from './command.ts'
import { changeProblem } from '../change/images.ts'
import type { OwnDirectory } from './own-directory.ts'
import { buildTree } from './trees.ts'

type Put = Awaited<ReturnType<Git['putBranch']>>

const PERSON = { name: 'Autopilot', email: 'autopilot@localhost' } as const

export interface BranchHome {
  own: OwnDirectory
  /** Runs with the person's git directory: used to read and to set one ref, hooks off. */
  theirs: GitRunner
  /** The person's object folder, where the objects of the branch must lie. */
  objects: string
}

export async function putBranch(home: BranchHome, x: Parameters<Git['putBranch']>[0]): Promise<Put> {
  const ref = `refs/heads/${x.branch}`
  const named = await nameProblem(home, x.branch)
  if (named !== undefined) return { result: 'refused', problem: named }
  const before = (await home.own.tree(x.changes.base)).byPath
  const unfit = changeProblem(x.changes, before)
  if (unfit !== undefined) return { result: 'refused', problem: unfit }

  const current = await readBranch(home.theirs, ref)
  if (current !== undefined) {
    if (await holds(home, current.head, x.changes)) return { result: 'unchanged', head: current.head }
    if (current.head !== x.expectedHead) return { result: 'head_moved', head: current.head }
    if (current.checkedOut !== '')
      return { result: 'refused', problem: checkedOut(x.branch, current.checkedOut) }
  }

  // Their objects folder instead of ours: nothing of the branch may depend on our directory.
  const env = { GIT_OBJECT_DIRECTORY: home.objects }
  const tree = await buildTree(home.own, x.changes.base, x.changes.files, env)
  if (tree !== x.changes.tree) return { result: 'refused', problem: wrongTree(x.changes.tree, tree) }
  const commit = await home.own.runner.run(['commit-tree', tree, '-p', x.changes.base, '-F', '-'], {
    env: { ...env, ...identity(x.at) },
    input: x.message,
  })
  const head = commit.toString('utf8').trim()
  return setBranch(home, { ref, head, old: current?.head, at: x.at })
}

/** The old value is stated, so that a writer who was faster is never overwritten. */
async function setBranch(
  home: BranchHome,
  x: { ref: string; head: Sha; old: Sha | undefined; at: Timestamp },
): Promise<Put> {
  const old = x.old ?? '0'.repeat(x.head.length)
  const answer = await home.theirs.ask(['update-ref', '-m', 'autopilot', x.ref, x.head, old], {
    env: identity(x.at),
  })
  if (answer.exitCode === 0) return { result: x.old === undefined ? 'created' : 'updated', head: x.head }
  const now = await readBranch(home.theirs, x.ref)
  if (now !== undefined && now.head !== x.old) return { result: 'head_moved', head: now.head }
  const problem = {
    rule: 'branch-blocked',
    message: `The branch ${x.ref.slice('refs/heads/'.length)} cannot be written: ${reasonOf(answer)}`,
    fix: 'Remove the branch or lock file that is in the way, then run again.',
  }
  return { result: 'refused', problem }
}

async function readBranch(
  theirs: GitRunner,
  ref: string,
): Promise<{ head: Sha; checkedOut: string } | undefined> {
  const output = await theirs.run([
    'for-each-ref',
    '--format=%(refname)%00%(objectname)%00%(worktreepath)',
    ref,
  ])
  const lines = output.toString('utf8').split('\n')
  const fields = lines.map((line) => line.split('\0')).find(([name]) => name === ref)
  return fields === undefined ? undefined : { head: fields[1] ?? '', checkedOut: fields[2] ?? '' }
}

/** Is this commit the change's tree on the change's base? */
async function holds(home: BranchHome, head: Sha, changes: ChangeSet): Promise<boolean> {
  const answer = await home.own.runner.ask(['rev-list', '--no-walk', '--format=%T %P', head])
  if (answer.exitCode !== 0) throw new GitError('corrupt', `git rev-list: ${reasonOf(answer)}`)
  return answer.stdout.toString('utf8').split('\n').includes(`${changes.tree} ${changes.base}`)
}

function identity(at: Timestamp): Record<string, string> {
  const date = `${Math.floor(Date.parse(at) / 1000)} +0000`
  return {
    GIT_AUTHOR_NAME: PERSON.name,
    GIT_AUTHOR_EMAIL: PERSON.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: PERSON.name,
    GIT_COMMITTER_EMAIL: PERSON.email,
    GIT_COMMITTER_DATE: date,
  }
}

async function nameProblem(home: BranchHome, branch: string): Promise<Problem | undefined> {
  const answer = await home.own.runner.ask(['check-ref-format', `refs/heads/${branch}`])
  // `-x` would be read as an option by every later git command of a person, `HEAD` as the current commit.
  if (answer.exitCode === 0 && !branch.startsWith('-') && branch !== 'HEAD') return undefined
  return {
    rule: 'branch-name',
    message: `${JSON.stringify(branch)} is no name that git takes for a branch.`,
    fix: 'Use letters, digits, `-`, `_`, `.` and `/`.',
  }
}

function checkedOut(branch: string, where: string): Problem {
  return {
    rule: 'branch-checked-out',
    message: `The branch ${branch} is checked out in ${where}; moving it would leave that folder behind.`,
    fix: 'Switch that folder to another branch, then run again.',
  }
}

function wrongTree(said: Sha, made: Sha): Problem {
  return {
    rule: 'change-tree',
    message: `The change makes the tree ${made.slice(0, 12)}, not ${said.slice(0, 12)} as it says.`,
    fix: 'Make the change again; this one was altered.',
  }
}
