// What is read of a repository: trees as they are, files by their bytes, people by their true role.
import { describe, expect, test } from 'vitest'
import { at } from '../../loopback/pulls-fixture.ts'
import { failureOf, openStage } from './stage.ts'

describe('a file', () => {
  test('is read by its bytes at one commit, and never through a symlink', async () => {
    const stage = await openStage({ files: { 'README.md': 'ünd\n', 'big.txt': 'x'.repeat(1_100_000) } })
    const { git } = stage.repository
    const tree = await git.writeTree({
      base: await stage.main(),
      entries: [
        { path: 'policy.yml', mode: '120000', type: 'blob', content: 'README.md' },
        { path: 'run.sh', mode: '100755', type: 'blob', content: '#!/bin/sh\n' },
        { path: 'logo.png', mode: '100644', type: 'blob', content: Buffer.from([137, 80, 255, 0]) },
        { path: 'vendored', mode: '160000', type: 'commit', sha: '1'.repeat(40) },
      ],
    })
    if (!tree.ok) throw new Error(tree.reason)
    const who = { name: 'ben', email: 'ben@example.test', date: '2026-01-02T03:04:05Z' }
    const made = await git.writeCommit({
      tree: tree.sha,
      parents: [],
      message: 'x',
      author: who,
      committer: who,
    })
    if (!made.ok) throw new Error(made.reason)
    const { reader } = stage.forge
    expect(await reader.readFile('README.md', made.sha)).toBe('ünd\n')
    expect(await reader.readFile('run.sh', made.sha)).toBe('#!/bin/sh\n')
    expect(await reader.readFile('policy.yml', made.sha)).toBeUndefined()
    expect(await reader.readFile('vendored', made.sha)).toBeUndefined()
    expect(await failureOf(reader.readFile('big.txt', made.sha))).toMatchObject({ code: 'invalid' })
    expect((await failureOf(reader.readFile('logo.png', made.sha))).message).toContain('no UTF-8')
    const { files, ...snapshot } = await reader.snapshot(made.sha)
    expect(snapshot).toEqual({ commit: made.sha, tree: tree.sha, complete: true })
    expect(files.map(({ path, mode, bytes }) => [path, mode, bytes])).toEqual([
      ['README.md', '100644', 5],
      ['big.txt', '100644', 1_100_000],
      ['logo.png', '100644', 4],
      ['policy.yml', '120000', 9],
      ['run.sh', '100755', 10],
      ['vendored', '160000', 0],
    ])
  })

  test('is looked for in a tree that is read once a commit', async () => {
    const stage = await openStage()
    const main = await stage.main()
    const { reader } = stage.forge
    const asked = await stage.counted(async () => {
      await reader.readFile('README.md', main)
      await reader.readFile('src/sum.js', main)
      await reader.snapshot(main)
    })
    expect(asked).toMatchObject({ 'git/get-commit': 1, 'git/get-tree': 1, 'git/get-blob': 2 })
  })

  test('of a commit that is not there is a failure, not an absence', async () => {
    const { forge } = await openStage()
    expect(await failureOf(forge.reader.readFile('README.md', '1'.repeat(40)))).toMatchObject({
      code: 'not_found',
    })
  })
})

test('a person has the true role, and who is unknown has none', async () => {
  const stage = await openStage({ private: true })
  const { reader } = stage.forge
  expect(await reader.permission('ana')).toBe('admin')
  for (const role of ['maintain', 'triage', 'read'] as const) {
    stage.loopback.addCollaborator({ repository: 'acme/widgets', by: 'ana', login: 'eve', role })
    expect(await reader.permission('eve')).toBe(role)
  }
  stage.loopback.user('nina')
  expect(await reader.permission('nina')).toBe('none')
  expect(await reader.permission('nobody-at-all')).toBe('none')
  expect(await reader.permission('tool[bot]')).toBe('none')
})

test('an issue says who wrote it and whether it is a pull request', async () => {
  const stage = await openStage()
  const { data } = await stage.eve.rest.issues.create({ ...at, title: 'Sum is wrong', body: 'It subtracts.' })
  await stage.ben.rest.issues.addLabels({ ...at, issue_number: data.number, labels: ['bug'] })
  expect(await stage.forge.reader.issue(data.number)).toEqual({
    number: 1,
    isPull: false,
    title: 'Sum is wrong',
    body: 'It subtracts.',
    state: 'open',
    author: { login: 'eve', id: stage.accounts.eve.id, kind: 'user', app_id: null },
    labels: ['bug'],
    url: data.html_url,
  })
  const { number } = await stage.proposed()
  expect(await stage.forge.reader.issue(number)).toMatchObject({
    isPull: true,
    author: { login: 'autopilot[bot]', kind: 'bot', app_id: stage.own.id },
  })
  stage.loopback.deleteIssue({ repository: 'acme/widgets', by: 'ana', number: data.number })
  expect(await stage.forge.reader.issue(data.number)).toBeUndefined()
})

test('a branch of an empty repository is none, and so is the tag of its name', async () => {
  const stage = await openStage()
  await stage.loopback.repository({ owner: 'acme', name: 'empty' })
  const id =
    [...stage.loopback.forge.world.repositories.values()].find(({ name }) => name === 'empty')?.id ?? 0
  const empty = stage.github.forge(stage.installation.id, { id, owner: 'acme', name: 'empty' })
  expect(await empty.reader.branch('main')).toBeUndefined()
  await stage.repository.git.updateRef({ name: 'refs/tags/v1', to: await stage.main() })
  expect(await stage.forge.reader.branch('v1')).toBeUndefined()
  expect(await stage.forge.reader.branch('main')).toEqual({ ref: 'main', sha: await stage.main() })
})

test('a pull request of a fork, or of none, is not of this repository', async () => {
  const stage = await openStage()
  const { repository, eve, loopback } = stage
  const fork = await loopback.repository({ owner: 'eve', name: 'widgets', forkOf: repository })
  await stage.push('fix', { 'src/fix.js': '1\n' }, { on: fork, by: stage.accounts.eve })
  const { data } = await eve.rest.pulls.create({ ...at, title: 'Fix', head: 'eve:fix', base: 'main' })
  const { reader } = stage.forge
  expect(await reader.pull(data.number)).toMatchObject({ head: { ref: 'fix', sameRepository: false } })
  // a branch of ours with that name would be another one
  expect(await reader.pullFrom('fix')).toBeUndefined()
  await loopback.deleteRepository({ repository: 'eve/widgets', by: 'eve' })
  expect(await reader.pull(data.number)).toMatchObject({
    head: { sameRepository: false },
    author: { login: 'eve' },
  })
  loopback.deleteUser('eve')
  expect(await reader.pull(data.number)).toMatchObject({ author: { login: 'ghost', kind: 'user' } })
})
