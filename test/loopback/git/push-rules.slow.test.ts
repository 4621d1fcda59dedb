import { expect, test } from 'vitest'
import { commitFiles, git, person, writeFiles } from './fixture.ts'
import type { DeniedRef } from './push-rules.ts'
import { cloned, commitAll, served } from './served.ts'

const reason = 'Changes must be made through a pull request.'

async function pushing(deniedRefs: DeniedRef[], mayPushWorkflows = false) {
  const { repository, url } = await served({ deniedRefs, mayPushWorkflows })
  const base = await commitFiles(repository, 'main', { a: '1\n' })
  const folder = await cloned(url)
  const push = async (...args: string[]) => {
    const { code, err } = await person(folder, 'push', 'origin', ...args)
    return code === 0 ? 'pushed' : err.replaceAll(/ +(?=\n)/g, '')
  }
  return { repository, base, folder, push }
}

test('a protected branch refuses a push with its reason, while another ref of the same push goes through', async () => {
  const { repository, base, folder, push } = await pushing([
    { pattern: 'refs/heads/main', reason, kind: 'no_push' },
  ])
  await writeFiles(folder, { a: '2\n' })
  const sha = await commitAll(folder)
  const said = await push('main', 'main:topic')
  expect(said).toContain('remote: error: GH006: Protected branch update failed for refs/heads/main.')
  expect(said).toContain(`remote: error: ${reason}`)
  expect(said).toContain('! [remote rejected] main -> main (hook declined)')
  expect(await repository.resolve('main')).toBe(base)
  expect(await repository.resolve('topic')).toBe(sha)
  expect(await push(':main')).toContain('[remote rejected]')
})

test('a branch that only forbids force still moves forward, and one that forbids deletion stays', async () => {
  const { repository, folder, push } = await pushing([
    { pattern: 'refs/heads/release/*', reason: 'Cannot force-push to this branch', kind: 'no_force' },
    { pattern: 'refs/heads/release/*', reason: 'Cannot delete this branch', kind: 'no_delete' },
  ])
  await writeFiles(folder, { a: '2\n' })
  await commitAll(folder)
  expect(await push('main~1:refs/heads/release/1')).toBe('pushed')
  expect(await push('main:release/1')).toBe('pushed')
  expect(await push('+main~1:release/1')).toContain('remote: error: Cannot force-push to this branch')
  expect(await push(':release/1')).toContain('remote: error: Cannot delete this branch')
  expect(await repository.ref('refs/heads/release/1')).toBeDefined()
})

test('a star is one part of a name, two are any number, and other signs mean themselves', async () => {
  const { repository, push } = await pushing([
    { pattern: 'refs/heads/one/*', reason, kind: 'no_push' },
    { pattern: 'refs/heads/any/**', reason, kind: 'no_push' },
    { pattern: 'refs/heads/v1.0+(x)', reason, kind: 'no_push' },
  ])
  const refused = ['one/a', 'any/a/b', 'v1.0+(x)']
  const taken = ['one/a/b', 'v1x0+(x)', 'xone/a']
  const said = await push(...[...refused, ...taken].map((name) => `main:refs/heads/${name}`))
  for (const name of refused) {
    expect(said).toContain(`GH006: Protected branch update failed for refs/heads/${name}.`)
  }
  expect((await repository.refs('refs/heads/')).map((ref) => ref.name)).toEqual(
    ['main', ...taken].map((name) => `refs/heads/${name}`),
  )
})

test('refs of pull requests and names that mean something else cannot be pushed', async () => {
  const { repository, base, push } = await pushing([])
  await repository.syncPullRef({ number: 1, head: base })
  const id = 'a'.repeat(40)
  const refs = ['pull/1/head', 'pull/2/head', `heads/${id}`, 'heads/refs/heads/x', 'heads/-x', 'x']
  const said = await push(...refs.map((ref) => `+main:refs/${ref}`))
  expect(said).toContain('-> refs/pull/1/head (deny updating a hidden ref)')
  expect(said).toContain('-> refs/pull/2/head (deny updating a hidden ref)')
  expect(said).toContain('GH002: Sorry, branch or tag names consisting of 40 hex characters are not allowed.')
  expect(said).toContain("GH002: Sorry, branch or tag names starting with 'refs/' are not allowed.")
  expect(said).toContain("'-x' is not a valid branch or tag name")
  expect(said.match(/rejected\] main -> /g)).toHaveLength(refs.length)
  expect((await repository.refs('refs/')).map((ref) => ref.name)).toEqual([
    'refs/heads/main',
    'refs/pull/1/head',
  ])
})

test('a workflow file is refused from who may not change it, also when a later commit takes it back', async () => {
  const { repository, folder, push } = await pushing([])
  await writeFiles(folder, { '.github/workflows/ci.yml': 'on: push\n' })
  await commitAll(folder)
  const refusal =
    'remote: error: refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission'
  expect(await push('main:refs/heads/topic')).toContain(refusal)
  await git(folder, 'rm', '-q', '.github/workflows/ci.yml')
  await commitAll(folder)
  expect(await push('main:refs/heads/topic')).toContain(refusal)
  expect(await repository.ref('refs/heads/topic')).toBeUndefined()
  expect(await repository.newChangeBelow('.github/workflows', 'main')).toBeUndefined()
})

test('who may change workflow files pushes them', async () => {
  const { folder, push } = await pushing([], true)
  await writeFiles(folder, { '.github/workflows/ci.yml': 'on: push\n' })
  await commitAll(folder)
  expect(await push('main')).toBe('pushed')
})

test('a workflow change that a branch has already may be merged and branched from', async () => {
  const { repository, folder, push } = await pushing([])
  await writeFiles(folder, { b: '1\n', '.github/other.yml': 'x\n' })
  await commitAll(folder)
  await commitFiles(repository, 'main', { '.github/workflows/ci.yml': 'on: push\n' })
  await git(folder, 'fetch', '-q')
  await git(folder, 'merge', '-q', '-m', 'merge', 'origin/main')
  expect(await push('main:refs/heads/topic')).toBe('pushed')
  expect(await push('origin/main:refs/heads/copy')).toBe('pushed')
})

test('a workflow change hidden in a merge commit is refused', async () => {
  const { folder, push } = await pushing([])
  await git(folder, 'switch', '-q', '-c', 'side')
  await commitAll(folder, 'side')
  await git(folder, 'switch', '-q', 'main')
  await writeFiles(folder, { b: '1\n' })
  await commitAll(folder)
  await git(folder, 'merge', '-q', '--no-commit', '--no-ff', 'side')
  await writeFiles(folder, { '.github/workflows/evil.yml': 'on: push\n' })
  await commitAll(folder, 'merge')
  expect(await push('main:refs/heads/topic')).toContain('.github/workflows/evil.yml')
})

test('a commit made through the API says which workflow file it would bring', async () => {
  const { repository, base } = await pushing([])
  const tree = await repository.writeTree({
    base,
    entries: [{ path: '.github/workflows/x y.yml', content: 'on: push\n' }],
  })
  const identity = { name: 'Ana', email: 'ana@localhost', date: '2026-01-01T00:00:00Z' }
  const commit = await repository.writeCommit({
    tree: tree.ok ? tree.sha : '',
    parents: [base],
    author: identity,
    committer: identity,
    message: 'm',
  })
  const sha = commit.ok ? commit.sha : ''
  expect(await repository.newChangeBelow('.github/workflows', sha)).toBe('.github/workflows/x y.yml')
  expect(await repository.newChangeBelow('docs', sha)).toBeUndefined()
})
