// Holds putBranch to its promises: one branch, once, never over somebody's work, and nothing else of the repository.
import { access, appendFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { OpenGit } from '../../../src/adapters/git/open.ts'
import type { ChangeSet } from '../../../src/contracts/change-set.ts'
import {
  commitAll,
  git,
  opened,
  repository,
  sharedRepository,
  snapshot,
  temporaryFolder,
  writeFiles,
} from './repository.ts'

const BRANCH = 'autopilot/fix-1'
const AT = '2026-11-21T02:00:00.000Z'
const MESSAGE = 'Fix the thing\n\nCloses nothing.\n'

async function changed(ours: OpenGit, base: string, text = 'two\n'): Promise<ChangeSet> {
  const folder = join(await temporaryFolder(), 'copy')
  await ours.exportTree(base, undefined, folder)
  await writeFiles(folder, { 'a.txt': text, 'new/file.txt': 'new\n' })
  const answer = await ours.changesOf(folder, base)
  if (!answer.ok) throw new Error(answer.problem.message)
  return answer.changes
}

const FILES = { 'a.txt': 'one\n' }

async function ready() {
  const repo = await repository(FILES)
  const { git: ours, base } = await opened(repo)
  const changes = await changed(ours, base)
  return { repo, ours, base, put: { branch: BRANCH, changes, message: MESSAGE, at: AT } }
}

const untouched = sharedRepository(FILES)

test('a branch is created with the change as one commit, and everything else stays as it was', async () => {
  const { repo, ours, base, put } = await ready()
  const files = ['index', 'HEAD', 'config', 'refs/heads/main', 'logs/HEAD', 'FETCH_HEAD']
  const before = await snapshot(join(repo, '.git'), ...files)
  const answer = await ours.putBranch(put)
  expect(answer).toMatchObject({ result: 'created' })
  expect(await snapshot(join(repo, '.git'), ...files)).toEqual(before)
  expect(await git(repo, 'status', '--porcelain')).toBe('')
  const shown = await git(repo, 'log', '-1', '--format=%an <%ae> %aI|%cn %cI|%P|%T|%B', BRANCH)
  expect(shown.trim()).toBe(
    `Autopilot <autopilot@localhost> 2026-11-21T02:00:00+00:00|Autopilot 2026-11-21T02:00:00+00:00|` +
      `${base}|${put.changes.tree}|${MESSAGE.trim()}`,
  )
  expect(await git(repo, 'diff', '--stat', 'main', BRANCH)).toContain('2 files changed')
  expect(await git(repo, 'fsck', '--full', '--strict')).toBe('')
})

test('the same input gives the same commit id in another clone', async () => {
  const { repo, ours, put } = await ready()
  const twin = join(repo, '../twin')
  await git(repo, 'clone', '-q', repo, twin)
  const first = await ours.putBranch(put)
  const second = await (await opened(twin)).git.putBranch(put)
  expect(second).toEqual(first)
})

test('the same change again is unchanged, also with another message and date', async () => {
  const { repo, ours, put } = await ready()
  const first = await ours.putBranch(put)
  const again = await ours.putBranch({ ...put, message: 'other', at: '2027-01-01T00:00:00.000Z' })
  expect(again).toEqual({ ...first, result: 'unchanged' })
  expect((await git(repo, 'rev-list', '--count', '--all')).trim()).toBe('2')
})

test('a new change replaces the commit when the branch is where it was left', async () => {
  const { ours, base, put } = await ready()
  const first = await ours.putBranch(put)
  if (first.result === 'refused') throw new Error(first.problem.message)
  const changes = await changed(ours, base, 'three\n')
  expect(await ours.putBranch({ ...put, changes })).toEqual({ result: 'head_moved', head: first.head })
  const second = await ours.putBranch({ ...put, changes, expectedHead: first.head })
  expect(second).toMatchObject({ result: 'updated' })
})

test('a branch that a person has moved is head_moved and stays', async () => {
  const { repo, ours, base, put } = await ready()
  const first = await ours.putBranch(put)
  if (first.result === 'refused') throw new Error(first.problem.message)
  const theirs = await git(repo, 'commit-tree', put.changes.tree, '-p', first.head, '-m', 'by a person')
  await git(repo, 'update-ref', `refs/heads/${BRANCH}`, theirs)
  const changes = await changed(ours, base, 'three\n')
  const answer = await ours.putBranch({ ...put, changes, expectedHead: first.head })
  expect(answer).toEqual({ result: 'head_moved', head: theirs })
  expect(await git(repo, 'rev-parse', BRANCH)).toBe(theirs)
})

test('a branch that is checked out anywhere is not moved', async () => {
  const { repo, ours, base, put } = await ready()
  const first = await ours.putBranch(put)
  if (first.result === 'refused') throw new Error(first.problem.message)
  await git(repo, 'worktree', 'add', '-q', '../look', BRANCH)
  expect(await ours.putBranch(put)).toMatchObject({ result: 'unchanged' })
  const changes = await changed(ours, base, 'three\n')
  const answer = await ours.putBranch({ ...put, changes, expectedHead: first.head })
  expect(answer).toMatchObject({ result: 'refused', problem: { rule: 'branch-checked-out' } })
})

test.each(['', 'a..b', 'a b', '-x', 'HEAD', 'x.lock', '/x', 'x/', 'a~1', 'refs^{}', '@{-1}', 'a\nb'])(
  'the branch name %j is refused',
  async (branch) => {
    const { repo, git: ours, base } = await untouched()
    const changes = await changed(ours, base)
    const answer = await ours.putBranch({ branch, changes, message: MESSAGE, at: AT })
    expect(answer).toMatchObject({ result: 'refused', problem: { rule: 'branch-name' } })
    expect(await git(repo, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  },
)

test('a branch that is in the way of the name, or a lock, is told with git’s reason', async () => {
  const { repo, ours, put } = await ready()
  await git(repo, 'branch', 'autopilot')
  const answer = await ours.putBranch(put)
  expect(answer).toMatchObject({ result: 'refused', problem: { rule: 'branch-blocked' } })
  expect(answer.result === 'refused' && answer.problem.message).toContain('refs/heads/autopilot')
  await writeFile(join(repo, '.git/refs/heads/locked.lock'), '')
  const locked = await ours.putBranch({ ...put, branch: 'locked' })
  expect(locked).toMatchObject({ result: 'refused', problem: { rule: 'branch-blocked' } })
})

test('a change that does not make the tree it says is refused before anything is written', async () => {
  const { repo, ours, base, put } = await ready()
  const other = (await changed(ours, base, 'three\n')).tree
  const forged = { ...put.changes, tree: other }
  const answer = await ours.putBranch({ ...put, changes: forged })
  expect(answer).toMatchObject({ result: 'refused', problem: { rule: 'change-tree' } })
  const unfit = { ...put.changes, files: put.changes.files.map((file) => ({ ...file, before: null })) }
  expect(await ours.putBranch({ ...put, changes: unfit })).toMatchObject({ problem: { rule: 'change-base' } })
  expect(await git(repo, 'branch', '--list', 'autopilot/*')).toBe('')
})

test('no hook and no configured program of the repository runs when the branch is written', async () => {
  const { repo, ours, put } = await ready()
  const marker = join(repo, '../marker')
  const hook = `exec:#!/bin/sh\ntouch ${marker}\n`
  for (const name of ['reference-transaction', 'post-commit', 'pre-commit', 'commit-msg', 'post-update']) {
    await writeFiles(repo, { [`.git/hooks/${name}`]: hook })
  }
  await appendFile(
    join(repo, '.git/config'),
    `[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = touch ${marker}\n[core]\n\tfsmonitor = touch ${marker}\n`,
  )
  expect(await ours.putBranch(put)).toMatchObject({ result: 'created' })
  await expect(access(marker)).rejects.toThrow('ENOENT')
  // The trap is real: a person's own git springs it.
  await git(repo, 'update-ref', 'refs/heads/trap', 'main')
  await access(marker)
})

test('the branch stands without the directory of ours, and in a linked working tree', async () => {
  const { repo, put } = await ready()
  await git(repo, 'worktree', 'add', '-q', '../linked', '-b', 'side')
  const { git: ours } = await opened(join(repo, '../linked'))
  expect(await ours.putBranch(put)).toMatchObject({ result: 'created' })
  expect(await git(repo, 'show', `${BRANCH}:new/file.txt`)).toBe('new')
  expect(await readdir(join(repo, '../linked'))).toEqual(['.git', 'a.txt'])
})

test('hundreds of new files reach the person’s repository', async () => {
  const { repo, ours, base, put } = await ready()
  const folder = join(await temporaryFolder(), 'copy')
  await ours.exportTree(base, undefined, folder)
  await writeFiles(folder, Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`many/${n}`, `${n}\n`])))
  const answer = await ours.changesOf(folder, base)
  if (!answer.ok) throw new Error(answer.problem.message)
  expect(await ours.putBranch({ ...put, changes: answer.changes })).toMatchObject({ result: 'created' })
  expect(await git(repo, 'fsck', '--full')).toBe('')
  expect(await git(repo, 'show', `${BRANCH}:many/299`)).toBe('299')
  await commitAll(repo, 'the person works on')
})
